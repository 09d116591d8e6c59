# frozen_string_literal: true

# The daemon under load: its own workloads, the same of peers, the goals and the table.
module OrchestratorBench
  GROUPS = %w[G7 G8 G9 G10].freeze

  # What ends a bench before there is a table.
  Error = Class.new(StandardError)
end

require_relative 'orchestrator_bench/authority'
require_relative 'orchestrator_bench/etcd'
require_relative 'orchestrator_bench/load'
require_relative 'orchestrator_bench/messages'
require_relative 'orchestrator_bench/nats'
require_relative 'orchestrator_bench/nginx'
require_relative 'orchestrator_bench/peer'
require_relative 'orchestrator_bench/run'
require_relative 'orchestrator_bench/sqlite'
