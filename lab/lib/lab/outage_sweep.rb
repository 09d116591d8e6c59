# frozen_string_literal: true

require 'fileutils'
require_relative 'ledger'
require_relative 'leftovers'
require_relative 'outage'
require_relative 'outage_course'

module Lab
  # Outages one after another on one cluster, each drawn by chance, while rows are written. The same seed draws the same
  # ones. After one that went wrong it goes on with a new cluster.
  class OutageSweep
    MEMBERS = 3
    # Runs of all members within which nothing changes any more.
    LAST_RUNS = 3

    # What is to happen, outage by outage.
    attr_reader :plan

    # `only`: the numbers of those that are to happen; all of them when nil.
    def initialize(count:, seed: Random.new_seed % 1_000_000, members: MEMBERS, only: nil)
      @seed = seed
      @names = Settings.member_names(members)
      random = Random.new(seed)
      drawn = (1..count).map { |number| Outage.new(number, @names, random) }
      @plan = only ? drawn.select { |outage| only.include?(outage.number) } : drawn
      @cluster = Cluster.new
    end

    # Prints the table and what came of it; returns the rows, each with its complaints.
    def call
      FileUtils.rm_rf(log_dir)
      FileUtils.mkdir_p(log_dir)
      Shell.say "seed #{@seed}, logs in #{log_dir}"
      rows = @plan.map do |outage|
        judge(outage).tap do |row|
          Shell.puts_locked(line(row))
          keep_journals(outage) if (@spoilt = row[:complaints] != [])
        end
      end
      Shell.puts_locked(summary(rows))
      rows
    end

    def log_dir
      Settings.path('outages')
    end

    private

    # One outage that went wrong does not spoil the next.
    def judge(outage)
      begin_with_a_whole_cluster
      Shell.say "outage #{outage.number}: #{outage}"
      before = @ledger.rows
      row = @ledger.keep { happen(outage) }
      row.update(outage: outage, rows: @ledger.rows - before, gap: @ledger.longest_gap,
                 complaints: row[:complaints] + @ledger.complaints)
    rescue Error => e
      { outage: outage, complaints: ["it could not be judged: #{e.message.lines.first.chomp}"] }
    end

    def begin_with_a_whole_cluster
      form if @spoilt || @ledger.nil? || !ClusterTable.new(@cluster).complaints.empty?
      @uuid = state_uuids.first
      @bootstraps = Scenario.bootstraps(@cluster.members)
    end

    def form
      @cluster.fresh(count: @names.length)
      runs = AgentRun.together(@cluster.members, shown: false)
      complaints = [*complaints_of_runs(runs), *ClusterTable.new(@cluster).complaints]
      raise Error, "no cluster to begin with: #{complaints.join('; ')}" unless complaints.empty?

      @ledger = Ledger.new(@cluster.members)
    end

    def happen(outage)
      course = OutageCourse.new(outage, @cluster, @ledger).call
      last = run_until_nothing_changes
      keep(outage, [*course.runs.values.flatten, *last])
      bootstraps = Scenario.bootstraps(@cluster.members) - @bootstraps
      { runs: course.runs.transform_values { |runs| runs.map(&:code) }, seconds: course.seconds, bootstraps: bootstraps,
        complaints: [*complaints_of_runs(course.runs.values.flatten + last), *complaints_of_last(last),
                     *complaints_of_bootstraps(outage, bootstraps), *other_cluster,
                     *ClusterTable.new(@cluster).complaints, *Leftovers.new(@cluster).complaints] }
    end

    def run_until_nothing_changes
      runs = []
      LAST_RUNS.times do
        runs = AgentRun.together(@cluster.members, shown: false)
        break if runs.all? { |run| run.code.zero? }
      end
      runs
    end

    # ---- what must hold afterwards

    def complaints_of_runs(runs)
      found = runs.reject(&:ok?).map { |run| "#{run.name}: a run ended with #{run.code} (#{run.meaning})" }
      found + runs.flat_map { |run| run.output.lines.grep(/a message was refused/).map(&:strip) }
    end

    def complaints_of_last(runs)
      runs.select { |run| run.code == 2 }.map { |run| "#{run.name}: its run changes something again and again" }
    end

    def complaints_of_bootstraps(outage, count)
      return [] if outage.restarts.cover?(count)

      ["the members' journals tell of #{count} bootstraps more, where at most #{outage.restarts.max} may be"]
    end

    def other_cluster
      state_uuids == [@uuid] ? [] : ["the state UUID was #{@uuid} and is #{state_uuids.join(', ')}"]
    end

    def state_uuids
      @cluster.members.map { |machine| Status.wsrep(machine)&.fetch('wsrep_cluster_state_uuid', nil) }.uniq
    end

    # ---- telling it

    def keep(outage, runs)
      runs.each_with_index do |run, at|
        name = format('%<outage>03d-%<run>02d-%<name>s.log', outage: outage.number, run: at, name: run.name)
        text = run.lines.map { |seconds, line| format('%<seconds>7.2f  %<line>s', seconds: seconds, line: line) }
        File.write(File.join(log_dir, name), "#{text.join}\nexit code #{run.code} after #{run.seconds.round(2)} s\n")
      end
    end

    def keep_journals(outage)
      [@cluster.server.machine, *@cluster.members].select(&:running?).each do |machine|
        name = format('%<outage>03d-%<name>s.journal', outage: outage.number, name: machine.name)
        File.write(File.join(log_dir, name),
                   machine.try('journalctl', '--no-pager', '-o', 'short-precise', '-n', '2000').out)
      end
    end

    def line(row)
      head = format('%<number>3d %<text>s:', number: row[:outage].number, text: row[:outage])
      verdict = row[:complaints].empty? ? 'passed' : "FAILED: #{row[:complaints].join('; ')}"
      return "#{head} #{verdict}" unless row[:rows]

      back = row[:seconds] ? format('whole in %<seconds>.1f s', seconds: row[:seconds]) : 'never whole'
      codes = row[:runs].map { |name, runs| "#{name} #{runs.join('-')}" }.join(' ')
      format('%<head>s %<back>s, bootstraps %<bootstraps>d, rows %<rows>d, gap %<gap>.1f s, %<codes>s; %<verdict>s',
             head: head, back: back, codes: codes, verdict: verdict, **row.slice(:bootstraps, :rows, :gap))
    end

    def summary(rows)
      full, parts = rows.partition { |row| row[:outage].full? }
      failed = rows.count { |row| !row[:complaints].empty? }
      judged = rows.select { |row| row[:rows] }
      ['', *times_line('all members gone', full), *times_line('one or two gone', parts),
       format('%<bootstraps>d bootstraps, %<rows>d rows acknowledged, longest gap %<gap>.1f s',
              bootstraps: judged.sum { |row| row[:bootstraps] }, rows: judged.sum { |row| row[:rows] },
              gap: judged.map { |row| row[:gap] }.max.to_f),
       "seed #{@seed}", "#{rows.length - failed} passed, #{failed} failed"].join("\n")
    end

    def times_line(what, rows)
      seconds = rows.filter_map { |row| row[:seconds] }.sort
      return [] if seconds.empty?

      [format('%<what>s, %<count>d times: from the first run of the last member until it was whole ' \
              '%<min>.1f s at least, %<median>.1f s (median), %<max>.1f s at most',
              what: what, count: seconds.length, min: seconds.first, median: seconds[seconds.length / 2],
              max: seconds.last)]
    end
  end
end
