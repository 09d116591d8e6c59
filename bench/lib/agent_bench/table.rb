# frozen_string_literal: true

module AgentBench
  # Readings of both kinds, taken in turn, as medians; what the extension adds is the median of the differences of
  # neighbours, so that the machine's weather counts for both alike.
  class Table
    MS_BEYOND_ONE_EXCHANGE = 20
    MEMORY_KB = 8 * 1024
    ROWS = { wall: ['whole run', 'ms', 1000], cpu: ['processor', 'ms', 1000],
             memory: ['memory, at most', 'MiB', 1 / 1024r], applying: ['applying the catalog', 'ms', 1000] }.freeze

    # pairs: [[Reading without, Reading with]]; exchanges: seconds of single calls
    def initialize(pairs, exchanges)
      @pairs = pairs
      @exchange = median(exchanges)
    end

    def met?
      goals.all? { |goal| goal[:value] <= goal[:limit] }
    end

    def to_h
      { rows: ROWS.keys.to_h { |name| [name, { without: side(0, name), with: side(1, name), added: added(name) }] },
        exchange: @exchange, goals: goals, rounds: @pairs.length }
    end

    def to_s
      lines = [format('%-24s %10s %10s %10s %7s', '', 'without', 'with', 'added', 'ratio')]
      lines += ROWS.map { |name, (title, unit, scale)| line(name, "#{title}, #{unit}", scale) }
      lines << format('%-24s %32.1f', 'one HTTPS call, ms', @exchange * 1000)
      lines << '' << goals.map { |goal| goal_line(goal) }
      lines.join("\n")
    end

    private

    def side(index, name)
      median(@pairs.map { |pair| pair[index][name] })
    end

    def added(name)
      median(@pairs.map { |without, with| with[name] - without[name] })
    end

    def goals
      [{ text: 'whole run, added beyond one call', value: (added(:wall) - @exchange) * 1000,
         limit: MS_BEYOND_ONE_EXCHANGE, unit: 'ms' },
       { text: 'memory, added', value: added(:memory) / 1024.0, limit: MEMORY_KB / 1024, unit: 'MiB' }]
    end

    def line(name, title, scale)
      without = side(0, name)
      with = side(1, name)
      format('%-24s %10.1f %10.1f %10.1f %7.3f', title, without * scale, with * scale, added(name) * scale,
             with / without)
    end

    def goal_line(goal)
      format('G13  %<text>-34s %<value>6.1f %<unit>-3s (goal <= %<limit>d) %<verdict>s',
             **goal, verdict: goal[:value] <= goal[:limit] ? 'met' : 'NOT MET')
    end

    def median(values)
      sorted = values.sort
      middle = sorted.length / 2
      sorted.length.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end
  end
end
