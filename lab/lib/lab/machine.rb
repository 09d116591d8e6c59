# frozen_string_literal: true

require 'fileutils'

module Lab
  # One booted Debian: an overlay over a root tree, a network namespace, and systemd as PID 1 under systemd-nspawn.
  # A Machine is only a name; all its state is on disk and in the kernel, so any command of the lab can act on it.
  class Machine
    ENVIRONMENT = %w[env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
                     LANG=C.UTF-8 TERM=dumb].freeze
    BOOT_SECONDS = 90

    attr_reader :name

    def initialize(name)
      @name = name
    end

    def self.all_existing
      Dir.glob(Settings.path('machines', '*')).map { |dir| File.basename(dir) }.sort.map { |name| new(name) }
    end

    def certname
      Settings.certname(name)
    end

    def address
      Settings.address(name)
    end

    def platform
      Platform.named(File.read(File.join(dir, 'platform')))
    rescue Errno::ENOENT # one that was half removed when a command was interrupted
      Platform::DEFAULT
    end

    def exist?
      File.directory?(dir)
    end

    # A new disk over the platform's root tree, with the name, the addresses and the files given (path => content).
    def create(platform, root, files = {})
      raise Error, "#{name} exists already" if exist?

      %w[upper work root].each { |part| FileUtils.mkdir_p(File.join(dir, part)) }
      File.write(File.join(dir, 'platform'), platform.name)
      File.write(File.join(dir, 'lowerdir'), root)
      mount_disk
      write('/etc/hostname', "#{name}\n")
      write('/etc/hosts', Settings.hosts_file)
      files.each { |path, content| write(path, content) }
    end

    def boot
      raise Error, "#{name} is running already" if running?
      raise Error, "there is no machine #{name}; make it with: lab up" unless exist?

      Network.up(name)
      mount_disk
      pid = Process.fork { become_container }
      Process.detach(pid)
      File.write(pid_file, "#{pid} #{start_time(pid)}\n")
    end

    def wait_until_booted
      # Until systemd made its private socket, systemctl has nobody to talk to.
      Shell.wait_until("#{name} to boot (see #{console_log})", seconds: BOOT_SECONDS) do
        running? && try('test', '-S', '/run/systemd/private').ok?
      end
      state = try('systemctl', 'is-system-running', '--wait').out.strip
      raise Error, "#{name} booted into '#{state}' (see #{console_log})" unless %w[running degraded].include?(state)
    end

    # Until services are being started, of which one may wait for other machines, and then for long.
    def wait_until_usable
      Shell.wait_until("#{name} to boot (see #{console_log})", seconds: BOOT_SECONDS) do
        running? && try('systemctl', 'is-active', '--quiet', 'basic.target').ok?
      end
    end

    # A power cut: every process of the machine is gone at once, nothing is shut down. What the kernel of the host has
    # in its page cache survives, so writes that were not synced are not lost here.
    def cut
      init = leader or raise Error, "#{name} is not running"
      Process.kill(:KILL, init)
      Shell.wait_until("#{name} to be gone", seconds: 15, every: 0.02) { container_pid.nil? }
    end

    def destroy
      cut if running?
      Shell.run('umount', disk) if mounted?
      Network.down(name)
      Cgroup.new(name).remove
      FileUtils.rm_rf(dir)
    end

    def running?
      !leader.nil?
    end

    # The process that is PID 1 inside, as the host numbers it; nil when the machine is off.
    def leader
      pid = container_pid or return nil
      children = File.read("/proc/#{pid}/task/#{pid}/children").split
      children.map(&:to_i).find { |child| File.read("/proc/#{child}/status")[/^NSpid:.*\s(\d+)$/, 1] == '1' }
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end

    # The command line that runs a command inside, with a clean environment.
    def inside(*command)
      init = leader or raise Error, "#{name} is not running; start it with: lab boot #{name}"
      ['nsenter', '-t', init.to_s, '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', *ENVIRONMENT, *command.map(&:to_s)]
    end

    def try(*command, input: nil)
      Shell.try(*inside(*command), input: input)
    end

    def run(*command, input: nil)
      Shell.run(*inside(*command), input: input)
    end

    # Writes through the overlay's mount point, whether the machine is running or not.
    def write(path, content, mode: 0o644)
      target = File.join(disk, path)
      FileUtils.mkdir_p(File.dirname(target))
      File.binwrite(target, content)
      File.chmod(mode, target)
    end

    def disk
      File.join(dir, 'root')
    end

    def dir
      Settings.path('machines', name)
    end

    def console_log
      File.join(dir, 'console.log')
    end

    private

    def pid_file
      File.join(dir, 'container.pid')
    end

    # Only ours counts: a pid that was given to another process since has another start time.
    def container_pid
      pid, started = File.read(pid_file).split
      start_time(pid) == started ? pid.to_i : nil
    rescue Errno::ENOENT
      nil
    end

    # Nil for a process that is gone, or dead and only not yet buried.
    def start_time(pid)
      fields = File.read("/proc/#{pid}/stat").rpartition(')').last.split
      fields.first == 'Z' ? nil : fields[19]
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end

    def mounted?
      File.foreach('/proc/self/mounts').any? { |line| line.split[1] == disk }
    end

    def mount_disk
      return if mounted?

      lower = File.read(File.join(dir, 'lowerdir'))
      Shell.run('mount', '-t', 'overlay', "#{Settings.prefix}-#{name}", '-o',
                "lowerdir=#{lower},upperdir=#{File.join(dir, 'upper')},workdir=#{File.join(dir, 'work')}", disk)
    end

    # In the forked child: never returns. A session and a control group of its own, so that the machine outlives the
    # command that booted it.
    def become_container
      Process.setsid
      Cgroup.new(name).enter
      $stdin.reopen(File::NULL)
      $stdout.reopen(console_log, 'a')
      $stderr.reopen($stdout)
      exec({ 'PATH' => ENV.fetch('PATH'), 'SYSTEMD_NSPAWN_UNIFIED_HIERARCHY' => '1' },
           'systemd-nspawn', '--quiet', "--directory=#{disk}", '--register=no', '--keep-unit', '--resolv-conf=off',
           '--timezone=off', '--link-journal=no', "--network-namespace-path=#{Network.namespace_path(name)}",
           "--machine=#{name}", '--boot', unsetenv_others: true, close_others: true)
    rescue SystemCallError => e
      warn "cannot start #{name}: #{e.message}"
      exit!(1)
    end
  end
end
