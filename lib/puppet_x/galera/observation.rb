# frozen_string_literal: true

require_relative 'command'
require_relative 'datadir'
require_relative 'member_state'
require_relative 'server'
require_relative 'unit'

module PuppetX
  module Galera
    # One look at a member: everything about it that a decision about its cluster can rest on, and nothing decided.
    class Observation
      BOOT_ID = '/proc/sys/kernel/random/boot_id'

      def self.boot_id
        File.read(BOOT_ID).strip
      end

      def initialize(unit:, datadir:, state:, server: Server.new)
        @unit = unit
        @datadir = datadir
        @state = state
        @server = server
      end

      # A Hash that is JSON as it stands; the keys are documented with the type galera_observe.
      def to_h
        look = @unit.look
        user_data = @datadir.user_data?
        snapshot = installed_snapshot(user_data)
        unit_facts(look).merge(alive?(look) ? from_server : from_files(user_data, snapshot))
                        .merge('safe_to_bootstrap' => @datadir.safe_to_bootstrap?, 'user_data' => user_data,
                               'snapshot' => snapshot, 'held' => @state.held?, 'grant' => @state.token,
                               'boot_id' => self.class.boot_id, 'incarnation' => @state.incarnation,
                               'data_incarnation' => @datadir.incarnation,
                               'knows_view' => @datadir.view?, 'installed' => installed?,
                               'transfer_interrupted' => interrupted?(look, user_data, snapshot))
      end

      private

      def unit_facts(look)
        { 'running' => alive?(look), 'unit_state' => look.active_state }
      end

      # One that starts may run at any moment: nothing is read of its files meanwhile.
      def alive?(look)
        look.running? || look.starting?
      end

      def from_server
        status = @server.status
        recorded = @datadir.recorded_position
        { 'sql' => status.sql, 'cluster_status' => status.cluster_status, 'local_state' => status.local_state,
          'cluster_size' => status.cluster_size, 'state_uuid' => status.state_uuid || recorded.uuid,
          'seqno' => status.seqno || -1, 'replication' => status.replication,
          'cluster_name' => status.cluster_name }
      end

      def from_files(user_data, snapshot)
        position = position(user_data, snapshot)
        { 'sql' => 'none', 'cluster_status' => nil, 'local_state' => nil, 'cluster_size' => nil,
          'state_uuid' => position.uuid, 'seqno' => position.seqno, 'replication' => nil,
          'cluster_name' => nil }
      end

      # What was written down at a clean stop, else what InnoDB recovers to. There is nothing to recover on a disk
      # that was never in a cluster: an empty one, or one that holds only the snapshot. One that was Synced says so.
      def position(user_data, snapshot)
        recorded = @datadir.recorded_position
        return recorded if recorded.seqno >= 0 || !worth_recovering?(user_data, snapshot)

        @datadir.recover_position || recorded
      end

      def worth_recovering?(user_data, snapshot)
        return false if !installed? || !@datadir.initialised? || @datadir.transfer_files?

        return user_data || !@datadir.recorded_position.uuid.nil? if @datadir.grastate

        user_data && (snapshot.nil? || !@datadir.incarnation.nil?)
      end

      # A transfer ended in the middle: its own marks are there, or a data directory that lost its identity has data.
      def interrupted?(look, user_data, snapshot)
        return false if alive?(look)
        return true if @datadir.transfer_files?

        state = @datadir.grastate
        return false if @state.new_history

        !state.nil? && state['uuid'] == Datadir::NULL_UUID && user_data && snapshot.nil?
      end

      def installed_snapshot(user_data)
        about = @state.snapshot
        about && (user_data || @datadir.witness?(about['sha256'])) ? about['sha256'] : nil
      end

      def installed?
        %w[/usr/sbin/mariadbd /usr/bin/mariadbd].any? { |program| File.executable?(program) } ||
          ENV.fetch('PATH', '').split(':').any? { |directory| File.executable?(File.join(directory, 'mariadbd')) }
      end
    end
  end
end
