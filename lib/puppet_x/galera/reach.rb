# frozen_string_literal: true

require 'socket'

module PuppetX
  module Galera
    # Whether anybody accepts a connection. That somebody does is no evidence of anything; that nobody does is a reason
    # not to try.
    module Reach
      TIMEOUT = 1
      # The kernel's tables of connections: the addresses of both ends in hexadecimal, and the state.
      CONNECTIONS = %w[/proc/net/tcp /proc/net/tcp6].freeze
      ENTRY = /\A\s*\d+: \h+:(\h{4}) \h+:(\h{4}) (\h\h) /.freeze
      ESTABLISHED = '01'

      module_function

      def any?(addresses, port)
        addresses.map { |address| Thread.new { accepts?(address, port) } }.map(&:value).any?
      end

      # Whether this node has a connection to or from this port now: who is in a group has one to each of the others.
      def connected?(port, tables = CONNECTIONS)
        wanted = format('%04X', port)
        tables.select { |table| File.readable?(table) }.any? do |table|
          File.foreach(table).any? do |line|
            near, far, state = line.match(ENTRY)&.captures
            state == ESTABLISHED && [near, far].include?(wanted)
          end
        end
      end

      def accepts?(address, port)
        Socket.tcp(address, port, connect_timeout: TIMEOUT) { true }
      rescue SystemCallError, SocketError
        false
      end
    end
  end
end
