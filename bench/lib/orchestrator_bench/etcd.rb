# frozen_string_literal: true

require 'json'
require 'tmpdir'

module OrchestratorBench
  # etcd, alone and on the disk: each put is acknowledged when it is in its log, with fsync. It is asked through its
  # JSON gateway, by the same clients as the daemon.
  class Etcd
    PROGRAM = '/usr/bin/etcd'
    PATH = '/v3/kv/put'
    # 128 bytes, as what is posted to the daemon.
    PUT = JSON.generate('key' => ['message'].pack('m0'), 'value' => ['x' * 128].pack('m0'))

    def self.installed?
      File.executable?(PROGRAM)
    end

    def self.puts_per_second(clients, seconds, authority: nil)
      serve(authority) do |port|
        Load.requests(port, clients, seconds, path: PATH, body: PUT, authority: authority)['per_second']
      end
    end

    # Yields the port.
    def self.serve(authority)
      Dir.mktmpdir('plan-etcd') do |directory|
        port = Peer.free_port
        Peer.run(PROGRAM, *arguments(directory, port, Peer.free_port, authority)) do
          wait_until_it_answers(port, authority)
          yield port
        end
      end
    end

    def self.arguments(directory, port, peers, authority)
      clients = "#{authority ? 'https' : 'http'}://127.0.0.1:#{port}"
      members = "http://127.0.0.1:#{peers}"
      own = ['--data-dir', directory, '--listen-client-urls', clients, '--advertise-client-urls', clients,
             '--listen-peer-urls', members, '--initial-advertise-peer-urls', members,
             '--initial-cluster', "default=#{members}", '--log-level', 'error']
      return own unless authority

      ca, certificate, key = authority.files_of('server')
      own + ['--client-cert-auth', '--trusted-ca-file', ca, '--cert-file', certificate, '--key-file', key]
    end

    # It listens before it has elected itself.
    def self.wait_until_it_answers(port, authority)
      Load.requests(port, 1, 0.1, path: PATH, body: PUT, authority: authority)
    rescue Error
      sleep 0.1
      retry
    end
  end
end
