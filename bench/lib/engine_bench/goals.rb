# frozen_string_literal: true

# What performance is wanted: the goals of each workload.
module EngineBench
  # What is wanted of a workload's figure, as a ratio of two figures of the same run or as a bound.
  #   of, to: [program, workload]; `to` may be a number
  #   wanted: '>=' or '<='; limit: of the ratio
  Goal = Struct.new(:workload, :text, :of, :to, :wanted, :limit, keyword_init: true) do
    # nil when a figure is missing.
    def ratio(medians)
      figures = [of, to].map { |figure| figure.is_a?(Numeric) ? figure : medians[figure] }
      figures.first.fdiv(figures.last) if figures.all?
    end

    def met?(medians)
      ratio(medians)&.public_send(wanted, limit)
    end

    # The peer's name, where the goal is against one.
    def peer
      to.first if to.is_a?(Array) && to.first != 'ours'
    end
  end

  module_function

  def goals
    against_peers + of_shape + [
      Goal.new(workload: 'G5/memory', text: '1 kB', of: %w[ours G5/memory], to: 1000, wanted: '<=', limit: 1.0),
      Goal.new(workload: 'G5/spawn', text: '1 M/s', of: %w[ours G5/spawn], to: 1_000_000, wanted: '>=', limit: 1.0)
    ]
  end

  def against(peer, workload, limit)
    Goal.new(workload: workload, text: peer, of: ['ours', workload], to: [peer, workload], wanted: '>=', limit: limit)
  end

  def against_peers
    expressions = %w[increment map_hash map reduce interpolation integer struct]
    goals = [against('Erlang', 'G1', 1.5)]
    %w[G2/1000 G2/10000].each { |workload| goals << against('Erlang', workload, 2) << against('CLIPS', workload, 2) }
    expressions.each do |name|
      goals << against('Puppet', "G4/#{name}", %w[map reduce].include?(name) ? 100 : 50)
      goals << against('Lua', "G4/#{name}", 1 / 3r)
    end
    goals << against('Puppet', 'G4/parse', 50)
  end

  # How the cost of one thing may grow with the size of the whole: the second figure over the first.
  def growth(from, to, limit)
    Goal.new(workload: to, text: "#{from}'s cost", of: ['ours', from], to: ['ours', to], wanted: '<=', limit: limit)
  end

  def of_shape
    [growth('G2/10', 'G2/10000', 2),
     Goal.new(workload: 'G3/32', text: 'G3/1', of: %w[ours G3/32], to: %w[ours G3/1], wanted: '>=', limit: 0.5),
     Goal.new(workload: 'G3/memory/10', text: 'G3/memory/1', of: %w[ours G3/memory/10], to: %w[ours G3/memory/1],
              wanted: '<=', limit: 1.5),
     growth('G6/actions/10', 'G6/actions/1000', 1.2),
     growth('G6/pairs/1', 'G6/pairs/1000', 1.5),
     growth('G6/pairs/1', 'G6/pairs/10000', 1.5)]
  end
end
