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
              "'wsrep_provider_name')"
      TIMEOUT = 3
      DEFAULT_SOCKET = '/run/mysqld/mysqld.sock'
      NO_SERVER = /ERROR 200[23] /.freeze

      # +sql+: 'ok', 'refused' (a server is there and does not answer the question) or 'none' (there is no server).
      Status = Struct.new(:sql, :cluster_status, :local_state, :cluster_size, :state_uuid, :seqno, :galera,
                          keyword_init: true) do
        def synced?
          cluster_status == 'Primary' && local_state == 'Synced'
        end

        # It runs, and is in no component of any cluster.
        def disconnected?
          cluster_status == 'Disconnected'
        end
      end

      def status
        return Status.new(sql: 'none', galera: false) unless File.socket?(socket)

        result = query(QUERY)
        return parse(result.out) if result.ok?

        Status.new(sql: result.err.match?(NO_SERVER) ? 'none' : 'refused', galera: false)
      end

      def query(statement)
        Command.run('mariadb', "--connect-timeout=#{TIMEOUT}", '--batch', '--skip-column-names',
                    '--protocol=socket', "--socket=#{socket}", '--user=root', '--execute', statement,
                    timeout: TIMEOUT, env: { 'HOME' => '/root' })
      end

      def socket
        @socket ||= begin
          defaults = Command.run('my_print_defaults', '--mysqld', timeout: TIMEOUT)
          lines = defaults.out.lines.map(&:chomp)
          lines.reverse.map { |line| line[/\A--socket=(.+)/, 1] }.compact.first || DEFAULT_SOCKET
        end
      end

      private

      def parse(text)
        values = text.lines.to_h { |line| line.chomp.split("\t", 2) }
        Status.new(sql: 'ok', cluster_status: present(values['wsrep_cluster_status']),
                   local_state: present(values['wsrep_local_state_comment']),
                   cluster_size: values['wsrep_cluster_size']&.to_i, state_uuid: uuid(values),
                   seqno: seqno(values['wsrep_last_committed']),
                   galera: values['wsrep_provider_name'].to_s != '')
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
