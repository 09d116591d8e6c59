# frozen_string_literal: true

require 'fileutils'
require 'openssl'
require 'rbconfig'
require 'socket'
require 'timeout'
require 'yaml'
require_relative 'native_library'

# A node in a directory of its own, for specs that run whole `puppet` processes: settings, certificates, the module's
# Ruby files and its native library as pluginsync delivers them, and a port at which an orchestrator would listen.
class Node
  NAME = 'member.example.com'
  # A file, since a daemon starts itself anew by its name.
  LAUNCHER = <<~RUBY
    #!#{RbConfig.ruby}
    gem ENV.fetch('PUPPET_GEM', 'puppet'), ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
    $LOAD_PATH.unshift(ENV.fetch('NODE_LIB'))
    require 'puppet/util/command_line'
    Puppet::Util::CommandLine.new('puppet', ARGV).execute
  RUBY

  # The module's lib/ with the native library in its place, and without any. Made once for all nodes.
  class Plugins
    def initialize(directory, native:)
      FileUtils.cp_r("#{NativeLibrary::ROOT}/lib", directory)
      home = File.join(directory, 'puppet_x/galera/native')
      FileUtils.rm_rf(home)
      return unless native

      FileUtils.mkdir_p(target = File.join(home, PuppetX::Plan::Native.flavour))
      FileUtils.cp(NativeLibrary.path, File.join(target, PuppetX::Plan::Native::FILE))
    end
  end

  # Counts who connects, and hangs up.
  class Port
    attr_reader :connections

    def initialize
      @server = TCPServer.new('127.0.0.1', 0)
      @connections = 0
      @thread = Thread.new { serve }
    end

    def number
      @server.addr[1]
    end

    def close
      @thread.kill.join
      @server.close
    end

    private

    def serve
      loop do
        client = @server.accept
        @connections += 1
        client.close
      end
    end
  end

  attr_reader :directory, :port

  def initialize(directory, plugins)
    @directory = directory
    @plugins = plugins
    @port = Port.new
    @runs = 0
    %w[vardir/client_data/catalog confdir codedir].each { |name| FileUtils.mkdir_p(path(name)) }
    Certificates.write(path('confdir/ssl'))
    File.write(path('puppet'), LAUNCHER)
    File.chmod(0o755, path('puppet'))
  end

  def close
    port.close
  end

  def path(name)
    File.join(directory, name)
  end

  # The catalog, a hash, for an agent that asks for no other.
  def cache(catalog)
    File.write(path("vardir/client_data/catalog/#{NAME}.json"), JSON.generate(catalog))
  end

  # The process that applies the agent's catalog; nil when none does.
  def applying
    Integer(File.read(lock_file), exception: false)
  rescue Errno::ENOENT
    nil
  end

  def lock_file
    path('vardir/state/agent_catalog_run.lock')
  end

  def report_file
    path('vardir/state/last_run_report.yaml')
  end

  # Starts `puppet` and gives the Process of it. +arguments+: those of the command line, the application first.
  def start(arguments)
    log = path("log.#{@runs += 1}")
    pid = Process.spawn(environment, path('puppet'), *command(arguments), in: File::NULL, out: log, err: %i[child out])
    Running.new(pid, log, directory)
  end

  # A process of the node that runs.
  class Running
    LIMIT = 90

    attr_reader :pid

    def initialize(pid, log, directory)
      @pid = pid
      @log = log
      @directory = directory
    end

    # With `~` for the node's directory.
    def output
      File.read(@log).scrub.gsub(@directory, '~')
    end

    def signal(name)
      Process.kill(name, pid)
    end

    # Until the block is true; false when the process has ended before.
    def until(&condition)
      Timeout.timeout(LIMIT) do
        sleep(0.02) until (met = condition.call) || ended?
        met
      end
    end

    # The exit code; nil when a signal ended it.
    def wait
      Timeout.timeout(LIMIT) { sleep(0.01) until ended? }
      @status.exitstatus
    ensure
      kill
    end

    def kill
      return if ended?

      Process.kill(:KILL, pid)
      Process.wait(pid)
    end

    private

    def ended?
      return true if @status

      _, @status = Process.wait2(pid, Process::WNOHANG)
      !@status.nil?
    end
  end

  # The last one, as a hash; nil when none was written.
  def report
    return unless File.exist?(report_file)

    YAML.safe_load(File.read(report_file).sub(/\A--- !ruby\S+/, '---'), permitted_classes: [Symbol, Time])
  end

  private

  def environment
    NativeLibrary.environment.merge('NODE_LIB' => @plugins)
  end

  def command(arguments)
    application, *options = arguments
    [application, '--color=false', *settings, *(application == 'agent' ? agent_settings : []), *options]
  end

  def settings
    places = %w[vardir confdir codedir rundir logdir reportdir].flat_map { |name| ["--#{name}", path(name)] }
    places += ['--publicdir', path('publicdir')] if Puppet.settings.valid?(:publicdir)
    places + ['--ssldir', path('confdir/ssl'), '--certname', NAME]
  end

  # No server listens: what is to be had from one comes from the cache.
  def agent_settings
    ['--server', '127.0.0.1', '--serverport', '9', '--no-pluginsync', '--use_cached_catalog',
     '--pidfile', path('agent.pid')]
  end

  # A certificate authority, and the node's certificate by it. Keys take long to make: one set serves all nodes.
  module Certificates
    module_function

    def write(directory)
      FileUtils.mkdir_p(%w[certs private_keys public_keys].map { |name| File.join(directory, name) })
      files.each do |name, text|
        File.write(File.join(directory, name), text)
        File.chmod(0o600, File.join(directory, name)) if name.start_with?('private_keys')
      end
    end

    def files
      @files ||= begin
        authority = certificate('Puppet CA: spec', 1, nil)
        node = certificate(NAME, 2, authority)
        { 'certs/ca.pem' => authority.first.to_pem, "certs/#{NAME}.pem" => node.first.to_pem,
          "private_keys/#{NAME}.pem" => node.last.to_pem, 'crl.pem' => revocations(authority).to_pem }
      end
    end

    # [certificate, key]; its own issuer without +authority+.
    def certificate(name, serial, authority)
      key = OpenSSL::PKey::RSA.new(2048)
      certificate = OpenSSL::X509::Certificate.new
      certificate.version = 2
      certificate.serial = serial
      certificate.subject = OpenSSL::X509::Name.new([['CN', name]])
      certificate.issuer = (authority ? authority.first : certificate).subject
      certificate.public_key = key.public_key
      certificate.not_before = Time.now - 3600
      certificate.not_after = Time.now + (365 * 86_400)
      extend_certificate(certificate, authority)
      certificate.sign(authority ? authority.last : key, OpenSSL::Digest.new('SHA256'))
      [certificate, key]
    end

    def extend_certificate(certificate, authority)
      factory = OpenSSL::X509::ExtensionFactory.new(authority ? authority.first : certificate, certificate)
      constraints = "CA:#{authority ? 'FALSE' : 'TRUE'}"
      certificate.add_extension(factory.create_extension('basicConstraints', constraints, true))
      certificate.add_extension(factory.create_extension('subjectKeyIdentifier', 'hash'))
      certificate.add_extension(factory.create_extension('keyUsage', 'keyCertSign,cRLSign', true)) unless authority
    end

    def revocations(authority)
      list = OpenSSL::X509::CRL.new
      list.version = 1
      list.issuer = authority.first.subject
      list.last_update = Time.now - 3600
      list.next_update = Time.now + (365 * 86_400)
      list.add_extension(OpenSSL::X509::Extension.new('crlNumber', OpenSSL::ASN1::Integer(1)))
      list.sign(authority.last, OpenSSL::Digest.new('SHA256'))
    end
  end
end
