# frozen_string_literal: true

require 'spec_helper'
require 'puppet'
require 'puppet_x/galera/server'
require 'puppet_x/galera/sst_account'

RSpec.describe PuppetX::Galera::SstAccount do
  subject(:account) { described_class.new('galera_sst_0_1') }

  let(:server) { instance_double(PuppetX::Galera::Server) }

  it 'is made for the node itself, with what mariadb-backup needs and no more, by the hash of its secret' do
    statements = nil
    allow(server).to receive(:execute) { |text| statements = text }
    name, secret = account.create(server).split(':')
    hash = Digest::SHA1.hexdigest(Digest::SHA1.digest(secret)).upcase
    expect([name, secret.length]).to eq(['galera_sst_0_1', 40])
    expect(statements).to eq(<<~SQL)
      CREATE OR REPLACE USER 'galera_sst_0_1'@'localhost' IDENTIFIED BY PASSWORD '*#{hash}';
      GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR ON *.* TO 'galera_sst_0_1'@'localhost';
    SQL
  end

  it 'has another secret each time' do
    allow(server).to receive(:execute)
    expect(Array.new(3) { account.create(server) }.uniq.length).to eq(3)
  end

  it 'is asked for, and removed, by name' do
    allow(server).to receive(:execute).and_return("galera_sst_0_1\n", '')
    expect([account.exist?(server), account.exist?(server)]).to eq([true, false])
    account.drop(server)
    expect(server).to have_received(:execute).with("DROP USER IF EXISTS 'galera_sst_0_1'@'localhost';\n")
  end

  it 'has a name that needs no quoting' do
    expect { described_class.new("x'@'%") }.to raise_error(ArgumentError, /not the name of an account/)
  end
end

RSpec.describe PuppetX::Galera::SstSecretFile do
  let(:directory) { Dir.mktmpdir }
  let(:path) { File.join(directory, 'sst.cnf') }
  let(:file) { described_class.new(path, Etc.getpwuid.name) }

  after { FileUtils.remove_entry(directory) }

  it 'holds the account for the scripts of state transfers, and only its owner may read it' do
    file.write('galera_sst_0_1:abc')
    expect(File.read(path).lines.last(2)).to eq(["[sst]\n", "wsrep_sst_auth = galera_sst_0_1:abc\n"])
    expect(File.stat(path).mode & 0o7777).to eq(0o600)
    expect([file.account, file.entry]).to eq(['galera_sst_0_1', %w[galera_sst_0_1 abc]])
  end

  it 'holds none that counts when others may read it, or nothing is in it' do
    expect([file.account, file.entry]).to eq([nil, []])
    file.write('galera_sst_0_1:abc')
    File.chmod(0o640, path)
    expect(file.account).to be_nil
    File.write(path, '')
    File.chmod(0o600, path)
    expect(file.account).to be_nil
  end

  it 'never was readable for others while it was written' do
    old = File.umask(0)
    allow(File).to receive(:open).and_wrap_original do |open, *arguments, &block|
      open.call(*arguments) do |io|
        expect(io.stat.mode & 0o077).to eq(0) if io.stat.file?
        block.call(io)
      end
    end
    file.write('galera_sst_0_1:abc')
  ensure
    File.umask(old)
  end

  it 'says that MariaDB is missing where its account is' do
    expect { described_class.new(path, 'nobody-of-that-name').write('a:b') }
      .to raise_error(Puppet::Error, /no account nobody-of-that-name.*install MariaDB first/)
  end
end
