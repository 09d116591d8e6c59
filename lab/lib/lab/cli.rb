# frozen_string_literal: true

require 'json'
require 'optparse'

module Lab
  # The command line of lab/lab.
  class CommandLine
    class UsageError < StandardError; end

    # Each command: what it takes, what it does, and what else there is to know.
    COMMANDS = {
      'up' => ['[--members N] [--platform [MEMBER=]PLATFORM]... [--module ARCHIVE|--no-module]',
               'make and boot the machines, install module and orchestrator',
               'What is there and runs is left alone. `up --members 5` adds two machines to a lab of 3; the cluster
                keeps the size it was declared with until `fresh`. Roots are built once. The newest archive in pkg/ is
                installed unless --module names one; --no-module installs none.
                --platform says what members are made as: all of them, or (--platform db3=debian13) one, or (--platform
                puppet=debian13) the server. A member that is there stays what it is until `fresh`, a server until
                `down`.'],
      'run' => ['MACHINE|all [-- AGENT OPTIONS]', 'puppet agent -t on one machine, or on all members at the same time',
                "Prints each machine's output as it comes, then a table of exit codes: 0 nothing to change, 2 changed,
                 4 failures, 6 changed with failures, 1 the run failed. Exits 0 when every code is 0 or 2, else 1."],
      'status' => ['[--json]', "every member's own SQL status, beside the orchestrator's view",
                   'Exits 0 whatever it finds.'],
      'verify' => ['', 'status and the rows of the snapshot; exits 0 only if the cluster is whole and right', nil],
      'exec' => ['MACHINE -- COMMAND...', 'run a command on a machine', "Exits with the command's own exit code."],
      'cut' => ['MACHINE|all', 'power cut: everything on it is gone at once', nil],
      'boot' => ['MACHINE|all', 'boot after a power cut', nil],
      'unplug' => ['MACHINE', 'pull its network cable', nil],
      'plug' => ['MACHINE', 'put its network cable back', nil],
      'module' => ['ARCHIVE', 'install another module release on the server, through r10k', nil],
      'fresh' => ['', 'forget the cluster: new disks for all members, an orchestrator that knows nothing',
                  'The Puppet Server stays up and the members keep their certificates. The new cluster is as large as
                   the lab.'],
      'roots' => ['[PLATFORM...]', 'build the root trees that machines boot from, if they are not there',
                  "Debian 12's server's and those of the platforms named; all members' when none is."],
      'down' => ['[--roots]', 'stop and remove all machines; with --roots the cached root trees too', nil]
    }.freeze

    def self.main(argv)
      new.call(argv.dup)
    rescue UsageError, OptionParser::ParseError => e
      warn "lab: #{e.message}\nSee: lab/lab help"
      2
    rescue Error => e
      warn "lab: #{e.message}"
      1
    end

    def initialize
      @cluster = Cluster.new
    end

    # Returns the exit code.
    def call(argv)
      name = argv.shift
      return help(argv.first) if name.nil? || %w[help --help -h].include?(name)
      raise UsageError, "there is no command '#{name}'" unless COMMANDS.key?(name)
      return help(name) if (argv.take_while { |word| word != '--' } & %w[--help -h]).any?
      raise Error, 'the lab makes network namespaces and mounts: it must be run as root' unless Process.uid.zero?

      send("command_#{name}", argv) || 0
    end

    private

    def help(name)
      if COMMANDS.key?(name)
        usage, short, long = COMMANDS.fetch(name)
        puts "lab/lab #{name} #{usage}".rstrip, "    #{short}", *long&.lines&.map { |line| "    #{line.strip}" }
      else
        puts 'lab/lab COMMAND: real machines on one host, on which a Galera cluster is formed by puppet agent -t.', ''
        COMMANDS.each { |command, texts| puts "  #{"#{command} #{texts[0]}".ljust(50)} #{texts[1]}" }
        puts '', 'MACHINE is a member (db1, …) or the server (puppet); all: all members.',
             "State is kept in #{Settings.state_dir}; set GALERA_LAB to have another lab.",
             'lab/lab help COMMAND says more.'
      end
      0
    end

    def command_up(argv)
      count = 3
      archive = nil
      with_module = true
      platforms = {}
      parse(argv) do |options|
        options.on('--members N', Integer) { |value| count = value }
        options.on('--platform [MEMBER=]PLATFORM') { |value| platforms.update(Platform.choice(value)) }
        options.on('--[no-]module [ARCHIVE]') { |value| value ? archive = value : with_module = false }
      end
      limits = 1..Settings::MAX_MEMBERS
      raise UsageError, "--members must be from #{limits.first} to #{limits.last}" unless limits.cover?(count)

      exclusively do
        @cluster.choose_platforms(platforms) unless platforms.empty?
        @cluster.up(count: count, release: with_module ? Release.find(archive) : nil)
      end
    end

    def command_run(argv)
      machines = @cluster.select(argv.shift || raise(UsageError, 'run which machine? Name one, or say: all'))
      argv.shift if argv.first == '--'
      outcomes = @cluster.run(machines, *argv)
      puts '', AgentRun.table(outcomes)
      outcomes.all?(&:ok?) ? 0 : 1
    end

    def command_status(argv)
      json = false
      parse(argv) { |options| options.on('--json') { json = true } }
      return puts(JSON.pretty_generate(@cluster.status)) if json

      table = ClusterTable.new(@cluster)
      puts table.lines
      error = table.status.dig('orchestrator', 'error')
      puts "orchestrator: #{error || 'answers'}"
    end

    def command_verify(argv)
      parse(argv)
      table = ClusterTable.new(@cluster)
      puts table.lines
      table.complaints.each { |complaint| warn "lab: #{complaint}" }
      table.complaints.empty? ? 0 : 1
    end

    def command_exec(argv)
      machine = one_machine(argv)
      argv.shift if argv.first == '--'
      raise UsageError, 'exec what? lab/lab exec MACHINE -- COMMAND' if argv.empty?

      exec(*machine.inside(*argv))
    end

    def command_cut(argv)
      Shell.in_parallel(some_machines(argv), &:cut)
      0
    end

    def command_boot(argv)
      machines = some_machines(argv)
      machines.each(&:boot)
      machines.each(&:wait_until_booted)
      0
    end

    def command_unplug(argv)
      Network.unplug(one_machine(argv).name)
      0
    end

    def command_plug(argv)
      Network.plug(one_machine(argv).name)
      0
    end

    def command_module(argv)
      archive = argv.shift or raise UsageError, 'module which? Name a release archive'
      parse(argv)
      exclusively { @cluster.server.install_module(Release.new(archive)) }
      0
    end

    def command_fresh(argv)
      parse(argv)
      exclusively { @cluster.fresh }
      0
    end

    def command_roots(argv)
      names = argv.empty? ? Platform::ALL.map(&:name) : argv.map { |name| Platform.named(name).name }
      trees = exclusively { Roots.provide([Roots.server(Platform::DEFAULT), *names.uniq]) }
      trees.each { |name, path| puts "#{name}: #{path}" }
      0
    end

    def command_down(argv)
      roots = false
      parse(argv) { |options| options.on('--roots') { roots = true } }
      exclusively do
        @cluster.down
        Roots.remove_all if roots
      end
      0
    end

    def one_machine(argv)
      @cluster.member(argv.shift || raise(UsageError, 'which machine? lab/lab help says how they are called'))
    end

    def some_machines(argv)
      @cluster.select(argv.shift || raise(UsageError, 'which machine? Name one, or say: all'))
    end

    def parse(argv)
      parser = OptionParser.new
      yield parser if block_given?
      rest = parser.parse(argv)
      raise UsageError, "not understood: #{rest.join(' ')}" unless rest.empty?
    end

    # What makes or removes machines is done by one command at a time.
    def exclusively
      Settings.make_state_dir
      File.open(Settings.path('lock'), 'w') do |file|
        unless file.flock(File::LOCK_EX | File::LOCK_NB)
          Shell.say 'waiting for another lab command to end'
          file.flock(File::LOCK_EX)
        end
        yield
      end
    end
  end
end
