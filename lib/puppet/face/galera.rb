# frozen_string_literal: true

require 'puppet/face'
require_relative '../../puppet_x/galera/cluster_status'
require_relative '../../puppet_x/galera/operator_word'
require_relative '../../puppet_x/plan/operator'

Puppet::Face.define(:galera, '0.1.0') do
  license 'Apache License, Version 2.0'
  summary 'Look at Galera clusters, and decide what only an operator can.'
  description <<-TEXT
    Shows what the orchestrator knows of its clusters, or, where this node may not ask it, what the plans of this node
    last knew. Lets a cluster go on when members, or the newest data, never come back.
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
      api = PuppetX::Plan::Operator.at(options[:orchestrator]) unless options[:offline]
      PuppetX::Galera::ClusterStatus.of(arguments.first, api)
    end

    when_rendering(:console) { |status| PuppetX::Galera::ClusterStatus.table(status) }
  end

  action(:exclude) do
    summary 'Let a cluster go on without a member that never comes back.'
    arguments '<cluster> <member>'
    description <<-TEXT
      Shows what would be lost; with --yes does it. Only you can know that the member is really down for good: should it
      run, there may be two clusters. What members had said until then, and who decided, is kept by the orchestrator.
      A member that comes back after all is a member again, once it fits.
    TEXT
    returns "A hash: 'cluster', 'member', 'done', 'by', 'said', 'waits_for', 'to_do_it'."
    examples <<-TEXT
      $ puppet galera exclude cluster_1 db3.example.com

      $ puppet galera exclude cluster_1 db3.example.com --yes
    TEXT

    option '--orchestrator URL' do
      summary 'The orchestrator; by default the Puppet Server, port 8146.'
    end
    option '--yes' do
      summary 'Do it.'
    end

    when_invoked do |cluster, member, options|
      api = PuppetX::Plan::Operator.at(options[:orchestrator])
      word = PuppetX::Galera::OperatorWord.new(api, cluster, member)
      word.say('exclusions', "puppet galera exclude #{cluster} #{member} --yes", done: options.key?(:yes))
    end

    when_rendering(:console) { |word| PuppetX::Galera::OperatorWord.text(word) }
  end

  action(:bootstrap) do
    summary 'Start a stopped cluster with the data of one member, though that may not be the newest.'
    arguments '<cluster> <member>'
    description <<-TEXT
      Shows what would be lost; with --accept-data-loss does it. Needed only where a cluster waits for data that never comes
      back: it starts by itself otherwise. All its members must be held, or excluded. The cluster gets a new state UUID;
      whoever comes back later with the old data does not join over it.
    TEXT
    returns "A hash: 'cluster', 'member', 'done', 'by', 'said', 'waits_for', 'to_do_it'."
    examples <<-TEXT
      $ puppet galera bootstrap cluster_1 db1.example.com

      $ puppet galera bootstrap cluster_1 db1.example.com --accept-data-loss
    TEXT

    option '--orchestrator URL' do
      summary 'The orchestrator; by default the Puppet Server, port 8146.'
    end
    option '--accept-data-loss' do
      summary 'Do it.'
    end

    when_invoked do |cluster, member, options|
      api = PuppetX::Plan::Operator.at(options[:orchestrator])
      word = PuppetX::Galera::OperatorWord.new(api, cluster, member)
      command = "puppet galera bootstrap #{cluster} #{member} --accept-data-loss"
      word.say('accepted_losses', command, done: options.key?(:accept_data_loss))
    end

    when_rendering(:console) { |word| PuppetX::Galera::OperatorWord.text(word) }
  end
end
