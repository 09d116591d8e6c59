# frozen_string_literal: true

# The engine's workloads beside the same in other languages: the programs, their rounds, the goals and the table.
module EngineBench
  GROUPS = %w[G1 G2 G3 G4 G5 G6].freeze

  # What ends a bench before there is a table.
  Error = Class.new(StandardError)
end

require_relative 'engine_bench/goals'
require_relative 'engine_bench/programs'
require_relative 'engine_bench/table'
require_relative 'engine_bench/run'
