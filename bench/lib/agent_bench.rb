# frozen_string_literal: true

# Runs of the agent with and without a plan process, and a real orchestrator beside them.
module AgentBench
  ROOT = File.expand_path('../..', __dir__)

  # What ends a bench before there is a table.
  Error = Class.new(StandardError)
end

require_relative 'agent_bench/authority'
require_relative 'agent_bench/orchestrator'
require_relative 'agent_bench/agent'
require_relative 'agent_bench/table'
require_relative 'agent_bench/run'
