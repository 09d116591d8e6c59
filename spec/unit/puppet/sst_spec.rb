# frozen_string_literal: true

require 'spec_helper'
require 'puppet'
require_relative '../../support/certificates'

# The types by which members share the account of state transfers, with their real providers, the real openssl and
# files; the database server is a double.
RSpec.describe 'The types of state transfers' do
  let(:directory) { Dir.mktmpdir }
  let(:server) { instance_double(PuppetX::Galera::Server, status: synced, admits?: true) }
  let(:synced) do
    PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: 'Primary', local_state: 'Synced', cluster_size: 1)
  end
  let(:path) { File.join(directory, '80-galera-sst.cnf') }
  let(:logs) { [] }

  before do
    %i[statedir statefile transactionstorefile].each { |name| Puppet[name] = File.join(directory, name.to_s) }
    become('db1')
    { localcacert: 'certs/ca.pem', hostcrl: 'crl.pem' }.each do |setting, file|
      Puppet[setting] = File.join(directory, setting.to_s)
      File.write(Puppet[setting], Certificates.files('db1')[file])
    end
    types = %i[galera_sst_account galera_sst_secret galera_certificate]
    types.each { |name| Puppet::Type.type(name).provider(:mariadb) }
    allow(PuppetX::Galera::Server).to receive(:new).and_return(server)
    allow(server).to receive(:execute) do |text|
      (@statements ||= +'') << text
      text.include?('SELECT') ? "galera_sst_0_1\n" : ''
    end
    programs('mariadb-backup', 'mbstream', 'socat')
    Puppet::Util::Log.newdestination(Puppet::Test::LogCollector.new(logs))
  end

  after { FileUtils.remove_entry(directory) }

  around do |example|
    path = ENV.fetch('PATH')
    ENV['PATH'] = "#{directory}/bin:#{path}"
    example.run
    ENV['PATH'] = path
  end

  def programs(*names)
    FileUtils.mkdir_p(File.join(directory, 'bin'))
    names.each { |name| File.write(File.join(directory, 'bin', name), "#!/bin/sh\n", perm: 0o755) }
  end

  def certificate(name)
    Certificates.files(name)["certs/#{name}.pem"]
  end

  def become(name)
    { hostcert: 'certs', hostprivkey: 'private_keys' }.each do |setting, folder|
      Puppet[setting] = File.join(directory, setting.to_s)
      File.write(Puppet[setting], Certificates.files(name)["#{folder}/#{name}.pem"])
    end
  end

  def account(**parameters)
    Puppet::Type.type(:galera_sst_account).new({ name: 'galera_sst_0_1' }.merge(parameters))
  end

  def secret(**parameters)
    Puppet::Type.type(:galera_sst_secret).new({ name: 'sst', path: path, user: Etc.getpwuid.name }.merge(parameters))
  end

  # Applies it as a catalog of its own and gives its status in the report.
  def apply(made)
    catalog = Puppet::Resource::Catalog.new
    catalog.add_resource(made)
    catalog.apply.report.resource_statuses[made.ref]
  end

  # What a member makes for these.
  def sealed_for(*names)
    made = account(certificates: names.map { |name| certificate(name) })
    apply(made)
    made.plan_data['sealed']
  end

  def said
    logs.map(&:to_s).join("\n")
  end

  it 'keeps the secret between the one who makes the account and those for whom it is sealed' do
    sealed = sealed_for('db1', 'db2')
    hash = @statements[/PASSWORD '(\*\h{40})'/, 1]
    become('db2')
    made = secret(account: 'galera_sst_0_1', sealed: sealed)
    status = apply(made)
    expect(status.changed).to be true
    name, word = PuppetX::Galera::SstSecretFile.new(path, Etc.getpwuid.name).entry
    expect(name).to eq('galera_sst_0_1')
    expect("*#{Digest::SHA1.hexdigest(Digest::SHA1.digest(word)).upcase}").to eq(hash)
    shown = [sealed, said, status.to_data_hash.to_s, made.plan_data.to_s, @statements].join
    expect(shown).not_to include(word)
    expect(made.plan_data).to eq('account' => 'galera_sst_0_1', 'accepted' => nil)
  end

  describe 'galera_sst_account' do
    it 'tells what it made' do
      made = account(certificates: [certificate('db1')])
      status = apply(made)
      expect(status.events.map(&:message))
        .to eq(['made account galera_sst_0_1, its secret is sealed for 1 certificate(s)'])
      expect(made.plan_data).to include('account' => 'galera_sst_0_1', 'ensure' => 'present', 'reason' => nil)
    end

    it 'leaves out whom Puppet\'s CA does not know, and says so' do
      stranger, key = Certificates.certificate('stranger', 9, nil)
      made = account(certificates: [certificate('db1'), stranger.to_pem])
      apply(made)
      expect(said).to match(/stranger is refused.*its holder is not told the secret/)
      File.write(Puppet[:hostcert], stranger.to_pem)
      File.write(Puppet[:hostprivkey], key.to_pem)
      expect(PuppetX::Galera::Sealed.open(made.plan_data['sealed'])).to be_nil
    end

    it 'makes nothing when nobody would be told' do
      stranger, = Certificates.certificate('stranger', 9, nil)
      made = account(certificates: [stranger.to_pem])
      expect(apply(made).failed).to be true
      expect(made.plan_data).to include('sealed' => nil, 'reason' => 'no certificate is left to seal the secret for')
      expect(@statements).to be_nil
    end

    it 'makes nothing where the server is not Synced' do
      allow(server).to receive(:status).and_return(PuppetX::Galera::Server::Status.new(sql: 'ok', local_state: 'Donor'))
      made = account(certificates: [certificate('db1')])
      status = apply(made)
      expect([status.changed, status.failed, @statements]).to eq([false, false, nil])
      expect(made.plan_data).to include('sealed' => nil, 'reason' => 'the database server is not Synced but Donor')
    end

    it 'removes an account, once' do
      made = account(ensure: 'absent')
      expect(apply(made).changed).to be true
      expect(@statements).to include("DROP USER IF EXISTS 'galera_sst_0_1'@'localhost'")
      expect(made.plan_data).to include('ensure' => 'absent', 'reason' => nil)
      allow(server).to receive(:execute).and_return('')
      expect(apply(account(ensure: 'absent')).changed).to be false
    end
  end

  describe 'galera_sst_secret' do
    it 'changes nothing when the account is there already, and writes a damaged file anew' do
      sealed = sealed_for('db1')
      parameters = { account: 'galera_sst_0_1', sealed: sealed }
      expect(Array.new(2) { apply(secret(**parameters)).changed }).to eq([true, false])
      File.chmod(0o644, path)
      expect(apply(secret(**parameters)).changed).to be true
      expect(File.stat(path).mode & 0o777).to eq(0o600)
    end

    it 'leaves alone what was sealed for others' do
      made = secret(account: 'galera_sst_0_1', sealed: sealed_for('db2'))
      status = apply(made)
      expect([status.changed, status.failed, File.exist?(path)]).to eq([false, false, false])
      expect(said).to match(/account galera_sst_0_1 was sealed for another certificate/)
    end

    it 'writes nothing under another name than was sealed' do
      expect(apply(secret(account: 'galera_sst_0_2', sealed: sealed_for('db1'))).failed).to be true
      expect(File.exist?(path)).to be false
    end

    it 'only looks without anything sealed, and tells whether the server lets the account in' do
      expect(secret(check: true).plan_data).to include('account' => nil, 'accepted' => nil)
      apply(secret(account: 'galera_sst_0_1', sealed: sealed_for('db1')))
      allow(server).to receive(:admits?).with('galera_sst_0_1', /\A\w{40}\z/).and_return(false)
      made = secret(check: true)
      expect(apply(made).changed).to be false
      expect(made.plan_data).to include('account' => 'galera_sst_0_1', 'accepted' => false)
      expect(secret.plan_data).to include('accepted' => nil)
    end

    it 'fails where mariadb-backup is not installed, and names the package' do
      FileUtils.rm_f([File.join(directory, 'bin/mariadb-backup'), File.join(directory, 'bin/mbstream')])
      skip 'mariadb-backup is on this host' if File.exist?('/usr/bin/mariadb-backup')
      expect(apply(secret).failed).to be true
      expect(said).to match(/by mariabackup need mariadb-backup, mbstream, .*: install the package mariadb-backup$/)
    end
  end

  it 'has types that refuse what cannot be right' do
    expect { account(name: "x'; DROP") }.to raise_error(Puppet::ResourceError, /name must be of letters/)
    expect { secret(path: 'x') }.to raise_error(Puppet::ResourceError, /path must be an absolute path/)
  end

  describe 'galera_certificate' do
    let(:copies) { File.join(directory, 'tls') }

    def copy
      Puppet::Type.type(:galera_certificate).new(name: 'member', directory: copies, user: Etc.getpwuid.name)
    end

    def member_pem
      File.read(File.join(copies, 'member.pem'))
    end

    it 'puts key and certificate where only mariadbd can read them' do
      expect(Array.new(2) { apply(copy).changed }).to eq([true, false])
      expect(member_pem).to eq(File.read(Puppet[:hostprivkey]) + certificate('db1'))
      expect(File.read(File.join(copies, 'ca.pem'))).to eq(File.read(Puppet[:localcacert]))
      expect(File.stat(File.join(copies, 'member.pem')).mode & 0o7777).to eq(0o600)
      File.chmod(0o640, File.join(copies, 'member.pem'))
      expect(apply(copy).changed).to be true
      expect(said).not_to include('PRIVATE KEY')
    end

    it 'follows a renewed certificate, which a server that encrypts takes at once' do
      apply(copy)
      expect(@statements).to be_nil
      become('db2')
      synced.replication = 'tls'
      expect(apply(copy).changed).to be true
      expect(member_pem).to include(certificate('db2'))
      expect(@statements).to include("SET GLOBAL wsrep_provider_options = 'socket.ssl_reload=1'")
    end
  end
end
