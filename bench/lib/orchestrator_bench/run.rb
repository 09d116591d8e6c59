# frozen_string_literal: true

require 'json'

module OrchestratorBench
  # All rounds of all workloads, and the table.
  class Run
    include Messages

    def initialize(rounds:, only:, connections:, json:)
      @rounds = rounds
      @only = only
      @connections = connections
      @json = json
      @figures = Hash.new { |figures, row| figures[row] = [] }
    end

    def call
      @rounds.times { @only.each { |group| send(group.downcase) } }
      rows = table
      puts @json ? JSON.pretty_generate(rows) : rows.map { |row| line(row) }
    end

    private

    def g7
      one = Sqlite.firings(1, 1)
      add('G7 durable firings a second, one in a commit', one['per_second'])
      add('G7 the same / raw SQLite', one['per_second'] / Sqlite.raw(1))
      grouped = Sqlite.firings(1000, 100)
      add('G7 1000 processes, 100 in a commit', grouped['per_second'])
      add('G7 the same / raw SQLite in hundreds', grouped['per_second'] / Sqlite.raw(100))
      sync = Sqlite.fdatasync
      add('G7 fdatasync, p50 us', sync)
      { 'one in a commit' => one, '100 in a commit' => grouped }.each do |name, figures|
        add("G7 acknowledged, #{name}, p50 us", figures['p50_us'])
        add("G7 acknowledged, #{name}, p99 / fdatasync p50", figures['p99_us'] / sync)
      end
    end

    def g8
      held = Load.run('held', @connections, 10)
      add('G8 bytes a held connection', held['bytes_each'])
      add('G8 idle CPU, % of a core', held['idle_cpu_share'] * 100)
    end

    def g9
      burst = Load.run('handshakes', @connections)
      add('G9 handshakes a CPU second / their limit', burst['per_cpu_second'] / burst['limit_per_cpu_second'])
      add('G9 handshakes a second', burst['per_second'])
      add('G9 came again', burst['came_again'])
    end

    GOALS = {
      'G7 the same / raw SQLite' => ['>=', 0.8],
      'G7 the same / raw SQLite in hundreds' => ['>=', 0.5],
      'G7 acknowledged, one in a commit, p99 / fdatasync p50' => ['<=', 20],
      'G7 acknowledged, 100 in a commit, p99 / fdatasync p50' => ['<=', 20],
      'G8 bytes a held connection' => ['<=', 32 * 1024],
      'G8 idle CPU, % of a core' => ['<=', 1],
      'G9 handshakes a CPU second / their limit' => ['>=', 0.85],
      'G10 the same / nats request-reply' => ['<=', 1.5],
      'G10 the same / nginx' => ['>=', 0.33],
      'G10 the same / etcd' => ['>=', 2]
    }.freeze

    def add(row, figure)
      @figures[row] << figure
    end

    def table
      @figures.map do |row, figures|
        median = figures.sort[figures.size / 2]
        sign, limit = GOALS[row]
        { row: row, median: median.round(3), goal: sign && "#{sign} #{limit}",
          met: sign && median.public_send(sign, limit) }
      end
    end

    def line(row)
      format('%-55<row>s %12<median>s  %-10<goal>s %<met>s',
             **row.slice(:row, :median, :goal), met: { true => 'met', false => 'missed' }[row[:met]])
    end
  end
end
