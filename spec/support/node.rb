# frozen_string_literal: true

require 'fileutils'
require 'json'
require 'rbconfig'
require 'socket'
require 'timeout'
require 'yaml'
require_relative 'certificates'
require_relative 'native_library'

# A node in a directory of its own, for specs that run whole `puppet` processes: settings, certificates, the module's
# Ruby files and its native library as pluginsync delivers them, and a port at which an orchestrator would listen.
class Node
  NAME = 'member.example.com'

  # A file, since a daemon starts itself anew by its name.
  COMMAND = <<~RUBY
    #!#{RbConfig.ruby}
    gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
    $LOAD_PATH.unshift(ENV.fetch('NODE_LIB'))
    require 'puppet/util/command_line'
    Puppet::Util::CommandLine.new('puppet', ARGV).execute
  RUBY

  # Writes the module's lib/, with the native library in its place or without any.
  def self.write_plugins(directory, native:)
    FileUtils.cp_r("#{NativeLibrary::ROOT}/lib", directory)
    home = File.join(directory, 'puppet_x/galera/native')
    FileUtils.rm_rf(home)
    return unless native

    FileUtils.mkdir_p(target = File.join(home, PuppetX::Plan::Native.flavour))
    FileUtils.cp(NativeLibrary.path, File.join(target, PuppetX::Plan::Native::FILE))
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

  # A `puppet` process of the node.
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
      File.exist?(@log) ? File.read(@log).scrub.gsub(@directory, '~') : ''
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
      exit_code
    ensure
      kill
    end

    def kill
      return if ended?

      Process.kill(:KILL, pid)
      sleep(0.01) until ended?
    end

    private

    def exit_code
      @status.exitstatus
    end

    def ended?
      return true if @status

      _, @status = Process.wait2(pid, Process::WNOHANG)
      !@status.nil?
    end
  end

  # One that the launcher waits for.
  class Forked < Running
    private

    def exit_code
      Integer(File.read("#{@log}.ended"), exception: false)
    end

    def ended?
      File.exist?("#{@log}.ended")
    end
  end

  attr_reader :directory, :port

  # Without +launcher+ the node's own command is run.
  def initialize(directory, plugins, launcher = nil)
    @directory = directory
    @plugins = plugins
    @launcher = launcher
    @port = Port.new
    @runs = 0
    %w[vardir/client_data/catalog confdir codedir].each { |name| FileUtils.mkdir_p(path(name)) }
    Certificates.write(path('confdir/ssl'), NAME)
    File.write(path('puppet'), COMMAND, perm: 0o755)
  end

  def close
    port.close
  end

  def path(name)
    File.join(directory, name)
  end

  # Starts `puppet` and gives the Running of it. +arguments+: those of the command line, the application first.
  def start(arguments)
    log = path("log.#{@runs += 1}")
    return spawn(arguments, log) unless @launcher

    Forked.new(@launcher.start(command(arguments), lib: @plugins, log: log, ended: "#{log}.ended"), log, directory)
  end

  # The catalog, a hash, for an agent that asks for no other.
  def cache(catalog)
    File.write(catalog_file, JSON.generate(catalog))
  end

  def catalog_file
    path("vardir/client_data/catalog/#{NAME}.json")
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

  # The last one, as a hash; nil when none was written.
  def report
    return unless File.exist?(report_file)

    YAML.safe_load(File.read(report_file).sub(/\A--- !ruby\S+/, '---'), permitted_classes: [Symbol, Time])
  end

  private

  def spawn(arguments, log)
    environment = NativeLibrary.environment.merge('NODE_LIB' => @plugins)
    pid = Process.spawn(environment, path('puppet'), *command(arguments), in: File::NULL, out: log, err: %i[child out])
    Running.new(pid, log, directory)
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
end
