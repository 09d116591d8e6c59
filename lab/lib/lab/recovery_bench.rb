# frozen_string_literal: true

require_relative 'ledger'
require_relative 'recovery_timeline'

module Lab
  # Measures how long a cluster takes to come back after an outage of all its members: one that is recovered by hand
  # (HandRecovery) beside one that is recovered by agent runs. The two have machines of their own, and take turns.
  #
  # The outage is the one that Galera does not heal by itself: members are shut down one after the other, with rows
  # between, and power comes back everywhere at once. The clock starts when mariadbd has been started on all machines
  # again, by systemd, and waits for a Primary component.
  class RecoveryBench
    GOAL = 1.1
    MEMBERS = 3
    ROWS = 10

    # `picture`: the file that gets the timeline of a round, if any.
    def initialize(rounds:, picture: nil)
      @rounds = rounds
      @picture = picture
      @cluster = Cluster.new
    end

    # Prints the table; returns the exit code, which says whether both came back each time, not whether the goal is met.
    def call
      prepare
      results = (1..@rounds).map do |round|
        Shell.say "round #{round} of #{@rounds}"
        { hand: by_hand, agents: by_agents, plain: plain_run }
      end
      puts table(results)
      draw(results) if @picture
      0
    end

    private

    def prepare
      names = Settings.member_names(2 * MEMBERS)
      @cluster.up(count: names.length, release: Release.find)
      @cluster.renew(names, instead_of: @cluster.members)
      @cluster.server.environment.write('cluster_size' => MEMBERS)
      Shell.step('server: orchestrator as new') { @cluster.server.forget_cluster }
      @hand, @agents = @cluster.members.each_slice(MEMBERS).to_a
      formation = HandFormation.new(@hand)
      formation.prepare
      Shell.step('a cluster formed by hand') { formation.call }
      Shell.step('a cluster formed by agent runs') { run_agents }
    end

    def by_hand
      ledger = outage(@hand)
      timeline = RecoveryTimeline.new(@hand)
      recovery = HandRecovery.new(@hand)
      seconds = Shell.step('recovered by hand') { recovery.call }
      expect_rows(ledger)
      { seconds: seconds, synced: timeline.synced_after,
        lanes: [recovery.lane, *timeline.database_lanes] }
    end

    def by_agents
      ledger = outage(@agents)
      timeline = RecoveryTimeline.new(@agents)
      runs = Shell.step('recovered by agent runs') { run_agents('--evaltrace') }
      expect_rows(ledger)
      { seconds: runs.map(&:seconds).max, synced: timeline.synced_after,
        lanes: timeline.agent_lanes(runs).zip(timeline.database_lanes).flatten }
    end

    def plain_run
      { seconds: run_agents('--tags', 'nothing_has_this_tag').map(&:seconds).max }
    end

    def run_agents(*arguments)
      runs = AgentRun.together(@agents, *arguments, shown: false)
      bad = runs.reject(&:ok?)
      raise Error, "agent runs failed:\n#{AgentRun.table(bad).join("\n")}" unless bad.empty?
      raise Error, 'no whole cluster after the agent runs' unless Status.whole?(@agents)

      runs
    end

    # Returns the ledger, whose rows must be there afterwards.
    def outage(machines)
      ledger = Ledger.new(machines)
      ledger.keep do
        machines.each do |machine|
          ledger.wait_for_rows(ROWS)
          machine.run('systemctl', 'stop', Settings::MARIADB_UNIT)
          machine.cut
        end
      end
      machines.each(&:boot)
      machines.each { |machine| wait_until_it_waits(machine) }
      ledger
    end

    def wait_until_it_waits(machine)
      machine.wait_until_usable
      Shell.wait_until("mariadbd of #{machine.name}", seconds: 30) { machine.try('pgrep', '-x', 'mariadbd').ok? }
    end

    def expect_rows(ledger)
      complaints = ledger.complaints
      raise Error, complaints.join('; ') unless complaints.empty?
    end

    # ---- telling it

    def table(results)
      hand, agents, plain = %i[hand agents plain].map { |way| median(results.map { |one| one[way][:seconds] }) }
      ['', *lanes_lines(middle(results)), '',
       seconds_line("by hand, #{MEMBERS} members", hand), seconds_line('plain agent runs together', plain),
       seconds_line("agent runs together, #{MEMBERS} members", agents),
       seconds_line('of these until all were Synced', median(results.map { |one| one[:agents][:synced] })),
       ratio_line(agents / (hand + plain), results)]
    end

    def ratio_line(ratio, results)
      each = results.map { |one| one[:agents][:seconds] / (one[:hand][:seconds] + one[:plain][:seconds]) }
      format('%<what>-46s %<ratio>7.2f   (goal %<goal>.1f; medians of %<rounds>d, one by one %<each>s)',
             what: 'agents / (by hand + plain run)', ratio: ratio, goal: GOAL, rounds: results.length,
             each: each.map { |one| format('%<one>.2f', one: one) }.join(', '))
    end

    def seconds_line(what, seconds)
      format('%<what>-46s %<seconds>7.2f s', what: what, seconds: seconds)
    end

    # Where the seconds went, lane by lane.
    def lanes_lines(round)
      %i[hand agents].flat_map do |way|
        round[way][:lanes].map do |lane|
          spans = lane.spans.map { |span| format('%<from>.1f %<kind>s', from: span.from, kind: span.kind) }
          "#{lane.name.ljust(14)} #{spans.join(', ')}"
        end
      end
    end

    # The round whose recovery by agents took the median time, or the one beside it.
    def middle(results)
      results.sort_by { |one| one[:agents][:seconds] }[results.length / 2]
    end

    def draw(results)
      round = middle(results)
      groups = { 'by hand, knowing everything' => round[:hand][:lanes],
                 "by 'puppet agent -t' on all members at the same time" => round[:agents][:lanes] }
      longest = round.values_at(:hand, :agents).map { |way| way[:seconds] }.max
      File.write(@picture, TimelinePicture.new(groups, longest).svg)
    end

    def median(values)
      sorted = values.sort
      middle = sorted.length / 2
      sorted.length.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end
  end
end
