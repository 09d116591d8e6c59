# frozen_string_literal: true

require 'fileutils'
require_relative 'killed_run'
require_relative 'leftovers'

module Lab
  # Agent runs that have work to do, killed at random moments, and what becomes of the cluster by the runs that follow.
  # The same seed draws the same members and the same fractions of a run.
  class KillSweep
    MEMBERS = 3
    SIGNALS = %w[TERM KILL].freeze
    # What there is to do, in turns. Most runs bring one member back that lost its disk: that is soon made, and has
    # pluginsync, the snapshot, files, waits and a start of the database in it.
    WORK = %i[new_disk new_disk formation new_disk bare_disk].freeze
    MEANINGS = { new_disk: 'a member with a new disk joins its cluster, MariaDB is installed',
                 bare_disk: 'the same, and MariaDB is installed by the run',
                 formation: 'three new members form a cluster, MariaDB is installed' }.freeze
    # Runs that may be needed after the one that was killed.
    NEXT_RUNS = 3
    TERM_SECONDS = 1.0
    # A moment that misses its run, which took another time than the one measured, is drawn nearer to the middle.
    NEARER = 0.7

    Moment = Struct.new(:number, :signal, :work, :machine, :fraction, keyword_init: true)

    # What is to be done, moment by moment.
    attr_reader :plan

    # `moments`: of each signal. `term_seconds`: what a run may take to end; nil where it is not about that, since the
    # machine may have much else to do.
    def initialize(moments:, signals: SIGNALS, seed: Random.new_seed % 1_000_000, term_seconds: TERM_SECONDS)
      @term_seconds = term_seconds
      @random = Random.new(seed)
      @seed = seed
      @plan = Array(0...moments).product(signals).map.with_index do |(turn, signal), at|
        Moment.new(number: at + 1, signal: signal, work: WORK[turn % WORK.length],
                   machine: Machine.new(Settings.member_name(@random.rand(1..MEMBERS))), fraction: @random.rand)
      end
      @cluster = Cluster.new
    end

    # Prints the table and what came of it; returns the rows, each with its complaints.
    def call
      FileUtils.rm_rf(log_dir)
      FileUtils.mkdir_p(log_dir)
      Shell.say "seed #{@seed}, logs in #{log_dir}"
      @lengths = measure
      rows = @plan.map { |moment| judge(moment).tap { |row| Shell.puts_locked(line(row)) } }
      Shell.puts_locked(summary(rows))
      rows
    end

    def log_dir
      Settings.path('kill-sweep')
    end

    private

    # How long the runs take that nobody kills, by work.
    def measure
      lengths = { formation: form.to_h { |run| [run.name, run.seconds] } }
      (@plan.map(&:work).uniq - [:formation]).each do |work|
        machine = Machine.new(Settings.member_name(MEMBERS))
        prepare(work, machine)
        lengths[work] = Hash.new(AgentRun.new(machine, shown: false).call.seconds)
      end
      lengths.each { |work, of| Shell.say "#{work} (#{MEANINGS[work]}): #{lengths_line(of, work)}" }
    end

    def lengths_line(of, work)
      return "#{of.default.round(1)} s" unless work == :formation

      of.map { |name, seconds| "#{name} #{seconds.round(1)} s" }.join(', ')
    end

    # A new cluster, by runs that nobody kills.
    def form
      prepare(:formation)
      runs = AgentRun.together(@cluster.members, shown: false)
      complaints = ClusterTable.new(@cluster).complaints
      return runs if runs.all?(&:ok?) && complaints.empty?

      raise Error, "no cluster to begin with: #{[*AgentRun.table(runs), *complaints].join('; ')}"
    end

    def prepare(work, machine = nil)
      if work == :formation
        @cluster.renew(Settings.member_names(MEMBERS), instead_of: @cluster.members, installed: true)
        @cluster.server.forget_same_cluster
      else
        # As one who takes a machine out of service does.
        machine.run('systemctl', 'stop', Settings::MARIADB_UNIT)
        @cluster.renew([machine.name], installed: work == :new_disk)
      end
    end

    # ---- one moment

    def judge(moment)
      others = begin_with(moment)
      running = others.map { |machine| Thread.new { AgentRun.new(machine, shown: false).call } }
      killed = kill(moment)
      following = next_runs(moment)
      together = running.map(&:value)
      return judge(nearer(moment)) if killed.missed?

      again = run_again([moment.machine, *others])
      keep(moment, killed.outcome, *following, *together, *again)
      row(moment, killed, following, again).merge(complaints: complaints(moment, killed, following, together, again))
    rescue Error => e
      { moment: moment, complaints: ["the moment could not be judged: #{e.message.lines.first.chomp}"] }
    end

    # One moment that went wrong does not spoil the next. Returns the others that run their agents meanwhile.
    def begin_with(moment)
      unless moment.work == :formation
        form unless ClusterTable.new(@cluster).complaints.empty?
        @uuid = state_uuids.first
      end
      prepare(moment.work, moment.machine)
      moment.work == :formation ? @cluster.members.reject { |machine| machine.name == moment.machine.name } : []
    end

    def kill(moment)
      at = moment.fraction * @lengths.fetch(moment.work)[moment.machine.name]
      KilledRun.new(moment.machine, @cluster.server, moment.signal, at).call
    end

    def nearer(moment)
      moment.dup.tap { |other| other.fraction = 0.5 + ((moment.fraction - 0.5) * NEARER) }
    end

    # At once, as an impatient administrator does; again while one fails.
    def next_runs(moment)
      runs = []
      NEXT_RUNS.times do
        runs << AgentRun.new(moment.machine, shown: false).call
        break if runs.last.ok?
      end
      runs
    end

    # Until nothing changes: a member that was done before the killed one joined hears of that in its next run.
    def run_again(machines)
      runs = AgentRun.together(machines, shown: false)
      return runs if runs.none? { |run| run.code == 2 }

      AgentRun.together(machines, shown: false)
    end

    def keep(moment, *runs)
      runs.each_with_index do |run, at|
        name = format('%<moment>03d-%<run>d-%<name>s.log', moment: moment.number, run: at, name: run.name)
        text = run.lines.map { |seconds, line| format('%<seconds>7.2f  %<line>s', seconds: seconds, line: line) }
        File.write(File.join(log_dir, name), "#{text.join}\nexit code #{run.code} after #{run.seconds.round(2)} s\n")
      end
    end

    # ---- what must hold afterwards

    def complaints(moment, killed, following, together, again)
      [*killed.complaints(@term_seconds),
       *complaints_of_runs(following, together, again),
       *ClusterTable.new(@cluster).complaints,
       *(moment.work == :formation ? second_birth : other_cluster),
       *Leftovers.new(@cluster).complaints]
    end

    def complaints_of_runs(following, together, again)
      found = []
      found << "no run after it ended well (#{following.map(&:code).join(', ')})" unless following.last.ok?
      found.concat(together.reject(&:ok?).map { |run| "#{run.name}, which nobody killed: exit code #{run.code}" })
      found.concat(again.reject { |run| run.code.zero? }.map { |run| "#{run.name}, run again: exit code #{run.code}" })
    end

    def second_birth
      births = Scenario.bootstraps(@cluster.members)
      births == 1 ? [] : ["the members' journals tell of #{births} bootstraps"]
    end

    def other_cluster
      state_uuids == [@uuid] ? [] : ["the state UUID was #{@uuid} and is #{state_uuids.join(', ')}"]
    end

    def state_uuids
      @cluster.members.map { |machine| Status.wsrep(machine)&.fetch('wsrep_cluster_state_uuid', nil) }.uniq
    end

    # ---- telling it

    def row(moment, killed, following, again)
      { moment: moment, at: killed.at, under_way: killed.under_way, ended: killed.seconds_to_end,
        applying: killed.applying?, code: killed.outcome.code, report: killed.report, next: following, again: again }
    end

    def line(row)
      moment = row[:moment]
      head = format('%<number>3d %<signal>-4s %<work>-9s %<member>s',
                    number: moment.number, signal: moment.signal, work: moment.work, member: moment.machine.name)
      verdict = row[:complaints].empty? ? 'passed' : "FAILED: #{row[:complaints].join('; ')}"
      return "#{head} #{verdict}" unless row[:at]

      format('%<head>s at %<at>5.1f s, ended in %<ended>5.2f s with %<code>d, report %<report>s; next %<next>s; ' \
             'again %<again>s; %<verdict>s [%<under_way>s]',
             head: head, **row.slice(:at, :ended, :code, :report, :under_way), verdict: verdict,
             next: row[:next].map { |run| "#{run.code} (#{run.seconds.round} s)" }.join(', '),
             again: row[:again].map(&:code).join(' '))
    end

    def summary(rows)
      ended = rows.select { |row| row[:ended] && row[:moment].signal == 'TERM' }
      applying, before = ended.partition { |row| row[:applying] }
      more = rows.count { |row| row[:next] && row[:next].length > 1 }
      failed = rows.count { |row| !row[:complaints].empty? }
      ['', *term_line('while the catalog was applied', applying), *term_line('before that', before),
       "#{more} times more than one run was needed", "seed #{@seed}",
       "#{rows.length - failed} passed, #{failed} failed"].join("\n")
    end

    def term_line(moment, rows)
      return [] if rows.empty?

      times = rows.map { |row| row[:ended] }.sort
      [format('TERM %<moment>s, %<count>d times: ended in %<median>.2f s (median), %<max>.2f s at most',
              moment: moment, count: times.length, median: times[times.length / 2], max: times.last)]
    end
  end
end
