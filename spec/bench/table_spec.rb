# frozen_string_literal: true

require_relative '../../bench/lib/engine_bench'

# The table of bench/engine, from readings written by hand.
RSpec.describe EngineBench::Table do
  def readings(figures)
    figures.to_h do |(program, workload, unit), rates|
      [[program, workload], rates.map { |rate| EngineBench::Reading.new(workload, rate, unit) }]
    end
  end

  let(:figures) do
    { ['ours', 'G1', 'firings/s'] => [5.0e6, 1.0, 4.0e6, 9.0e6, 4.5e6],
      ['Erlang', 'G1', 'firings/s'] => [2.5e6, 3.0e6, 3.5e6],
      ['ours', 'G2/10', 'joins/s'] => [1.0e6],
      ['ours', 'G2/10000', 'joins/s'] => [4.0e5],
      ['Erlang', 'G2/10000', 'joins/s'] => [8.0e5, 7.0e5] }
  end
  let(:clips) { EngineBench::Clips.new }
  let(:table) { described_class.new(readings(figures), columns: %w[ours Erlang CLIPS], absent: [clips]) }

  it 'shows medians, ratios and verdicts, and says what is not there' do
    expect(table.to_s).to eq <<~TABLE.chomp
      workload  unit        ours  Erlang  CLIPS  ratio  goal
      G1        firings/s  4.5 M     3 M      -    1.5  >= 1.5 × Erlang      met
      G2/10     joins/s      1 M       -      -
      G2/10000  joins/s    400 k   750 k      -   0.53  >= 2 × Erlang        NOT MET
                                                        >= 2 × CLIPS         not measured: clips is not installed
                                                   2.5  <= 2 × G2/10's cost  NOT MET

      CLIPS is left out: install clips
      1 goals met, 2 not met, 1 not measured
    TABLE
  end

  it 'gives programs the same as data' do
    row = table.to_a.find { |one| one[:workload] == 'G2/10000' }
    expect(row).to include(workload: 'G2/10000', unit: 'joins/s', figures: { 'ours' => 4.0e5, 'Erlang' => 7.5e5 })
    expect(row[:goals]).to eq [
      { to: 'Erlang', wanted: '>=', limit: 2.0, ratio: 4.0 / 7.5, met: false },
      { to: 'CLIPS', wanted: '>=', limit: 2.0, ratio: nil, met: nil },
      { to: "G2/10's cost", wanted: '<=', limit: 2.0, ratio: 2.5, met: false }
    ]
  end
end
