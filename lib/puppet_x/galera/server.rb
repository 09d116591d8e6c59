# frozen_string_literal: true

require_relative 'command'

module PuppetX
  module Galera
    # What the running mariadbd says of itself, asked through the `mariadb` client on the Unix socket as root, with
    # root's own client configuration (which is where a password would be).
    class Server
      NULL_UUID = '00000000-0000-0000-0000-000000000000'
      QUERY = "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_cluster_status','wsrep_local_state_comment'," \
              "'wsrep_cluster_size','wsrep_cluster_state_uuid','wsrep_local_state_uuid','wsrep_last_committed'," \
              "'wsrep_provider_name'); SHOW GLOBAL VARIABLES WHERE Variable_name IN " \
              "('wsrep_provider_options','wsrep_cluster_name')"
      TIMEOUT = 3
      # What changes the cluster's tables waits for its turn among the writes of all members.
      EXECUTE_TIMEOUT = 60
      ROOT = { 'HOME' => '/root' }.freeze
      DEFAULT_SOCKET = '/run/mysqld/mysqld.sock'
      NO_SERVER = /ERROR 200[23] /.freeze

      # +sql+: 'ok', 'refused' (a server is there and does not answer the question) or 'none' (there is no server).
      # +replication+: how it talks to the other members, 'plain', 'tls' or 'both'. +cluster_name+: what it calls its
      # cluster; members that say otherwise refuse each other.
      Status = Struct.new(:sql, :cluster_status, :local_state, :cluster_size, :state_uuid, :seqno, :galera,
                          :replication, :cluster_name, keyword_init: true) do
        def synced?
          cluster_status == 'Primary' && local_state == 'Synced'
        end

        # It runs, and is in no component of any cluster.
        def disconnected?
          cluster_status == 'Disconnected'
        end

        def encrypts?
          %w[tls both].include?(replication)
        end
      end

      def status
        return Status.new(sql: 'none', galera: false) unless File.socket?(socket)

        result = query(QUERY)
        return parse(result.out) if result.ok?

        Status.new(sql: result.err.match?(NO_SERVER) ? 'none' : 'refused', galera: false)
      end

      def query(statement)
        Command.run(*client, '--user=root', '--execute', statement, timeout: TIMEOUT, env: ROOT)
      end

      # Statements that no list of processes may show. Raises when one fails.
      def execute(statements)
        result = Command.run(*client, '--user=root', timeout: EXECUTE_TIMEOUT, env: ROOT, input: statements)
        raise Puppet::Error, "MariaDB: #{result.complaint}" unless result.ok?

        result.out
      end

      # Whether the server lets this account in; nil when there is no server that could tell.
      def admits?(user, password)
        return nil unless File.socket?(socket)

        result = Command.run(*client('--no-defaults'), "--user=#{user}", '--execute', 'DO 0',
                             timeout: TIMEOUT, env: { 'MYSQL_PWD' => password })
        result.timed_out || result.err.match?(NO_SERVER) ? nil : result.ok?
      end

      def socket
        @socket ||= begin
          defaults = Command.run('my_print_defaults', '--mysqld', timeout: TIMEOUT)
          lines = defaults.out.lines.map(&:chomp)
          lines.reverse.map { |line| line[/\A--socket=(.+)/, 1] }.compact.first || DEFAULT_SOCKET
        end
      end

      private

      # +settings+: whose configuration counts, root's own if it is not said.
      def client(*settings)
        ['mariadb', *settings, "--connect-timeout=#{TIMEOUT}", '--batch', '--skip-column-names', '--protocol=socket',
         "--socket=#{socket}"]
      end

      def parse(text)
        values = text.lines.to_h { |line| line.chomp.split("\t", 2) }
        Status.new(sql: 'ok', cluster_status: present(values['wsrep_cluster_status']),
                   local_state: present(values['wsrep_local_state_comment']),
                   cluster_size: values['wsrep_cluster_size']&.to_i, state_uuid: uuid(values),
                   seqno: seqno(values['wsrep_last_committed']),
                   galera: values['wsrep_provider_name'].to_s != '',
                   replication: replication(values['wsrep_provider_options'].to_s),
                   cluster_name: present(values['wsrep_cluster_name']))
      end

      # Nothing is said of TLS by a provider that does without.
      def replication(options)
        return nil if options.empty?
        return 'plain' unless options.match?(/\bsocket\.ssl = YES/i)

        options.match?(/\bsocket\.dynamic = (YES|true|1)/i) ? 'both' : 'tls'
      end

      def present(value)
        value.to_s.empty? ? nil : value
      end

      def uuid(values)
        %w[wsrep_cluster_state_uuid wsrep_local_state_uuid].map { |name| values[name] }
                                                           .find { |id| id.to_s != '' && id != NULL_UUID }
      end

      # mariadbd shows "unknown" as the largest unsigned number.
      def seqno(value)
        number = value.to_s.empty? ? -1 : value.to_i
        number.between?(0, (2**63) - 1) ? number : -1
      end
    end
  end
end
