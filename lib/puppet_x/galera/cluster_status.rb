# frozen_string_literal: true

require 'json'
require 'time'
require_relative '../plan/operator'

module PuppetX
  module Galera
    # How clusters are: as their orchestrator tells, or as the processes of this node last knew.
    #
    #   {'source' => 'orchestrator', 'health' => 'blocked', 'note' => nil, 'clusters' => [
    #     {'cluster' => 'c1', 'health' => 'blocked', 'state' => 'unborn', 'size' => 3, 'waits_for' => ['…'],
    #      'members' => [{'certname' => 'db1', 'resource' => 'Galera::Host[m]', 'role' => 0, 'plan' => 'galera::leader',
    #                     'seen' => '2026-01-31T12:00:00Z', 'state' => 'Primary/Synced'}]}]}
    module ClusterStatus
      # The worst first.
      HEALTHS = %w[failed blocked degraded unknown healthy].freeze

      module_function

      # Of one cluster, or of all. +api+: an Operator; nil to ask nobody.
      def of(title, api)
        raise Plan::Operator::Failed, 'the orchestrator was not asked' unless api

        summary('orchestrator', api.clusters(title).map { |cluster| told(cluster) }, nil)
      rescue Plan::Operator::UnknownCluster => e
        raise Puppet::Error, e.message
      rescue Plan::Operator::Failed => e
        clusters = written_down.select { |cluster| title.nil? || cluster['cluster'] == title }
        summary('this node', clusters, e.message)
      end

      def summary(source, clusters, note)
        health = HEALTHS.find { |one| clusters.any? { |cluster| cluster['health'] == one } } || 'unknown'
        { 'source' => source, 'health' => health, 'note' => note, 'clusters' => clusters }
      end

      # ---- what the orchestrator tells

      def told(cluster)
        root = cluster['state']['processes'].values.first
        roles = roles_in(root['variables']['members'])
        reports = reports_in(root['variables']['evidence'])
        members = cluster['members'].map do |member|
          role = roles[member.values_at('certname', 'resource')]
          member(member, role, reports[role])
        end
        size = root['variables']['cluster_size']
        waits_for = cluster['waiting'].map { |one| one['text'] }
        { 'cluster' => cluster['title'], 'health' => health(cluster['ended'], waits_for, roles.size, size),
          'state' => root['states'].join(', '), 'size' => size, 'waits_for' => waits_for, 'members' => members }
      end

      def member(told, role, report)
        seen = told['last_exchange_ms']
        { 'certname' => told['certname'], 'resource' => told['resource'], 'role' => role, 'plan' => told['plan'],
          'seen' => seen && Time.at(seen / 1000).utc.iso8601, 'state' => report && state(report) }
      end

      def state(report)
        report['running'] ? report.values_at('cluster_status', 'local_state').compact.join('/') : 'stopped'
      end

      def health(ended, waits_for, present, size)
        return 'failed' if ended && ended['failed']
        return 'blocked' unless waits_for.empty?

        size && present < size ? 'degraded' : 'healthy'
      end

      # {[certname, resource] => role} of rich data's Hash[Integer, Process].
      def roles_in(value)
        pairs(value).to_h { |role, process| [process.values_at('certname', 'resource'), role] }
      end

      def reports_in(value)
        pairs(value).to_h
      end

      def pairs(value)
        return [] unless value.is_a?(Hash)

        value['__ptype'] == 'Hash' ? value['__pvalue'].each_slice(2).to_a : value.to_a
      end

      # ---- what this node wrote down

      def written_down
        Dir.glob(File.join(Puppet[:statedir], 'galera', '*.json')).sort.filter_map { |file| process_in(file) }
      end

      def process_in(file)
        state = JSON.parse(File.read(file, encoding: 'UTF-8'))
        root = state['engine']['processes'].first
        title = root['variables'].dig('cluster', 'value')
        title && process(state['process'], title, root, File.mtime(file))
      rescue SystemCallError, JSON::ParserError, NoMethodError, TypeError => e
        Puppet.warning("#{file}: #{e.message}")
        nil
      end

      def process(identity, title, root, time)
        held_up = root['actions'].values.filter_map { |action| action['held_up'] }
        waits_for = held_up.map { |one| reason(one['reason']) }
        member = identity.merge('role' => nil, 'plan' => root['plan'], 'seen' => time.utc.iso8601,
                                'state' => root['regions'].values.map { |region| region['current'] }.join(', '))
        { 'cluster' => title, 'health' => health(root['ended'], waits_for, 1, nil), 'state' => nil, 'size' => nil,
          'waits_for' => waits_for, 'members' => [member] }
      end

      # A String, or a Struct with `for`.
      def reason(value)
        value.is_a?(Hash) ? value['for'] : value
      end

      # ---- for people

      HEADING = %w[MEMBER RESOURCE ROLE PLAN STATE SEEN].freeze

      def table(status)
        lines = status['clusters'].flat_map { |cluster| lines_of(cluster) }
        lines.unshift("(#{status['source']}: #{printable(status['note'])})") if status['note']
        lines << 'nothing is known of any cluster' if status['clusters'].empty?
        lines.join("\n")
      end

      def lines_of(cluster)
        members = cluster['members']
        present = members.count { |member| member['role'] }.then { |cast| cast.zero? ? members.size : cast }
        count = cluster['size'] ? "#{present} of #{cluster['size']} members" : "#{members.size} member(s)"
        head = "#{cluster['cluster']}: #{[cluster['health'], cluster['state'], count].grep(/./).join(', ')}"
        rows = members.map { |member| member.values_at('certname', 'resource', 'role', 'plan', 'state', 'seen') }
        waits = cluster['waits_for'].map { |text| "  waits for #{printable(text)}" }
        [printable(head), *waits, *columns([HEADING, *rows])]
      end

      def columns(rows)
        rows = rows.map { |row| row.map { |cell| cell.to_s.empty? ? '-' : printable(cell.to_s) } }
        widths = rows.transpose.map { |column| column.map(&:length).max }
        rows.map { |row| "  #{row.zip(widths).map { |cell, width| cell.ljust(width) }.join('  ')}".rstrip }
      end

      # What others said begins no line and moves no cursor.
      def printable(text)
        text.gsub(/[[:cntrl:]]/, '?')
      end
    end
  end
end
