# frozen_string_literal: true

module Lab
  # Measures formation by hand and by agent runs, in turns, and says where the seconds of a run went.
  class FormationBench
    GOAL = 1.1
    # Lines of an agent's output that mark a step of its run.
    STEPS = /Info: (Using environment|Caching catalog|Applying configuration)|Notice: (?!.*defined content as)/.freeze

    def initialize(members:, rounds:)
      @members = members
      @rounds = rounds
      @cluster = Cluster.new
    end

    # Prints the table; returns the exit code, which says whether all clusters formed, not whether the goal is met.
    def call
      @cluster.up(count: @members, release: Release.find)
      results = (1..@rounds).map do |round|
        Shell.say "round #{round} of #{@rounds}"
        { hand: by_hand, first: plain_run, agents: by_agents, plain: plain_run }
      end
      report(results)
      0
    end

    private

    # New disks with MariaDB installed and stopped: where both begin.
    def prepared
      @cluster.fresh(count: @members)
      formation = HandFormation.new(@cluster.members)
      formation.prepare
      Shell.in_parallel(@cluster.members) { |machine| machine.run('systemctl', 'stop', Settings::MARIADB_UNIT) }
      formation
    end

    def by_hand
      formation = prepared
      seconds = Shell.step('by hand') { formation.call }
      { seconds: seconds, timeline: formation.timeline }
    end

    def by_agents
      prepared
      from = Shell.now
      outcomes = @cluster.run(@cluster.members)
      seconds = Shell.now - from
      bad = outcomes.reject(&:ok?)
      raise Error, "agent runs failed:\n#{AgentRun.table(bad).join("\n")}" unless bad.empty?

      complaints = ClusterTable.new(@cluster).complaints
      raise Error, "no whole cluster after the agent runs: #{complaints.join('; ')}" unless complaints.empty?

      { seconds: seconds, outcomes: outcomes }
    end

    # What an agent run costs that has nothing to do: the same catalogs, compiled and fetched, no resource selected. On
    # members formed by hand, whose disks are new, it brings the module's plugins too, as the run that forms does.
    def plain_run
      from = Shell.now
      @cluster.run(@cluster.members, '--tags', 'nothing_has_this_tag')
      { seconds: Shell.now - from }
    end

    def report(results)
      last = results.last
      puts '', "By hand (last round, #{@members} members):", timeline(last[:hand][:timeline])
      last[:agents][:outcomes].each do |run|
        puts '', "By puppet agent -t, #{run.name} (last round, all started together):", timeline(steps(run))
      end
      hand, first, agents, plain = %i[hand first agents plain].map do |way|
        median(results.map { |result| result[way][:seconds] })
      end
      puts '', seconds_line("by hand, #{@members} members", hand),
           seconds_line('plain agent runs together, new members', first),
           seconds_line('plain agent runs together, later', plain),
           seconds_line("agent runs together, #{@members} members", agents),
           ratio_line('agents / (by hand + plain run, new members)', agents / (hand + first)),
           ratio_line('agents / (by hand + plain run, later)', agents / (hand + plain))
    end

    def seconds_line(what, seconds)
      format('%<what>-46s %<seconds>7.2f s', what: what, seconds: seconds)
    end

    def ratio_line(what, ratio)
      format('%<what>-46s %<ratio>7.2f   (goal %<goal>.1f; medians of %<rounds>d)',
             what: what, ratio: ratio, goal: GOAL, rounds: @rounds)
    end

    def timeline(steps)
      steps.map { |seconds, what| format('  %<at>6.2f s  %<what>s', at: seconds, what: what) }
    end

    def steps(run)
      marks = run.lines.select { |_, text| text.match?(STEPS) }
      marks.map { |seconds, text| [seconds, text.strip[0, 140]] } << [run.seconds, 'the run has ended']
    end

    def median(values)
      sorted = values.sort
      middle = sorted.length / 2
      sorted.length.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end
  end
end
