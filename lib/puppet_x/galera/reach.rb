# frozen_string_literal: true

require 'socket'

module PuppetX
  module Galera
    # Whether anybody accepts a connection. That somebody does is no evidence of anything; that nobody does is a reason
    # not to try.
    module Reach
      TIMEOUT = 1

      module_function

      def any?(addresses, port)
        addresses.map { |address| Thread.new { accepts?(address, port) } }.map(&:value).any?
      end

      def accepts?(address, port)
        Socket.tcp(address, port, connect_timeout: TIMEOUT) { true }
      rescue SystemCallError, SocketError
        false
      end
    end
  end
end
