# frozen_string_literal: true

require 'fileutils'
require 'json'
require 'open3'
require 'puppet'
require 'socket'
require 'timeout'
require_relative '../../../lib/puppet_x/plan/bundler'

module AgentBench
  # The released daemon with one cluster of the bench, on a free port of the loopback address.
  class Orchestrator
    NAME = 'localhost'
    PROGRAM = File.join(ROOT, 'build/release/bin/plan-orchestrator')

    attr_reader :port

    def initialize(dir, authority, modules)
      raise Error, "#{PROGRAM} is not there: build it with tools/build-release" unless File.executable?(PROGRAM)

      @dir = dir
      @authority = authority
      @modules = modules
      @port = free_port
    end

    def url
      "https://#{NAME}:#{port}"
    end

    def start
      FileUtils.mkdir_p(path('clusters'))
      File.write(path('clusters/bench.json'), JSON.generate(declaration))
      File.write(path('orchestrator.yaml'), JSON.generate(configuration))
      @pid = Process.spawn(PROGRAM, '--config', path('orchestrator.yaml'), out: path('log'), err: %i[child out])
      wait_until_it_listens
    end

    def stop
      return unless @pid

      Process.kill('TERM', @pid)
      Process.wait(@pid)
      @pid = nil
    end

    # Seconds of one call over a connection of its own, from name to answer, as curl measures it.
    def exchange(client)
      output, status = Open3.capture2e(
        'curl', '--silent', '--show-error', '--fail', '--output', '/dev/null',
        '--write-out', '%{time_total}', # rubocop:disable Style/FormatStringToken -- curl's notation
        '--cacert', @authority.path('ca.pem'), '--cert', @authority.path("#{client}.pem"),
        '--key', @authority.path("#{client}.key.pem"), "#{url}/status/v1/simple"
      )
      raise Error, "the orchestrator does not answer: #{output}" unless status.success?

      output.to_f
    end

    private

    def path(name)
      File.join(@dir, name)
    end

    def free_port
      server = TCPServer.new('127.0.0.1', 0)
      server.addr[1]
    ensure
      server&.close
    end

    def declaration
      { 'resource' => 'Galera::Cluster[bench]', 'title' => 'bench', 'plan' => 'bench::cluster', 'parameters' => {},
        'bundle' => PuppetX::Plan::Bundler.bundle('bench::cluster', @modules) }
    end

    # JSON is YAML.
    def configuration
      { 'certificate' => @authority.path("#{NAME}.pem"), 'private_key' => @authority.path("#{NAME}.key.pem"),
        'ca' => @authority.path('ca.pem'), 'crl' => @authority.path('crl.pem'), 'store' => path('store.sqlite'),
        'clusters' => path('clusters'), 'listen' => "127.0.0.1:#{port}", 'status_listen' => '',
        'compilers' => [Agent::NAME] } # `puppet apply` compiles its catalog itself
    end

    def wait_until_it_listens
      Timeout.timeout(30) do
        TCPSocket.new('127.0.0.1', port).close
      rescue Errno::ECONNREFUSED
        raise Error, "the orchestrator ended: #{File.read(path('log'))}" if Process.wait(@pid, Process::WNOHANG)

        sleep 0.01
        retry
      end
    end
  end
end
