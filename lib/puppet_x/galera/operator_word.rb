# frozen_string_literal: true

require_relative '../plan/operator'
require_relative 'cluster_status'

module PuppetX
  module Galera
    # What an operator decides about a cluster whose members do not all come back, said to its plan on the orchestrator:
    # shown first as what it would do and lose, then done.
    class OperatorWord
      # +api+: an Operator.
      def initialize(api, cluster, member)
        @api = api
        @cluster = cluster
        @member = member
      end

      # +input+: of the plan galera::cluster. +command+: what does it, when this only shows it. Returns
      #
      #   {'cluster' => 'c1', 'member' => 'db3', 'done' => false, 'by' => 'puppet.example.com',
      #    'said' => ['db3 was Primary when it last spoke, at position 100 of …'], 'waits_for' => ['…'],
      #    'to_do_it' => 'puppet galera exclude c1 db3 --yes'}
      def say(input, command, done:)
        told = @api.order(@cluster, input, @member, dry_run: !done)
        { 'cluster' => @cluster, 'member' => @member, 'done' => done, 'by' => told['by'], 'said' => told['answers'],
          'waits_for' => told['after']['waiting'].map { |one| one['text'] }, 'to_do_it' => (command unless done) }
      rescue Plan::Operator::NotTaken => e
        raise Puppet::Error, [e.message, e.help].reject { |text| text.to_s.empty? }.join('; ')
      rescue Plan::Operator::Failed, Plan::Operator::UnknownCluster => e
        raise Puppet::Error, e.message
      end

      def self.text(word)
        lines = word['said'] + [word['done'] ? "done, by #{word['by']}" : 'nothing was done yet']
        waits = word['waits_for'].map { |text| "  waits for #{text}" }
        lines += ['the cluster then:', *waits] unless waits.empty?
        lines << "to do it: #{word['to_do_it']}" if word['to_do_it']
        lines.map { |line| ClusterStatus.printable(line) }.join("\n")
      end
    end
  end
end
