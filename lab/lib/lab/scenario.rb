# frozen_string_literal: true

require 'fileutils'

module Lab
  # A named course of events on real machines, with what must come of it. Scenarios are defined in lab/lib/lab/scenarios
  # and run by lab/scenarios; each makes the state it starts from, so that any of them can be run alone.
  class Scenario
    class Failed < StandardError; end

    REGISTRY = {} # rubocop:disable Style/MutableConstant -- filled by define
    # What mariadbd says when it was started with --wsrep-new-cluster, and only then.
    BOOTSTRAP_LINE = 'WSREP: Connecting with bootstrap option: 1'
    MEMBERS = 3

    class << self
      # What members are unless a scenario says otherwise: see Cluster#choose_platforms.
      attr_accessor :platforms
      # Whether the last one failed: what it left is nothing to begin with. What its cluster was formed with.
      attr_accessor :spoilt, :formed_with
    end
    self.platforms = {}

    attr_reader :name, :summary

    def self.define(name, summary, &body)
      raise ArgumentError, "scenario #{name} is defined twice" if REGISTRY.key?(name)

      REGISTRY[name] = new(name, summary, body)
    end

    # How often the mariadbd of any of these was started with --wsrep-new-cluster since its disk was new.
    def self.bootstraps(members)
      counts = Shell.in_parallel(members) do |machine|
        machine.try('journalctl', '-u', Settings::MARIADB_UNIT, '--no-pager', '--output=cat').out
               .lines.count { |line| line.include?(BOOTSTRAP_LINE) }
      end
      counts.sum
    end

    def initialize(name, summary, body)
      @name = name
      @summary = summary
      @body = body
      @cluster = Cluster.new
    end

    # Returns nil when all went as it must, else what did not.
    def call
      FileUtils.rm_rf(log_dir)
      FileUtils.mkdir_p(log_dir)
      instance_exec(&@body)
      nil
    rescue Failed, Error => e
      self.class.spoilt = true
      keep_journals
      "#{e.message}\n(agent runs and journals are in #{log_dir})"
    rescue StandardError => e
      self.class.spoilt = true
      "the scenario itself is broken: #{e.full_message(highlight: false)}"
    end

    def log_dir
      Settings.path('scenarios', name)
    end

    private

    attr_reader :cluster

    def member(number)
      Machine.new(Settings.member_name(number))
    end

    def server
      cluster.server
    end

    def expect(condition, otherwise)
      raise Failed, otherwise unless condition
    end

    def note(text)
      Shell.say("#{name}: #{text}")
    end

    # How many members the cluster has; said before it is made, where it is not the usual number.
    attr_writer :size

    def size
      @size || MEMBERS
    end

    # Members that never ran an agent, and an orchestrator that knows of none. `values` go to site.pp. Where a scenario
    # is not about platforms, they are those that lab/scenarios was given.
    def fresh_cluster(values = {}, platforms = self.class.platforms)
      cluster.choose_platforms(platforms)
      cluster.fresh(count: size) unless cluster.untouched? && as_wanted?
      self.class.spoilt = false
      self.class.formed_with = values
      declare(values)
      @bootstraps = nil # there were none, and its birth is to come
    end

    # What site.pp looks up; the rest is as usual.
    def declare(values = {})
      server.environment.write({ 'cluster_size' => size }.merge(values))
    end

    # A whole cluster: the one that is there, or a new one.
    def formed_cluster
      cluster.choose_platforms(self.class.platforms)
      if as_wanted? && self.class.formed_with.to_h.empty? && ClusterTable.new(cluster).complaints.empty?
        declare
        @bootstraps = self.class.bootstraps(cluster.members) # its birth, and what other scenarios made of it
        return
      end

      fresh_cluster
      run_together
      expect_whole
    end

    # As many members as the scenario has, of the platforms that were chosen, and as a scenario left them that passed.
    def as_wanted?
      !self.class.spoilt && cluster.members.length == size && cluster.as_chosen?
    end

    def run_together
      note 'puppet agent -t on all members at the same time'
      keep(cluster.run(cluster.members))
    end

    # With a block: called with each line of output as it comes, while the agent runs.
    def run_agent(machine, *arguments, &on_line)
      note "puppet agent -t on #{machine.name}"
      keep([AgentRun.new(machine, *arguments).call(&on_line)]).first
    end

    def keep(outcomes)
      outcomes.each do |run|
        @runs = (@runs || 0) + 1
        File.write(File.join(log_dir, format('%<at>02d-%<name>s.log', at: @runs, name: run.name)),
                   "#{run.output}\nexit code #{run.code} (#{run.meaning})\n")
      end
    end

    def expect_ok(outcomes)
      runs = [outcomes].flatten
      bad = runs.reject(&:ok?)
      expect bad.empty?, "agent runs failed: #{AgentRun.table(bad).join('; ')}" unless bad.empty?
      expect_no_dead_letters runs
    end

    # No plan may fail over what happens in a scenario, whoever is down.
    def expect_no_dead_letters(runs)
      letters = runs.flat_map { |run| run.output.lines.grep(/a message was refused/) }
      expect letters.empty?, "a plan failed: #{letters.join}"
    end

    # `restarts`: how often it may have been bootstrapped beside what was known before, its birth at least.
    def expect_whole(restarts: 0..0)
      complaints = ClusterTable.new(cluster).complaints
      expect complaints.empty?, "the cluster is not whole: #{complaints.join('; ')}"
      count = self.class.bootstraps(cluster.members)
      before = @bootstraps || 1
      expect restarts.cover?(count - before),
             "the members' journals tell of #{count} bootstraps, where #{before} were before and #{restarts} may be new"
      @bootstraps = count
    end

    def expect_second_run_changes_nothing
      outcomes = expect_databases_untouched { run_together }
      codes = outcomes.to_h { |run| [run.name, run.code] }
      expect codes.values.all?(&:zero?), "exit codes are #{codes}, not all 0"
      changes = outcomes.flat_map { |run| run.output.lines.grep(%r{Notice: /Stage}) }
      expect changes.empty?, "changes were reported: #{changes.join}"
      expect_reports('unchanged')
      expect_whole
    end

    # The last report of each member, as the report processor wrote it on the server, has this status.
    def expect_reports(status)
      found = cluster.members.to_h { |machine| [machine.name, server.last_report(machine.certname)&.fetch('status')] }
      expect found.values.uniq == [status], "the last reports on the server say #{found}, not #{status}"
    end

    # What the cluster's plan remembers, as the orchestrator tells it.
    def cluster_variables
      view = cluster.status['orchestrator']
      view.dig('state', 'processes', "galera::cluster[#{Settings::CLUSTER}]", 'variables') || {}
    end

    def database_pids
      cluster.status['members'].to_h { |member| [member['certname'], member.dig('service', 'main_pid')] }
    end

    # What the block does leaves every mariadbd running as the process it was.
    def expect_databases_untouched
      before = database_pids
      expect before.values.all? { |pid| pid&.positive? }, "not every mariadbd runs: #{before}"
      result = yield
      after = database_pids
      expect after == before, "mariadbd was stopped or restarted: process ids #{before} became #{after}"
      result
    end

    def keep_journals
      cluster.members.select(&:running?).each do |machine|
        File.write(File.join(log_dir, "#{machine.name}.journal"),
                   machine.try('journalctl', '--no-pager', '-n', '400').out)
      end
      return unless server.machine.running?

      File.write(File.join(log_dir, 'orchestrator.journal'),
                 server.machine.try('journalctl', '-u', Server::ORCHESTRATOR_UNIT, '--no-pager', '-n', '400').out)
    end
  end
end
