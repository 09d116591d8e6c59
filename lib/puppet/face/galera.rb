# frozen_string_literal: true

require 'puppet/face'
require_relative '../../puppet_x/galera/cluster_status'
require_relative '../../puppet_x/plan/operator'

Puppet::Face.define(:galera, '0.1.0') do
  license 'Apache License, Version 2.0'
  summary 'Look at Galera clusters and their members.'
  description <<-TEXT
    Shows what the orchestrator knows of its clusters, or, where this node may not ask it, what the plans of this node
    last knew.
  TEXT

  action(:status) do
    default
    summary 'Show clusters and their members.'
    arguments '[<cluster>]'
    description <<-TEXT
      Asks the orchestrator with this node's own certificate, which must be an operator's (the Puppet Server's own is, and
      one with the extension pp_cli_auth). When it refuses, or does not answer, this shows what the processes of this node
      wrote down at their last run.

      Exit codes: 0 all are healthy; 1 it cannot be told; 2 a cluster is degraded (members are missing), blocked (it waits
      for something) or failed.
    TEXT
    returns "A hash: 'source', 'health', 'note' and 'clusters', each with its members."
    examples <<-TEXT
      $ puppet galera status cluster_1

      $ puppet galera status --render-as json
    TEXT

    option '--orchestrator URL' do
      summary 'The orchestrator; by default the Puppet Server, port 8146.'
    end
    option '--offline' do
      summary 'Do not ask the orchestrator.'
    end

    when_invoked do |*arguments|
      options = arguments.pop
      url = options[:orchestrator] || "https://#{Puppet[:server]}:#{PuppetX::Plan::Operator::PORT}"
      api = PuppetX::Plan::Operator.new(url) unless options[:offline]
      PuppetX::Galera::ClusterStatus.of(arguments.first, api)
    end

    when_rendering(:console) { |status| PuppetX::Galera::ClusterStatus.table(status) }
  end
end
