# frozen_string_literal: true

require_relative '../../bench/lib/agent_bench/table'

module AgentBench
  RSpec.describe Table do
    reading = Struct.new(:wall, :cpu, :memory, :applying)
    without = reading.new(1.0, 0.9, 70_000, 0.3)

    def goal_lines(table)
      table.to_s.lines.grep(/G13/).map { |line| line[/met$|NOT MET/i] }
    end

    # The machine is slow in one round: that counts for both of its runs.
    it 'says what is added as the median of the differences of neighbours' do
      slow = reading.new(3.0, 0.9, 70_000, 0.3)
      pairs = [[without, reading.new(1.015, 0.91, 74_000, 0.31)], [slow, reading.new(3.02, 0.91, 75_000, 0.31)],
               [without, reading.new(1.016, 0.92, 74_500, 0.31)]]
      table = described_class.new(pairs, [0.005, 0.006, 0.004])
      expect(table.to_h[:rows][:wall][:added]).to be_within(1e-9).of(0.016)
      expect(table.to_h[:goals].map { |goal| goal[:value].round(3) }).to eq([11.0, 4.395])
      expect(table).to be_met
    end

    it 'says which goal is not met' do
      table = described_class.new([[without, reading.new(1.1, 0.91, 80_000, 0.31)]], [0.005])
      expect(table).not_to be_met
      expect(goal_lines(table)).to eq(['NOT MET', 'NOT MET'])
    end
  end
end
