# frozen_string_literal: true

require 'digest'
require 'etc'
require 'json'
require 'securerandom'
require 'socket'
require_relative '../command'
require_relative '../datadir'
require_relative '../durable'
require_relative 'private_server'

module PuppetX
  module Galera
    module Snapshot
      # What the data of an installed snapshot is, for as long as no server has run on it: members whose data began with
      # the same have the same rows and the same accounts. Who finds that his cluster began with just this enters its
      # history where it began, and gets from the others what came later, instead of all of it.
      class Beginning
        # Every server that ever ran on the data directory has written these. Where some are kept elsewhere, nothing is
        # known.
        TRACES = %w[ib_logfile0 ibdata1 aria_log_control].freeze
        # The first view of a new cluster is its first position; no row is in it.
        FIRST = 1
        READY = /^wsrep_ready\tON$/.freeze
        POLL = 0.05
        START_TIMEOUT = 60
        STOP_TIMEOUT = 120
        QUERY_TIMEOUT = 5
        SYNC_TIMEOUT = 600
        TABLES_AT_ONCE = 50
        # Where MariaDB keeps who may do what, without the times at which that was written down.
        ACCOUNTS = <<~SQL
          SELECT Host, User, JSON_REMOVE(Priv, '$.password_last_changed') FROM mysql.global_priv ORDER BY Host, User;
          SELECT * FROM mysql.db ORDER BY Host, Db, User;
          SELECT * FROM mysql.roles_mapping ORDER BY Host, User, Role;
          SELECT Host, Db, User, Table_name, Table_priv, Column_priv FROM mysql.tables_priv ORDER BY 1, 2, 3, 4;
          SELECT Host, Db, User, Table_name, Column_name, Column_priv FROM mysql.columns_priv ORDER BY 1, 2, 3, 4, 5;
          SELECT Host, Db, User, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv ORDER BY 1, 2, 3, 4, 5;
        SQL
        USER_TABLES = <<~SQL
          SELECT CONCAT('`', REPLACE(table_schema, '`', '``'), '`.`', REPLACE(table_name, '`', '``'), '`')
          FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN
          (#{Datadir::SYSTEM_SCHEMAS.map { |name| "'#{name}'" }.join(', ')}) ORDER BY 1;
        SQL

        def initialize(datadir:, state:)
          @datadir = datadir
          @state = state
        end

        # All rows and accounts behind +socket+, read once, as a short text; within +timeout+ seconds a question.
        def self.contents(socket, timeout:)
          ask = ->(sql) { query(socket, sql, timeout) }
          sums = ask.call(USER_TABLES).lines(chomp: true).each_slice(TABLES_AT_ONCE).map do |tables|
            ask.call("CHECKSUM TABLE #{tables.join(', ')}")
          end
          Digest::SHA256.hexdigest([ask.call(ACCOUNTS), *sums].join("\n"))
        end

        # What the server behind +socket+ answers, a row a line; within +timeout+ seconds.
        def self.query(socket, sql, timeout)
          result = Command.run('mariadb', '--no-defaults', '--protocol=socket', "--socket=#{socket}", '--user=root',
                               '--batch', '--raw', '--skip-column-names', "--execute=#{sql}", timeout: timeout)
          raise Puppet::Error, "MariaDB: #{result.complaint}" unless result.ok?

          result.out
        end

        # What is remembered with a snapshot that was just installed. +contents+: nil where the files themselves are the
        # snapshot.
        def remembered(sha256, contents)
          { 'digest' => Digest::SHA256.hexdigest([sha256, contents || 'files', series].join("\n")), 'traces' => traces }
        end

        # The same text for all whose data is the same; nil where that is not known, or not so any more.
        def digest
          about = (@state.snapshot || {})['beginning']
          return nil if about.nil? || @datadir.grastate

          now = traces
          about['digest'] if now.values.all? && about['traces'] == now
        end

        # Makes this data the first position of +history+: a server of its own bootstraps it, seen by nobody, and stops.
        # False, and without any history, when that did not work out: the member then takes a whole transfer.
        def enter(history, user:)
          @datadir.begin_history(history, Etc.getpwnam(user))
          run_alone(user)
          position = @datadir.recorded_position
          unless [position.uuid, position.seqno] == [history, FIRST]
            raise Puppet::Error, "it is at #{position.uuid}:#{position.seqno}, not at #{history}:#{FIRST}"
          end

          @datadir.settle_history
          true
        rescue Puppet::Error, SystemCallError => e
          @datadir.leave_history
          Puppet.warning("#{@datadir.path} could not enter the cluster's history where it began, it takes a whole " \
                         "transfer of state: #{e.message}")
          false
        end

        private

        def run_alone(user)
          PrivateServer.run(@datadir.path, user: user, stop_timeout: STOP_TIMEOUT, options: alone) do |socket|
            wait_until_ready(socket)
          end
          result = Command.run('sync', '--file-system', @datadir.path, timeout: SYNC_TIMEOUT)
          raise Puppet::Error, "sync of #{@datadir.path}: #{result.complaint}" unless result.ok?
        end

        # A cluster of one, under a name that nobody knows, which listens on the loopback only and keeps nothing.
        def alone
          port = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
          provider = { 'gmcast.listen_addr' => "tcp://127.0.0.1:#{port}", 'pc.recovery' => 'no', 'gcache.size' => '1M',
                       'gcache.recover' => 'no' }
          PrivateServer::ALONE + [
            '--wsrep-on=ON', '--wsrep-new-cluster', "--wsrep-cluster-name=#{SecureRandom.hex(16)}",
            "--wsrep-cluster-address=gcomm://127.0.0.1:#{port}", '--wsrep-node-address=127.0.0.1',
            "--wsrep-provider-options=#{provider.map { |name, value| "#{name}=#{value}" }.join(';')}",
            '--wsrep-notify-cmd=', '--binlog-format=ROW', '--innodb-autoinc-lock-mode=2'
          ]
        end

        def wait_until_ready(socket)
          deadline = Command.monotonic + START_TIMEOUT
          until ready?(socket)
            raise Puppet::Error, "it was not ready in #{START_TIMEOUT} s" if Command.monotonic > deadline

            Kernel.sleep(POLL)
          end
        end

        def ready?(socket)
          self.class.query(socket, "SHOW STATUS LIKE 'wsrep_ready'", QUERY_TIMEOUT).match?(READY)
        rescue Puppet::Error
          false
        end

        def traces
          TRACES.to_h do |name|
            stat = File.stat(File.join(@datadir.path, name))
            [name, [stat.size, stat.mtime.to_i, stat.mtime.nsec]]
          rescue Errno::ENOENT
            [name, nil]
          end
        end

        # Of MariaDB, whose defaults are others in each.
        def series
          Command.run('mariadbd', '--no-defaults', '--version').out[/Ver (\d+\.\d+)/, 1]
        end
      end
    end
  end
end
