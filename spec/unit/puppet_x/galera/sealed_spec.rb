# frozen_string_literal: true

require 'spec_helper'
require 'puppet'
require 'puppet_x/galera/sealed'
require_relative '../../../support/certificates'

# With the real program openssl, and the specs' own CA as Puppet's.
RSpec.describe PuppetX::Galera::Sealed do
  let(:directory) { Dir.mktmpdir }
  let(:secret) { 'galera_sst_0_1:s3cret' }

  before do
    Puppet[:ssldir] = directory
    { hostcert: certificate('db1'), hostprivkey: key('db1'), localcacert: ca, hostcrl: list }.each do |setting, text|
      Puppet[setting] = File.join(directory, "#{setting}.pem")
      File.write(Puppet[setting], text)
    end
  end

  after { FileUtils.remove_entry(directory) }

  def ca
    Certificates.files('db1')['certs/ca.pem']
  end

  def list
    Certificates.files('db1')['crl.pem']
  end

  def certificate(name)
    Certificates.files(name)["certs/#{name}.pem"]
  end

  def key(name)
    Certificates.files(name)["private_keys/#{name}.pem"]
  end

  def become(name)
    File.write(Puppet[:hostcert], certificate(name))
    File.write(Puppet[:hostprivkey], key(name))
  end

  it 'is read by each of those for whom it was sealed, and by nobody else' do
    message = described_class.seal(secret, [certificate('db1'), certificate('db2')])
    expect(message).to start_with('-----BEGIN CMS-----')
    expect(message).not_to include('s3cret')
    read = %w[db1 db2 db3].map do |name|
      become(name)
      described_class.open(message)
    end
    expect(read).to eq([secret, secret, nil])
  end

  it 'is read with a key of an elliptic curve, beside one of RSA' do
    ec, ec_key = curve_certificate
    message = described_class.seal(secret, [certificate('db2'), ec.to_pem])
    File.write(Puppet[:hostcert], ec.to_pem)
    File.write(Puppet[:hostprivkey], ec_key.to_pem)
    expect(described_class.open(message)).to eq(secret)
  end

  it 'is refused when it was changed on its way' do
    lines = described_class.seal(secret, [certificate('db1')]).lines
    last = lines[-2].unpack1('m')
    last.setbyte(-1, last.getbyte(-1) ^ 1)
    lines[-2] = [last].pack('m')
    expect { described_class.open(lines.join) }.to raise_error(Puppet::Error, /openssl cms/)
  end

  it 'passes the secret by a pipe alone' do
    allow(PuppetX::Galera::Command).to receive(:run).and_wrap_original do |run, *argv, **options|
      expect(argv.join(' ')).not_to include('s3cret')
      run.call(*argv, **options)
    end
    expect(described_class.open(described_class.seal(secret, [certificate('db1')]))).to eq(secret)
  end

  it 'says which package is missing' do
    allow(PuppetX::Galera::Command).to receive(:run).and_wrap_original do |run, _openssl, *rest, **options|
      run.call('no-such-program', *rest, **options)
    end
    expect { described_class.seal(secret, [certificate('db1')]) }
      .to raise_error(Puppet::Error, /it is not on this node: install the package openssl/)
  end

  # By the CA of the specs, as Puppet's would with `key_type = ec`.
  def curve_certificate
    key = OpenSSL::PKey::EC.generate('prime256v1')
    made = OpenSSL::X509::Certificate.new
    made.version = 2
    made.serial = 77
    made.subject = OpenSSL::X509::Name.new([%w[CN curve]])
    made.issuer = Certificates.authority.first.subject
    made.public_key = key
    made.not_before = Time.now - 60
    made.not_after = Time.now + 3600
    [made.sign(Certificates.authority.last, OpenSSL::Digest.new('SHA256')), key]
  end
end

RSpec.describe PuppetX::Galera::NodeCertificate do
  let(:directory) { Dir.mktmpdir }
  let(:authority) { Certificates.authority }

  before do
    Puppet[:ssldir] = directory
    { localcacert: authority.first.to_pem, hostcrl: Certificates.revocations(authority).to_pem }.each do |setting, text|
      Puppet[setting] = File.join(directory, "#{setting}.pem")
      File.write(Puppet[setting], text)
    end
  end

  after { FileUtils.remove_entry(directory) }

  def objection(pem)
    described_class.objection(pem)
  end

  it 'has no objection to what Puppet\'s CA has signed' do
    expect(objection(Certificates.files('db1')['certs/db1.pem'])).to be_nil
  end

  it 'refuses what somebody else has signed, and what is no certificate' do
    stranger, = Certificates.certificate('stranger', 9, nil)
    expect(objection(stranger.to_pem)).to match(%r{/?CN ?= ?stranger is refused: self.signed}i)
    expect(objection('x')).to match(/not a certificate/)
  end

  it 'refuses what was revoked' do
    node, = Certificates.certificate('gone', 4711, authority)
    list = Certificates.revocations(authority)
    revoked = OpenSSL::X509::Revoked.new
    revoked.serial = 4711
    revoked.time = Time.now - 60
    list.add_revoked(revoked)
    File.write(Puppet[:hostcrl], list.sign(authority.last, OpenSSL::Digest.new('SHA256')).to_pem)
    expect(objection(node.to_pem)).to match(/certificate revoked/)
  end

  it 'goes without a list where the agent has none' do
    File.unlink(Puppet[:hostcrl])
    expect(objection(Certificates.files('db1')['certs/db1.pem'])).to be_nil
  end
end
