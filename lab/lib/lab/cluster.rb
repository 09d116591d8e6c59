# frozen_string_literal: true

require 'fileutils'
require 'json'

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

    # Makes and boots what is missing; what is there and runs is left alone. A cluster that is declared keeps its size.
    def up(count:, release: nil)
      roots = provide_roots(count, Roots::SERVER)
      forget_certificates unless server.machine.exist?
      Network.up_bridge
      Shell.in_parallel([-> { server.up(roots[Roots::SERVER], release) }, -> { up_members(roots, count) }], &:call)
      server.environment.write('cluster_size' => count)
      return unless release

      Shell.step('server: orchestrator put in place by its own agent run') { server.apply_own_catalog }
    end

    # Members as new, and an orchestrator that knows nothing. The Puppet Server stays up, and the members keep their
    # certificates: what is slow to make and is not what scenarios are about. So do members that are not made again now:
    # the CA still knows their names, and would give them no other certificate.
    def fresh(count: members.length)
      Shell.step("members: #{count} with new disks") do
        Shell.in_parallel(members) { |machine| keep_certificates(machine) }
        roots = provide_roots(count)
        Shell.in_parallel(members, &:destroy)
        machines = Settings.member_names(count).map { |name| Machine.new(name) }
        machines.each { |machine| create_member(machine, roots) }
        machines.each(&:boot)
        machines.each(&:wait_until_booted)
      end
      server.environment.write('cluster_size' => count)
      Shell.step('server: orchestrator as new') { server.forget_cluster }
    end

    # Has no member ever run its agent?
    def untouched?
      members.none? { |machine| private_key?(machine) }
    end

    # What members are made as from now on: names of platforms by member, and by 'all' for the others. What is there
    # stays what it is until `fresh`.
    def choose_platforms(chosen)
      Settings.make_state_dir
      File.write(platforms_file, JSON.generate(chosen))
    end

    # What a member of this name is made as.
    def platform_of(name)
      chosen = File.exist?(platforms_file) ? JSON.parse(File.read(platforms_file)) : {}
      Platform.named(chosen[name] || chosen['all'] || Platform::DEFAULT.name)
    end

    # Is every member what would be made now?
    def as_chosen?
      members.all? { |machine| machine.platform == platform_of(machine.name) }
    end

    def run(machines, *arguments)
      AgentRun.together(machines, *arguments)
    end

    def status
      Status.new(members, server).collect
    end

    def down
      Machine.all_existing.each(&:destroy)
      forget_certificates
      FileUtils.rm_f(platforms_file)
      Network.down('bridge')
    end

    private

    # The trees by name of those members, and the others named.
    def provide_roots(count, *others)
      platforms = Settings.member_names(count).map { |name| platform_of(name).name }
      Roots.provide([*others, *platforms.uniq])
    end

    def up_members(roots, count)
      machines = Settings.member_names(count).map { |name| Machine.new(name) }
      Shell.step("members: #{names(machines)} booted") do
        started = machines.reject(&:running?).each do |machine|
          create_member(machine, roots) unless machine.exist?
          machine.boot
        end
        started.each(&:wait_until_booted)
      end
    end

    def create_member(machine, roots)
      platform = platform_of(machine.name)
      machine.create(platform, roots.fetch(platform.name),
                     "#{platform.confdir}/puppet.conf" => format(MEMBER_CONF, certname: machine.certname),
                     '/etc/systemd/journald.conf.d/lab.conf' => JOURNAL_CONF)
      kept = certificates(machine.name)
      copy_certificates(kept, ssl_directory(machine)) if File.directory?(kept)
    end

    # From its first words with the CA on, a member is known there by this key.
    def private_key?(machine)
      File.file?(File.join(ssl_directory(machine), 'private_keys', "#{machine.certname}.pem"))
    end

    def keep_certificates(machine)
      copy_certificates(ssl_directory(machine), certificates(machine.name)) if private_key?(machine)
    end

    def ssl_directory(machine)
      File.join(machine.disk, machine.platform.ssldir)
    end

    # Where those of a member are kept while it has no disk.
    def certificates(*name)
      Settings.path('certificates', *name)
    end

    # They are good for one CA only, which is made and removed with the server.
    def forget_certificates
      FileUtils.rm_rf(certificates)
    end

    def copy_certificates(source, target)
      FileUtils.rm_rf(target)
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp_r(source, target, preserve: true)
    end

    def platforms_file
      Settings.path('platforms.json')
    end

    def names(machines)
      machines.empty? ? 'none' : machines.map(&:name).join(', ')
    end
  end
end
