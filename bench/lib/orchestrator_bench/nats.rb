# frozen_string_literal: true

require 'openssl'

module OrchestratorBench
  # nats-server, plain and not durable: request and reply between two connections.
  class Nats
    PROGRAM = ['/usr/sbin/nats-server', '/usr/bin/nats-server'].find { |path| File.executable?(path) }
    ROUNDS = 2000
    MESSAGE = 'x' * 128

    def self.installed?
      !PROGRAM.nil?
    end

    # Microseconds, p50. With an authority: over mutual TLS.
    def self.request_reply(authority: nil)
      port = Peer.free_port
      Peer.run(PROGRAM, '-a', '127.0.0.1', '-p', port.to_s, *tls(authority)) do
        responder = Thread.new { respond(connect(port, authority)) }
        times = measure(connect(port, authority))
        times.sort[times.size / 2]
      ensure
        responder&.kill
      end
    end

    def self.tls(authority)
      return [] unless authority

      ca, certificate, key = authority.files_of('server')
      ['--tlsverify', '--tlscacert', ca, '--tlscert', certificate, '--tlskey', key]
    end

    def self.connect(port, authority)
      socket = Peer.connect(port)
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      socket.gets
      socket = secured(socket, authority) if authority
      socket.write("CONNECT {\"verbose\":false}\r\nPING\r\n")
      nil until socket.gets == "PONG\r\n"
      socket
    end

    # The server speaks first, plainly, and both go on with TLS.
    def self.secured(socket, authority)
      ca, certificate, key = authority.files_of('client')
      context = OpenSSL::SSL::SSLContext.new
      context.set_params(ca_file: ca, cert: OpenSSL::X509::Certificate.new(File.read(certificate)),
                         key: OpenSSL::PKey.read(File.read(key)), verify_hostname: false)
      OpenSSL::SSL::SSLSocket.new(socket, context).tap do |tls|
        tls.sync = true
        tls.connect
      end
    end

    def self.respond(socket)
      socket.write("SUB ask 1\r\n")
      while (line = socket.gets)
        next unless line.start_with?('MSG ask')

        body = socket.gets
        socket.write("PUB #{line.split[3]} #{body.chomp.bytesize}\r\n#{body}")
      end
    end

    def self.measure(socket)
      socket.write("SUB reply 2\r\n")
      sleep 0.2 # until the other one has subscribed: who asks before gets no answer
      Array.new(ROUNDS) do
        from = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        socket.write("PUB ask reply #{MESSAGE.bytesize}\r\n#{MESSAGE}\r\n")
        socket.gets
        socket.gets
        (Process.clock_gettime(Process::CLOCK_MONOTONIC) - from) * 1e6
      end
    end
  end
end
