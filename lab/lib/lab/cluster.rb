# frozen_string_literal: true

module Lab
  # The machines of the lab as a whole: what the commands of lab/lab do.
  class Cluster
    # Members ask a compiler for a certificate and at once for more on the same connection; the first run then waits
    # half a minute for nothing. Not keeping the connection avoids that.
    MEMBER_CONF = <<~CONF
      [main]
      server = #{Settings.certname(Settings::SERVER)}
      certname = %<certname>s
      keylength = 2048
      http_keepalive_timeout = 0
    CONF

    # A journal that survives a power cut: scenarios count in it.
    JOURNAL_CONF = "[Journal]\nStorage=persistent\n"
    SSL_DIR = '/var/lib/puppet/ssl'

    attr_reader :server

    def initialize
      @server = Server.new
    end

    def members
      Machine.all_existing.reject { |machine| machine.name == Settings::SERVER }
    end

    def member(name)
      short = name.delete_suffix(".#{Settings::DOMAIN}")
      found = Machine.all_existing.find { |machine| machine.name == short }
      return found if found

      raise Error, "there is no machine '#{name}' in this lab; there are: #{names(Machine.all_existing)}"
    end

    # The machines an argument names: one, or all members.
    def select(name)
      return [member(name)] unless name == 'all'
      raise Error, 'this lab has no members; make some with: lab up' if members.empty?

      members
    end

    # Makes and boots what is missing; what is there and runs is left alone.
    def up(count:, release: nil)
      roots = Roots.ensure_all
      Network.up_bridge
      Shell.in_parallel([-> { server.up(roots['server'], release) }, -> { up_members(roots['member'], count) }], &:call)
      server.environment.write('cluster_size' => count)
      return unless release

      Shell.step('server: orchestrator put in place by its own agent run') { server.apply_own_catalog }
    end

    # Members as new, and an orchestrator that knows nothing. The Puppet Server stays up, and the members keep their
    # certificates: what is slow to make and is not what scenarios are about.
    def fresh(count: members.length)
      Shell.step("members: #{count} with new disks") do
        certificates = Shell.in_parallel(members) { |machine| take_certificates(machine) }.compact.to_h
        root = Roots.ensure_all['member']
        Shell.in_parallel(members, &:destroy)
        machines = Settings.member_names(count).map { |name| Machine.new(name) }
        machines.each { |machine| create_member(machine, root, certificates[machine.name]) }
        machines.each(&:boot)
        machines.each(&:wait_until_booted)
      end
      server.environment.write('cluster_size' => count)
      Shell.step('server: orchestrator as new') { server.forget_cluster }
    end

    # Has no member ever run its agent?
    def untouched?
      members.none? { |machine| certificate?(machine) }
    end

    def run(machines, *arguments)
      AgentRun.together(machines, *arguments)
    end

    def status
      Status.new(members, server).collect
    end

    def down
      Machine.all_existing.each(&:destroy)
      Network.down('bridge')
    end

    private

    def up_members(root, count)
      machines = Settings.member_names(count).map { |name| Machine.new(name) }
      Shell.step("members: #{names(machines)} booted") do
        started = machines.reject(&:running?).each do |machine|
          create_member(machine, root) unless machine.exist?
          machine.boot
        end
        started.each(&:wait_until_booted)
      end
    end

    def create_member(machine, root, certificates = nil)
      machine.create(root, '/etc/puppet/puppet.conf' => format(MEMBER_CONF, certname: machine.certname),
                           '/etc/systemd/journald.conf.d/lab.conf' => JOURNAL_CONF)
      return unless certificates

      target = File.join(machine.disk, SSL_DIR)
      FileUtils.rm_rf(target)
      FileUtils.cp_r(certificates, target, preserve: true)
    end

    def certificate?(machine)
      File.file?(File.join(machine.disk, SSL_DIR, 'certs', "#{machine.certname}.pem"))
    end

    # Copies them out of the machine, and returns its name with where they are.
    def take_certificates(machine)
      source = File.join(machine.disk, SSL_DIR)
      return nil unless certificate?(machine)

      target = Settings.path('certificates', machine.name)
      FileUtils.rm_rf(target)
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp_r(source, target, preserve: true)
      [machine.name, target]
    end

    def names(machines)
      machines.empty? ? 'none' : machines.map(&:name).join(', ')
    end
  end
end
