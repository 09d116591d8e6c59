# frozen_string_literal: true

module Lab
  # The members as a table, and what is not as it should be in a cluster that has formed.
  class ClusterTable
    SNAPSHOT_QUERY = 'SELECT name FROM shop.products ORDER BY id'
    SNAPSHOT_ROWS = %w[apple bread cheese dates eggs].freeze
    HEADINGS = ['certname', 'role', 'wsrep_cluster_status', 'wsrep_local_state', 'size', 'snapshot rows'].freeze

    attr_reader :status

    def initialize(cluster)
      @members = cluster.members
      @status = cluster.status
      @rows = Shell.in_parallel(@members) { |machine| machine.running? ? snapshot_rows(machine) : nil }
    end

    def lines
      table = [HEADINGS, *status['members'].each_with_index.map { |member, at| cells(member, @rows[at]) }]
      widths = table.transpose.map { |column| column.map(&:length).max }
      table.map { |row| row.each_with_index.map { |cell, at| cell.ljust(widths[at]) }.join('  ').rstrip }
    end

    # One sentence for each thing that is wrong; empty when the cluster is whole.
    def complaints
      found = status['members'].each_with_index.flat_map { |member, at| member_complaints(member, @rows[at]) }
      found << 'there are no members' if @members.empty?
      found.concat(cluster_complaints)
    end

    private

    def cells(member, rows)
      wsrep = member['wsrep'] || {}
      [member['certname'], (member['role'] || '-').to_s, wsrep['wsrep_cluster_status'] || 'no SQL answer',
       wsrep['wsrep_local_state_comment'] || '-', (wsrep['wsrep_cluster_size'] || '-').to_s,
       rows ? "#{rows.length}: #{rows.join(' ')}" : '-']
    end

    def member_complaints(member, rows)
      name = member['certname']
      wsrep = member['wsrep'] or return ["#{name} gives no SQL answer"]

      expected = { **Status::SYNCED, 'wsrep_cluster_size' => @members.length }
      found = expected.reject { |variable, value| wsrep[variable] == value }
                      .map { |variable, value| "#{name}: #{variable} is #{wsrep[variable]}, not #{value}" }
      return found if rows == SNAPSHOT_ROWS

      found << "#{name}: rows of the snapshot are #{rows.inspect}, not #{SNAPSHOT_ROWS.inspect}"
    end

    def cluster_complaints
      found = []
      uuids = status['members'].map { |member| member.dig('wsrep', 'wsrep_cluster_state_uuid') }.compact.uniq
      found << "the members are of different clusters: #{uuids.join(', ')}" if uuids.length > 1
      roles = status['members'].map { |member| member['role'] }
      wanted = (0...@members.length).to_a
      found << "the roles are #{roles.inspect}, not each of #{wanted.inspect} once" if roles.sort_by(&:to_i) != wanted
      error = status.dig('orchestrator', 'error')
      found << "the orchestrator does not answer: #{error}" if error
      found
    end

    def snapshot_rows(machine)
      Status.query(machine, SNAPSHOT_QUERY)&.lines&.map(&:chomp)
    end
  end
end
