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

    def create_member(machine, root)
      machine.create(root, '/etc/puppet/puppet.conf' => format(MEMBER_CONF, certname: machine.certname))
    end

    def names(machines)
      machines.empty? ? 'none' : machines.map(&:name).join(', ')
    end
  end
end
