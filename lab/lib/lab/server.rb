# frozen_string_literal: true

require 'yaml'

module Lab
  # The Puppet Server's host: a real Puppet Server with its own CA, r10k, and (by its own agent run) the orchestrator.
  class Server
    FORGE_DIR = '/srv/forge'
    FORGE_PORT = 8090
    R10K_CACHE = '/var/cache/r10k'
    INSTALLED = '/srv/forge/installed'
    # Puppet writes them; the lab only needs to know where they are. The same on each platform that has a server.
    SSL_DIR = Platform::DEFAULT.ssldir
    START_ATTEMPTS = 3
    REPORTS_DIR = '/var/lib/puppetserver/reports'
    ORCHESTRATOR_UNIT = 'plan-orchestrator.service'
    ORCHESTRATOR_SOCKET = 'plan-orchestrator.socket'
    ORCHESTRATOR_STATE = '/var/lib/plan-orchestrator'

    PUPPET_CONF = <<~CONF
      [main]
      server = #{Settings.certname(Settings::SERVER)}
      certname = #{Settings.certname(Settings::SERVER)}
      keylength = 2048
      [server]
      autosign = true
      reports = store
    CONF
    # Quick to start and small, for a handful of agents: one JRuby, the first compiler only.
    JAVA_ARGS = '-Xms256m -Xmx768m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ' \
                '-Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger'
    R10K_CONF = <<~CONF
      ---
      cachedir: #{R10K_CACHE}
      forge:
        baseurl: http://127.0.0.1:#{FORGE_PORT}
    CONF
    FORGE_UNIT = <<~UNIT
      [Unit]
      Description=Module forge of the lab
      [Service]
      ExecStart=/usr/bin/ruby #{FORGE_DIR}/forge.rb #{FORGE_DIR} #{FORGE_PORT}
      [Install]
      WantedBy=multi-user.target
    UNIT

    attr_reader :machine, :environment

    def initialize
      @machine = Machine.new(Settings::SERVER)
      @environment = Environment.new(machine)
    end

    # Makes and starts what is not there or not running. The module, if one is given, goes in before the Puppet Server
    # starts where it can: it then need not be reloaded.
    def up(platform, root, release = nil)
      create(platform, root) unless machine.exist?
      unless machine.running?
        machine.boot
        machine.wait_until_booted
      end
      machine.run('systemctl', 'enable', '--now', '--quiet', 'lab-forge')
      install_module(release) if release
      Shell.step('server: Puppet Server started') { start_puppet_server } unless running?
    end

    def running?
      machine.running? && machine.try('systemctl', 'is-active', '--quiet', 'puppetserver').ok?
    end

    # Publishes the archive on the lab's forge, and lets r10k install it from a Puppetfile that names it.
    def install_module(release)
      return Shell.say("server: #{release.file_name} is installed already") if installed?(release)

      publish(release)
      environment.write_puppetfile(release.author, release.module_name, release.version)
      Shell.step("server: r10k installed #{release.file_name}") do
        machine.run('r10k', 'puppetfile', 'install', '--config', '/etc/r10k.yaml',
                    '--puppetfile', environment.path('Puppetfile'), '--moduledir', environment.path('modules'))
      end
      machine.write(INSTALLED, release.digest)
      forget_compiled_code
    end

    # As it was released, whatever was done to what is there.
    def reinstall_module(release)
      machine.write(INSTALLED, '')
      install_module(release)
    end

    # The orchestrator and its cluster, by the server's own agent run.
    def apply_own_catalog
      run = AgentRun.new(machine).call
      return if run.ok?

      raise Error, "the agent run on #{machine.certname} failed (exit code #{run.code}): see its output above"
    end

    # Throws away what the orchestrator has stored, and lets the server's own agent run put it in place again.
    def forget_cluster
      forget_stored { apply_own_catalog }
    end

    # The same where the cluster is declared as it was.
    def forget_same_cluster
      forget_stored { machine.run('systemctl', 'start', ORCHESTRATOR_UNIT) }
    end

    # With its socket: else the next agent that connects would start it.
    def stop_orchestrator
      machine.run('systemctl', 'stop', ORCHESTRATOR_SOCKET, ORCHESTRATOR_UNIT)
    end

    # Whatever became of it before: one that was killed often is not started by systemd any more.
    def start_orchestrator
      machine.try('systemctl', 'reset-failed', ORCHESTRATOR_UNIT, ORCHESTRATOR_SOCKET)
      machine.run('systemctl', 'start', ORCHESTRATOR_UNIT)
    end

    def restart_orchestrator
      machine.run('systemctl', 'restart', ORCHESTRATOR_UNIT)
    end

    # systemd starts it again.
    def kill_orchestrator
      machine.try('systemctl', 'kill', '-s', 'KILL', ORCHESTRATOR_UNIT)
    end

    # The last report of a member as the report processor "store" wrote it, one file a minute; nil when there is none.
    # Plain hashes and arrays: the classes that Puppet has for the parts are left out.
    def last_report(certname)
      file = Dir.glob(File.join(machine.disk, REPORTS_DIR, certname, '*.yaml')).max or return nil

      YAML.safe_load(File.read(file).gsub(/ !ruby\S+/, ''), permitted_classes: [Symbol, Time], aliases: true)
    end

    def forget_reports
      machine.run('rm', '-rf', REPORTS_DIR)
    end

    private

    def forget_stored
      stop_orchestrator
      machine.run('find', ORCHESTRATOR_STATE, '-mindepth', '1', '-delete')
      yield
    end

    def create(platform, root)
      machine.create(platform, root,
                     '/etc/puppet/puppet.conf' => PUPPET_CONF, '/etc/r10k.yaml' => R10K_CONF,
                     '/etc/systemd/system/lab-forge.service' => FORGE_UNIT,
                     "#{FORGE_DIR}/forge.rb" => File.read(File.join(Settings.project_dir, 'lab/server/forge.rb')))
      edit('/etc/default/puppetserver') { |text| text.sub(/^JAVA_ARGS=.*$/, "JAVA_ARGS=\"#{JAVA_ARGS}\"") }
      edit('/etc/puppet/puppetserver/conf.d/puppetserver.conf') do |text|
        text.sub(/^ *#max-active-instances: .*$/, '    max-active-instances: 1')
      end
      environment.write({})
    end

    def edit(path)
      before = File.read(File.join(machine.disk, path))
      after = yield before
      raise Error, "#{path} of the server is not as the lab knows it" if before == after

      machine.write(path, after)
    end

    # Debian's unit now and then fails at once, when its ExecStartPost looks before the user was switched.
    def start_puppet_server
      machine.run('puppetserver', 'ca', 'setup') unless machine.try('test', '-d', "#{SSL_DIR}/certs").ok?
      START_ATTEMPTS.times do
        return if machine.try('systemctl', 'start', 'puppetserver').ok?
      end
      journal = machine.try('journalctl', '-u', 'puppetserver', '-n', '20', '--no-pager').out
      raise Error, "the Puppet Server does not start:\n#{journal}"
    end

    def installed?(release)
      machine.try('cat', INSTALLED).out == release.digest
    end

    # r10k knows a release by its version alone. A rebuilt one of the same version must not be taken for the old.
    def publish(release)
      machine.write("#{FORGE_DIR}/#{release.file_name}", File.binread(release.path))
      machine.run('rm', '-rf', R10K_CACHE, environment.path("modules/#{release.module_name}"))
    end

    # Types and functions written in Ruby stay loaded in the JRuby instances; a reload makes new ones.
    def forget_compiled_code
      return unless running?

      Shell.step('server: Puppet Server reloaded') { machine.run('systemctl', 'reload', 'puppetserver') }
    end
  end
end
