# frozen_string_literal: true

require 'socket'

module OrchestratorBench
  # A server to compare with: a process of the bench, on a port of loopback, never a service of the machine.
  module Peer
    module_function

    def free_port
      Addrinfo.tcp('127.0.0.1', 0).bind { |socket| socket.local_address.ip_port }
    end

    # Runs it for as long as the block takes.
    def run(*command)
      process = Process.spawn(*command, %i[out err] => File::NULL)
      yield
    ensure
      if process
        Process.kill('TERM', process)
        Process.wait(process)
      end
    end

    # A connection, as soon as it listens.
    def connect(port)
      TCPSocket.new('127.0.0.1', port)
    rescue Errno::ECONNREFUSED
      sleep 0.02
      retry
    end
  end
end
