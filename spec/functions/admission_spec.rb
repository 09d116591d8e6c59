# frozen_string_literal: true

require_relative '../support/certificates'
require_relative '../support/plan_helper'
require 'puppet_x/plan/admission'

RSpec.describe 'galera::admission' do
  include_context 'with a plan run'

  def modulepath
    [path('modules')]
  end

  def signed(cluster = 'cluster_1', resource = 'Galera::Host[m]')
    manifest = "notify { 'admission': message => String(galera::admission('#{cluster}', '#{resource}')) }"
    compile(manifest).resource('Notify[admission]')[:message]
  end

  def decode(part)
    part.tr('-_', '+/').unpack1('m')
  end

  # [header, claims], if the signature holds.
  def verified(text)
    header, claims, signature = text.split('.')
    read = JSON.parse(decode(header))
    certificate = OpenSSL::X509::Certificate.new(read['x5c'].first.unpack1('m0'))
    expect(certificate.public_key.verify('SHA256', decode(signature), "#{header}.#{claims}")).to be(true)
    [read, JSON.parse(decode(claims))]
  end

  before do
    FileUtils.mkdir_p(path('modules/galera'))
    FileUtils.ln_s(File.join(PlanHelper::MODULE_ROOT, 'lib'), path('modules/galera/lib'))
    Puppet[:ssldir] = path('ssl')
    Puppet[:certname] = 'puppet.example.com'
  end

  context 'with the key and certificate of the compiler' do
    before { Certificates.write(path('ssl'), 'puppet.example.com') }

    it "signs the node's right to be in the cluster" do
      before = (Time.now.to_f * 1_000_000).to_i
      header, claims = verified(signed)
      expect(header).to include('typ' => 'plan-admission', 'alg' => 'RS256')
      expect(claims).to include('certname' => 'member.example.com', 'cluster' => 'cluster_1',
                                'resource' => 'Galera::Host[m]')
      expect(claims['compiled_us']).to be_between(before, (Time.now.to_f * 1_000_000).ceil)
    end

    it 'shows the certificate that the orchestrator knows the compiler by' do
      header, = verified(signed)
      certificate = OpenSSL::X509::Certificate.new(header['x5c'].first.unpack1('m0'))
      expect(certificate.to_der).to eq(OpenSSL::X509::Certificate.new(File.read(Puppet[:hostcert])).to_der)
    end

    it 'gives none to a node that is not authenticated' do
      allow(Puppet).to receive(:warning)
      trusted = { 'certname' => 'member.example.com', 'authenticated' => false, 'extensions' => {} }
      allow_any_instance_of(Puppet::Node).to receive(:trusted_data).and_return(trusted)
      expect(signed).to eq('')
      expect(Puppet).to have_received(:warning).with(/Host\[m\] gets no admission .*: the node is not authenticated/)
    end
  end

  it 'gives none, and says so, where the compiler has no key' do
    allow(Puppet).to receive(:warning)
    expect(signed).to eq('')
    expect(Puppet).to have_received(:warning).with(/puppet\.example\.com has no key and certificate .*No such file/)
  end
end

RSpec.describe PuppetX::Plan::Admission do
  { 'prime256v1' => ['ES256', 'SHA256', 32], 'secp384r1' => ['ES384', 'SHA384', 48],
    'secp521r1' => ['ES512', 'SHA512', 66] }.each do |curve, (algorithm, digest, bytes)|
    it "signs with a key of #{curve} as #{algorithm}, two numbers of #{bytes} bytes" do
      key = OpenSSL::PKey::EC.generate(curve)
      certificate = instance_double(OpenSSL::X509::Certificate, to_der: 'der')
      text = described_class.sign({ 'certname' => 'a' }, key: key, certificate: certificate)
      signed, _, signature = text.rpartition('.')
      numbers = signature.tr('-_', '+/').unpack1('m')
      expect(numbers.bytesize).to eq(2 * bytes)
      halves = [numbers[0, bytes], numbers[bytes, bytes]].map do |half|
        OpenSSL::ASN1::Integer(OpenSSL::BN.new(half, 2))
      end
      expect(key.verify(digest, OpenSSL::ASN1::Sequence(halves).to_der, signed)).to be(true)
    end
  end

  it 'refuses another kind of key' do
    key = OpenSSL::PKey::EC.generate('secp224r1')
    expect { described_class.sign({ 'certname' => 'a' }, key: key, certificate: nil) }
      .to raise_error(ArgumentError, /neither RSA nor/)
  end
end
