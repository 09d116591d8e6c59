# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/server'

RSpec.describe PuppetX::Galera::Server do
  subject(:server) { described_class.new }

  before do
    allow(server).to receive(:socket).and_return('/run/x')
    allow(File).to receive(:socket?).with('/run/x').and_return(true)
  end

  def answer(out: '', err: '', status: 0)
    result = PuppetX::Galera::Command::Result.new(status: status, out: out, err: err, timed_out: false)
    allow(PuppetX::Galera::Command).to receive(:run).and_return(result)
    server.status
  end

  it 'reads the status of a member' do
    status = answer(out: <<~TEXT)
      wsrep_local_state_comment\tSynced
      wsrep_cluster_size\t3
      wsrep_cluster_state_uuid\te3c2ec68-e68e-11f1-bda3-a7f5841afcbc
      wsrep_last_committed\t41
      wsrep_cluster_status\tPrimary
      wsrep_provider_name\tGalera
      wsrep_cluster_name\tcluster_1
      wsrep_provider_options\tbase_dir = /var/lib/mysql/; socket.checksum = 2; socket.recv_buf_size = auto;
    TEXT
    expect(status.to_h).to eq(sql: 'ok', cluster_status: 'Primary', local_state: 'Synced', cluster_size: 3,
                              state_uuid: 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc', seqno: 41, galera: true,
                              replication: 'plain', cluster_name: 'cluster_1')
    expect(status.synced?).to be true
  end

  it 'tells how the server talks to the others' do
    found = ['socket.checksum = 2; ', 'socket.checksum = 2; socket.ssl = YES; socket.ssl_ca = /x; ',
             'socket.dynamic = YES; socket.ssl = YES; ', 'socket.dynamic = true; socket.ssl = YES; '].map do |options|
      status = answer(out: "wsrep_cluster_status\tPrimary\nwsrep_provider_options\t#{options}\n")
      [status.replication, status.encrypts?]
    end
    expect(found).to eq([['plain', false], ['tls', true], ['both', true], ['both', true]])
    expect(answer(out: "wsrep_provider_options\t\n").replication).to be_nil
  end

  it 'is not Synced outside the primary component' do
    expect(answer(out: "wsrep_cluster_status\tnon-Primary\nwsrep_local_state_comment\tSynced\n").synced?).to be false
  end

  it 'sees a server without Galera, and takes null and unknown for unknown' do
    status = answer(out: <<~TEXT)
      wsrep_cluster_state_uuid\t00000000-0000-0000-0000-000000000000
      wsrep_last_committed\t18446744073709551615
      wsrep_provider_name\t
    TEXT
    expect([status.sql, status.galera, status.state_uuid, status.seqno]).to eq(['ok', false, nil, -1])
  end

  it 'tells a server that refuses from one that is not there' do
    refused = answer(err: 'ERROR 1045 (28000): Access denied', status: 1).sql
    gone = answer(err: "ERROR 2002 (HY000): Can't connect", status: 1).sql
    expect([refused, gone]).to eq(%w[refused none])
  end

  it 'asks nobody where there is no socket' do
    allow(File).to receive(:socket?).and_return(false)
    expect(PuppetX::Galera::Command).not_to receive(:run)
    expect(server.status.sql).to eq('none')
  end

  describe 'with a client that shows what it was given' do
    let(:directory) { Dir.mktmpdir }

    around do |example|
      path = ENV.fetch('PATH')
      File.write(File.join(directory, 'mariadb'), <<~SH, perm: 0o755)
        #!/bin/sh
        echo "arguments $*; home $HOME; password $MYSQL_PWD; input $(cat)"
        case "$*" in *--user=stranger*) echo 'ERROR 1045 (28000): Access denied' >&2; exit 1 ;; esac
      SH
      ENV['PATH'] = "#{directory}:#{path}"
      example.run
      ENV['PATH'] = path
      FileUtils.remove_entry(directory)
    end

    it 'gives statements that nobody may see by a pipe' do
      arguments, input = server.execute("CREATE USER x;\n").split('; input ')
      expect(arguments).to match(%r{--user=root; home /root})
      expect(arguments).not_to include('CREATE')
      expect(input).to eq("CREATE USER x;\n")
    end

    it 'tries whether an account is let in, with nothing of it but the name among the arguments' do
      shown = nil
      allow(PuppetX::Galera::Command).to receive(:run).and_wrap_original do |run, *argv, **options|
        run.call(*argv, **options).tap { |result| shown = result.out }
      end
      expect(server.admits?('sst', 's3cret')).to be true
      expect(shown).to match(/\Aarguments --no-defaults .*--user=sst/).and include('password s3cret')
      expect(shown[/arguments.*; home/]).not_to include('s3cret')
      expect(server.admits?('stranger', 'x')).to be false
    end

    it 'says what MariaDB said of a statement that failed' do
      File.write(File.join(directory, 'mariadb'), "#!/bin/sh\necho 'ERROR 1045 (28000) at line 1: no' >&2; exit 1\n")
      expect { server.execute('x') }.to raise_error(Puppet::Error, /MariaDB: ERROR 1045/)
    end
  end
end
