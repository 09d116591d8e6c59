# frozen_string_literal: true

module EngineBench
  # Readings as medians beside each other, with the goals: as text for people, as an array for programs.
  class Table
    # readings: {[program, workload] => [Reading]}; columns: names of programs, ours first; absent: programs that are
    # not installed; groups: the rows that were asked for
    def initialize(readings, columns:, absent: [], groups: GROUPS)
      @medians = readings.transform_values { |all| median(all.map(&:rate)) }
      @units = readings.to_h { |(_, workload), all| [workload, all.first.unit] }
      @columns = columns
      @absent = absent
      @groups = groups
      @goals = EngineBench.goals.group_by(&:workload)
    end

    def to_a
      workloads.map do |workload|
        { workload: workload, unit: @units[workload],
          figures: @columns.to_h { |name| [name, @medians[[name, workload]]] }.compact,
          goals: goals(workload).map { |goal| goal_hash(goal) } }
      end
    end

    def to_s
      [*lines([heading, *workloads.flat_map { |workload| cells(workload) }]), '', *footnotes].join("\n")
    end

    private

    # In the order in which they came: that of the groups, then the programs' own.
    def workloads
      @units.keys.sort_by.with_index { |workload, index| [@groups.index(group(workload)), index] }
    end

    def group(workload)
      workload[%r{\A[^/]+}]
    end

    def goals(workload)
      @goals.fetch(workload, [])
    end

    def goal_hash(goal)
      { to: goal.text, wanted: goal.wanted, limit: goal.limit.to_f,
        ratio: goal.ratio(@medians), met: goal.met?(@medians) }
    end

    def heading
      ['workload', 'unit', *@columns, 'ratio', 'goal', '']
    end

    # The workload's figures and first goal; further goals on lines of their own.
    def cells(workload)
      figures = @columns.map { |name| figure(@medians[[name, workload]]) }
      first, *more = goals(workload).map { |goal| goal_cells(goal) }
      [[workload, @units[workload], *figures, *(first || ['', '', ''])],
       *more.map { |goal| ['', '', *@columns.map { '' }, *goal] }]
    end

    def goal_cells(goal)
      ratio = goal.ratio(@medians)
      limit = "#{goal.wanted} #{short(goal.limit)} × #{goal.text}"
      return ['', limit, "not measured#{because(goal)}"] unless ratio

      [short(ratio), limit, goal.met?(@medians) ? 'met' : 'NOT MET']
    end

    def because(goal)
      program = @absent.find { |absent| absent.name == goal.peer }
      program ? ": #{program.package} is not installed" : ''
    end

    def footnotes
      measured = workloads.flat_map { |workload| goals(workload) }.map { |goal| goal.met?(@medians) }
      @absent.map { |program| "#{program.name} is left out: install #{program.package}" } <<
        "#{measured.count(true)} goals met, #{measured.count(false)} not met, #{measured.count(nil)} not measured"
    end

    def lines(rows)
      widths = rows.transpose.map { |column| column.map(&:length).max }
      numbers = 2..@columns.length + 2
      rows.map do |row|
        padded = row.each_with_index.map { |cell, i| numbers.cover?(i) ? cell.rjust(widths[i]) : cell.ljust(widths[i]) }
        padded.join('  ').rstrip
      end
    end

    # Three digits and a unit: 1.23 M, 45.6 k.
    def figure(value)
      return '-' unless value

      factor, suffix = [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']].find { |limit, _| value >= limit } || [1, '']
      "#{short(value / factor)}#{suffix}"
    end

    def short(value)
      digits = [99.95, 9.995].count { |limit| value < limit }
      text = format("%.#{digits}f", value)
      text.include?('.') ? text.sub(/\.?0+\z/, '') : text
    end

    def median(values)
      sorted = values.sort
      middle = sorted.length / 2
      sorted.length.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end
  end
end
