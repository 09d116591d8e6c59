# frozen_string_literal: true

require_relative 'timeline_picture'

module Lab
  # What happened on some machines from now on, as spans on lanes: what their mariadbd did, by its journal, and their
  # agents, by their lines. Seconds since this object was made.
  class RecoveryTimeline
    # What mariadbd is after it, or systemd, has said this.
    DATABASE = {
      /systemd\[1\]: Starting #{Settings::MARIADB_UNIT}/ => 'start',
      /WSREP: Shifting OPEN -> PRIMARY/ => 'transfer',
      /WSREP: Synchronized with group/ => 'synced',
      /systemd\[1\]: Stopped #{Settings::MARIADB_UNIT}/ => nil
    }.freeze
    # What a resource that the plan asks for is shown as. A look at which the server was stopped says so.
    ACTS = { 'Galera_observe' => 'look', 'Galera_bootstrap' => 'bootstrap', 'Galera_member' => 'join',
             'Galera_certificate' => 'credentials', 'Galera_sst_secret' => 'credentials',
             'Galera_sst_account' => 'credentials' }.freeze
    APPLYING = /Info: Applying configuration version/.freeze
    BEGUN = /(?<type>Galera_\w+)\[[^\]]*\]: Starting to evaluate/.freeze
    ENDED = /(?<type>Galera_\w+)\[[^\]]*\]: Evaluated in/.freeze
    HELD = /hold: stopped and held/.freeze
    APPLIED = /Notice: Applied catalog/.freeze

    def initialize(machines)
      @machines = machines
      @from = Time.now.to_f
    end

    # When the last of them was Synced.
    def synced_after
      database_lanes.map { |lane| lane.spans.reverse.find { |span| span.kind == 'synced' }.from }.max
    end

    # Whose mariadbd ran, and was in no Primary component, when this began.
    def database_lanes
      @database_lanes ||= @machines.map { |machine| self.class.database_lane(machine.name, journal(machine), @from) }
    end

    # `runs` are agent runs that were started when this began, with --evaltrace.
    def agent_lanes(runs)
      runs.map { |run| self.class.agent_lane(run) }
    end

    # `text`: lines of the journal with their times.
    def self.database_lane(name, text, from)
      changes = text.lines.filter_map do |line|
        said = DATABASE.keys.find { |pattern| line.match?(pattern) }
        [Float(line[/\A[\d.]+/]) - from, DATABASE[said]] if said
      end
      changes = [[0.0, 'waiting'], *changes].chunk_while { |(_, one), (_, next_one)| one == next_one }.map(&:first)
      spans = changes.each_cons(2).map { |(at, kind), (to, _)| Timeline::Span.new(from: at, to: to, kind: kind) }
      spans << Timeline::Span.new(from: changes.last[0], kind: changes.last[1])
      Timeline::Lane.new(name: "#{name} mariadbd", spans: spans.select(&:kind))
    end

    def self.agent_lane(run)
      spans = [Timeline::Span.new(from: 0.0, to: at(run, APPLYING), kind: 'catalog')]
      begun = held = nil
      run.lines.each do |seconds, line|
        begun = seconds if line.match?(BEGUN)
        held ||= line.match?(HELD)
        next unless (ended = line.match(ENDED))

        spans << Timeline::Span.new(from: begun, to: seconds, kind: held ? 'hold' : ACTS.fetch(ended[:type]))
        held = nil
      end
      spans << Timeline::Span.new(from: at(run, APPLIED), to: run.seconds, kind: 'report')
      Timeline::Lane.new(name: "#{run.name} agent", spans: spans)
    end

    def self.at(run, pattern)
      found = run.lines.find { |_, line| line.match?(pattern) } or
        raise Error, "the run of #{run.name} never says #{pattern.source}: it cannot be shown"
      found.first
    end
    private_class_method :at

    private

    def journal(machine)
      machine.run('journalctl', '-u', Settings::MARIADB_UNIT, '--no-pager', '-o', 'short-unix', '--since', "@#{@from}")
    end
  end
end
