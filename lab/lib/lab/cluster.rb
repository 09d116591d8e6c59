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

      raise Error, "there is no machine '#{name}' in this lab; there are: #{list(Machine.all_existing)}"
    end

    # The machines an argument names: one, or all members.
    def select(name)
      return [member(name)] unless name == 'all'
      raise Error, 'this lab has no members; make some with: lab up' if members.empty?

      members
    end

    # Makes and boots what is missing; what is there and runs is left alone. A cluster that is declared keeps its size.
    def up(count:, release: nil)
      names = Settings.member_names(count)
      trees = Roots.provide([server_root, *names.map { |name| member_root(name) }].uniq)
      forget_certificates unless server.machine.exist?
      Network.up_bridge
      make_server = -> { server.up(platform_of(Settings::SERVER), trees.fetch(server_root), release) }
      Shell.in_parallel([make_server, -> { up_members(names, trees) }], &:call)
      server.environment.write('cluster_size' => count)
      return unless release

      Shell.step('server: orchestrator put in place by its own agent run') { server.apply_own_catalog }
    end

    # Members as new, and an orchestrator that knows nothing. The Puppet Server stays up, and the members keep their
    # certificates: what is slow to make and is not what scenarios are about. So do members that are not made again now:
    # the CA still knows their names, and would give them no other certificate.
    def fresh(count: members.length)
      renew(Settings.member_names(count), instead_of: members)
      server.environment.write('cluster_size' => count)
      Shell.step('server: orchestrator as new') { server.forget_cluster }
    end

    # They go, with their disks, and have their certificates should they come again.
    def remove(machines)
      Shell.in_parallel(machines) { |machine| keep_certificates(machine) }
      Shell.in_parallel(machines, &:destroy)
    end

    # New disks for these members, which keep their certificates; `instead_of`: who goes before. `installed`: a
    # disk that has MariaDB already.
    def renew(names, instead_of: names.map { |name| Machine.new(name) }, installed: false)
      roots = names.to_h { |name| [name, member_root(name, installed: installed)] }
      trees = Roots.provide(roots.values.uniq)
      Shell.step("members: #{names.length} with new disks") do
        remove(instead_of)
        machines = names.map { |name| Machine.new(name) }
        machines.each { |machine| create_member(machine, trees.fetch(roots[machine.name])) }
        machines.each(&:boot)
        machines.each(&:wait_until_booted)
      end
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

    # What a machine of this name is made as. What is chosen for all is for the members.
    def platform_of(name)
      chosen = File.exist?(platforms_file) ? JSON.parse(File.read(platforms_file)) : {}
      common = name == Settings::SERVER ? nil : chosen['all']
      Platform.named(chosen[name] || common || Platform::DEFAULT.name)
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

    # A server that is there stays what it is: it is made with the lab.
    def server_root
      wanted = platform_of(Settings::SERVER)
      return Roots.server(wanted) if !server.machine.exist? || server.machine.platform == wanted

      raise Error, "the server is #{server.machine.platform.name}; make another by: lab down"
    end

    def member_root(name, installed: false)
      "#{platform_of(name).name}#{Roots::INSTALLED if installed}"
    end

    def up_members(names, trees)
      machines = names.map { |name| Machine.new(name) }
      Shell.step("members: #{list(machines)} booted") do
        started = machines.reject(&:running?).each do |machine|
          create_member(machine, trees.fetch(member_root(machine.name))) unless machine.exist?
          machine.boot
        end
        started.each(&:wait_until_booted)
      end
    end

    def create_member(machine, root)
      platform = platform_of(machine.name)
      machine.create(platform, root,
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

    def list(machines)
      machines.empty? ? 'none' : machines.map(&:name).join(', ')
    end
  end
end
