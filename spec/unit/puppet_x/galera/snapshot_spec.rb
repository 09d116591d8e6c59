# frozen_string_literal: true

require 'spec_helper'
require 'zlib'
require 'puppet_x/galera/member_state'
require 'puppet_x/galera/snapshot/beginning'
require 'puppet_x/galera/snapshot/format'
require 'puppet_x/galera/snapshot/installation'
require 'puppet_x/galera/snapshot/source'

RSpec.describe 'A snapshot' do
  let(:directory) { Dir.mktmpdir }

  after { FileUtils.remove_entry(directory) }

  def file(name, content)
    path = File.join(directory, name)
    FileUtils.mkdir_p(File.dirname(path))
    File.binwrite(path, content)
    path
  end

  describe PuppetX::Galera::Snapshot::Source do
    def verified(path, sha256, &block)
      described_class.new(path, environment: nil, directory: directory).verified(sha256, &block)
    end

    it 'is handed out when its checksum is right' do
      path = file('a.sql', 'select 1;')
      expect { |block| verified(path, Digest::SHA256.hexdigest('select 1;'), &block) }.to yield_with_args(path)
    end

    it 'is not handed out when it is wrong' do
      path = file('a.sql', 'select 1;')
      expect { verified(path, 'ab' * 32) { raise 'handed out' } }.to raise_error(Puppet::Error, /has the SHA-256/)
    end

    it 'says which one is missing' do
      expect do
        verified('/nonexistent.sql', 'ab' * 32)
      end.to raise_error(Puppet::Error, %r{/nonexistent.sql does not exist})
    end

    it 'has the checksum of a tree that sha256sum has' do
      %w[b a/c a-b a/é].each { |name| file("tree/#{name}", name) }
      command = 'find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum'
      expect(described_class.tree_sha256(File.join(directory, 'tree')))
        .to eq(`cd #{directory}/tree && #{command}`[0, 64])
    end

    context 'when it is served by Puppet' do
      before do
        allow(Puppet).to receive(:[]).and_call_original
        allow(Puppet).to receive(:[]).with(:default_file_terminus).and_return(:rest)
        api = instance_double(Puppet::HTTP::Service::FileServer)
        allow(api).to receive(:get_file_content).with(path: '/modules/m/a b.sql', environment: '')
                                                .and_yield('select ').and_yield('1;')
        session = instance_double(Puppet::HTTP::Session, route_to: api)
        allow(Puppet).to receive(:lookup).and_call_original
        allow(Puppet).to receive(:lookup).with(:http_session).and_return(session)
      end

      it 'is streamed into a file that only its owner reads, and that is gone afterwards' do
        seen = []
        verified('puppet:///modules/m/a%20b.sql', Digest::SHA256.hexdigest('select 1;')) do |path|
          seen = [File.read(path), File.stat(path).mode & 0o777]
        end
        expect([seen, Dir.children(directory)]).to eq([['select 1;', 0o600], []])
      end

      it 'leaves nothing behind when its checksum is wrong' do
        expect { verified('puppet:///modules/m/a%20b.sql', 'ab' * 32) }.to raise_error(Puppet::Error, /nothing/)
        expect(Dir.children(directory)).to eq([])
      end
    end
  end

  describe PuppetX::Galera::Snapshot::Format do
    before { allow(described_class).to receive(:need) }

    def format(path, expected = :auto)
      described_class.new(path, source: '/the/source.sql', expected: expected)
    end

    it 'is seen from its content' do
      sql = "-- MariaDB dump\n"
      gzip = file('named.sql', Zlib.gzip(sql))
      expect([format(file('a', sql)), format(gzip)].map { |seen| [seen.content, seen.decompress&.first] })
        .to eq([[:sql, nil], [:sql, 'gzip']])
      expect(format(file('b', 'XBSTCK01'.b + "\0".b)).content).to eq(:xbstream)
      expect(format(file('c', "#{'x' * 257}ustar\0")).content).to eq(:tar)
      expect(format(directory).content).to eq(:tree)
    end

    ["\0\1\2", ''].each do |content|
      it "is none when it is #{content.inspect}" do
        expect { format(file('a', content)) }
          .to raise_error(Puppet::Error, %r{the snapshot /the/source.sql is neither a SQL dump nor})
      end
    end

    it 'must be what the catalog says' do
      path = file('a', 'select 1;')
      expect(format(path, :sql)).to be_sql
      expect { format(path, :mariabackup) }
        .to raise_error(Puppet::Error, %r{/the/source.sql is a SQL dump, the catalog says})
    end

    it 'names the package of a program that is missing' do
      allow(described_class).to receive(:need).and_call_original
      stub_const('ENV', ENV.to_h.merge('PATH' => directory))
      expect { format(file('b', "XBSTCK01\0")) }
        .to raise_error(Puppet::Error, %r{for the snapshot /the/source.sql .* the package mariadb-backup})
    end
  end

  describe PuppetX::Galera::Snapshot::Installation do
    subject(:installation) do
      described_class.new(datadir: datadir, state: state, user: Etc.getpwuid.name, timeout: 10)
    end

    let(:state) { PuppetX::Galera::MemberState.new(File.join(directory, 'state'), File.join(directory, 'run')) }
    let(:datadir) { PuppetX::Galera::Datadir.new(File.join(directory, 'mysql')) }
    let(:format) { instance_double(PuppetX::Galera::Snapshot::Format, sql?: true, content: :sql, decompress: nil) }
    let(:about) { { 'title' => 'shop', 'sha256' => 'ab' * 32 } }
    let(:commands) { [] }

    # The database itself is not here: the load writes a table, or dies in the middle.
    before do
      file('mysql/mysql/user.frm', '')
      allow(PuppetX::Galera::Command).to receive(:run) do |*argv, **|
        commands << argv.first
        file('mysql/mysql/user.frm', '') if argv.first == 'mariadb-install-db'
        PuppetX::Galera::Command::Result.new(status: 0, out: '', err: '', timed_out: false)
      end
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run) { load_rows }
    end

    def load_rows
      file('mysql/shop/item.ibd', 'rows')
    end

    def die_in_the_middle
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run) do
        load_rows
        raise Interrupt
      end
      expect { installation.install('/a.sql', format, about) }.to raise_error(Interrupt)
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run) { file('mysql/shop/again.ibd', 'rows') }
    end

    it 'is known once it is whole' do
      installation.install('/a.sql', format, about)
      expect([installation.installed, installation.interrupted?]).to eq(['ab' * 32, false])
      expect(datadir.user_schemas).to eq(['shop'])
      expect(Dir.children(datadir.path)).to contain_exactly('mysql', 'shop', 'galera-snapshot')
      expect(commands).to eq(%w[sync mariadbd])
    end

    it 'marks its beginning on disk before anything is loaded' do
      seen = nil
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run) do
        seen = [state.installing['sha256'], File.read(File.join(datadir.path, 'galera-snapshot-begun')).strip]
      end
      installation.install('/a.sql', format, about)
      expect(seen).to match(['ab' * 32, /\A\h{32}\z/])
    end

    it 'is never taken for whole when it was interrupted' do
      die_in_the_middle
      expect([installation.installed, installation.interrupted?]).to eq([nil, true])
    end

    it 'is begun anew from an empty directory after an interruption' do
      die_in_the_middle
      installation.install('/a.sql', format, about)
      expect([installation.installed, Dir.children(File.join(datadir.path, 'shop')), commands])
        .to eq(['ab' * 32, ['again.ibd'], %w[mariadb-install-db sync mariadbd]])
    end

    it 'survives an interruption while it empties the directory' do
      die_in_the_middle
      allow(FileUtils).to receive(:rm_rf).and_raise(Interrupt)
      expect { installation.install('/a.sql', format, about) }.to raise_error(Interrupt)
      allow(FileUtils).to receive(:rm_rf).and_call_original
      installation.install('/a.sql', format, about)
      expect(installation.installed).to eq('ab' * 32)
    end

    it 'deletes nothing where the directory is not the one it began on' do
      die_in_the_middle
      file('mysql/galera-snapshot-begun', 'another token')
      expect { installation.install('/a.sql', format, about) }.to raise_error(Puppet::Error, /nothing was deleted/)
      expect(datadir.user_schemas).to eq(['shop'])
    end

    it 'deletes nothing where a member of a cluster has run since' do
      die_in_the_middle
      file('mysql/grastate.dat', "uuid: e3c2ec68-e68e-11f1-bda3-a7f5841afcbc\nseqno: -1\n")
      expect { installation.install('/a.sql', format, about) }.to raise_error(Puppet::Error, /nothing was deleted/)
      expect(datadir.user_schemas).to eq(['shop'])
    end

    it 'finds the data of others, and the identity of a cluster, in its way' do
      file('mysql/grastate.dat', "uuid: e3c2ec68-e68e-11f1-bda3-a7f5841afcbc\nseqno: 4\n")
      with_identity = installation.occupied?
      File.unlink(File.join(datadir.path, 'grastate.dat'))
      without = installation.occupied?
      load_rows
      expect([with_identity, without, installation.occupied?]).to eq([true, false, true])
    end

    it 'is not installed any more where the data directory was made anew' do
      installation.install('/a.sql', format, about)
      FileUtils.rm_rf(datadir.path)
      file('mysql/mysql/user.frm', '')
      expect(installation.installed).to be_nil
    end
  end

  describe PuppetX::Galera::Snapshot::Beginning do
    subject(:beginning) { described_class.new(datadir: datadir, state: state) }

    let(:state) { PuppetX::Galera::MemberState.new(File.join(directory, 'state'), File.join(directory, 'run')) }
    let(:datadir) { PuppetX::Galera::Datadir.new(File.join(directory, 'mysql')) }
    let(:history) { 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc' }
    let(:user) { Etc.getpwuid.name }
    let(:series) { +'mariadbd  Ver 10.11.19-MariaDB' }

    before do
      described_class::TRACES.each { |name| file("mysql/#{name}", 'log') }
      allow(PuppetX::Galera::Command).to receive(:run) do |*, **|
        PuppetX::Galera::Command::Result.new(status: 0, out: series, err: '', timed_out: false)
      end
    end

    def remember(sha256: 'ab' * 32, contents: 'rows')
      state.prepare
      state.snapshot = { 'sha256' => sha256, 'beginning' => beginning.remembered(sha256, contents) }
      beginning.digest
    end

    # The server is not here: it leaves a position.
    def server_leaves(seqno)
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run) do |_, options:, **|
        @options = options
        grastate = file('mysql/galera.cache', '') && File.join(datadir.path, 'grastate.dat')
        File.write(grastate, File.read(grastate).sub(/seqno: .*/, "seqno: #{seqno}"))
      end
    end

    it 'is the same where all is the same, and another where anything differs' do
      first = remember
      expect(remember).to eq(first)
      others = [remember(contents: 'other rows'), remember(contents: nil), remember(sha256: 'cd' * 32)]
      series.replace('mariadbd  Ver 11.8.3-MariaDB')
      others << remember
      expect((others + [first]).uniq.length).to eq(5)
    end

    it 'is unknown as soon as a server has run on the data' do
      remember
      file('mysql/ib_logfile0', 'log')
      expect(beginning.digest).to be_nil
    end

    it 'is unknown where such files are not in the data directory' do
      File.unlink(File.join(datadir.path, 'ib_logfile0'))
      expect(remember).to be_nil
    end

    it 'is unknown where the data is in a cluster, and where no snapshot was installed' do
      unknown = beginning.digest
      remember
      file('mysql/grastate.dat', "uuid: #{history}\nseqno: -1\n")
      expect([unknown, beginning.digest]).to eq([nil, nil])
    end

    it 'enters a history at its first position, and may start no cluster there' do
      server_leaves(1)
      expect(beginning.enter(history, user: user)).to be true
      expect(datadir.grastate).to include('uuid' => history, 'seqno' => '1', 'safe_to_bootstrap' => '0')
      expect(Dir.children(datadir.path)).to contain_exactly(*described_class::TRACES, 'grastate.dat')
    end

    it 'runs for that in a cluster of its own that nobody else can find' do
      server_leaves(1)
      names = Array.new(2) do
        beginning.enter(history, user: user)
        datadir.leave_history
        @options.grep(/cluster-name/)
      end
      expect(names.uniq.length).to eq(2)
      expect(@options.grep(/cluster-address/)).to match([%r{=gcomm://127\.0\.0\.1:\d+\z}])
      expect(@options.grep(/provider-options/)).to match([%r{=gmcast\.listen_addr=tcp://127\.0\.0\.1:}])
      expect(@options).to include('--skip-networking')
    end

    it 'has no history where the disk is full' do
      allow(PuppetX::Galera::Snapshot::PrivateServer).to receive(:run).and_raise(Errno::ENOSPC)
      allow(Puppet).to receive(:warning)
      expect(beginning.enter(history, user: user)).to be false
      expect(Dir.children(datadir.path)).to match_array(described_class::TRACES)
    end

    it 'has no history where it came to another position' do
      server_leaves(2)
      allow(Puppet).to receive(:warning)
      expect(beginning.enter(history, user: user)).to be false
      expect(Dir.children(datadir.path)).to match_array(described_class::TRACES)
      expect(Puppet).to have_received(:warning).with(/whole transfer of state: it is at #{history}:2, not at/)
    end
  end
end
