# frozen_string_literal: true

require 'find'
require_relative 'account'
require_relative 'command'
require_relative 'durable'

module PuppetX
  module Galera
    # The data directory of a mariadbd, read from outside: what its files say while no server answers.
    class Datadir
      NULL_UUID = '00000000-0000-0000-0000-000000000000'
      # The schemas every installation has; `test` is the empty one that the installer may make.
      SYSTEM_SCHEMAS = %w[mysql sys performance_schema information_schema test lost+found].freeze
      # Files in a schema's directory that hold nothing.
      EMPTY_FILES = %w[db.opt .empty].freeze
      NEW_GRASTATE = "# GALERA saved state\nversion: 2.1\nuuid:    %s\nseqno:   %d\nsafe_to_bootstrap: 1\n"
      GRASTATE = 'grastate.dat'
      GCACHE = 'galera.cache'
      # Left by the state transfer scripts while a transfer is under way.
      TRANSFER_FILES = %w[sst_in_progress .sst].freeze
      WITNESS = 'galera-snapshot'
      INCARNATION = 'galera-incarnation'
      RECOVERED = /WSREP: Recovered position:\s*(\h{8}-\h{4}-\h{4}-\h{4}-\h{12}):(-?\d+)/.freeze
      RECOVERY_TIMEOUT = 600
      # Recovery reads InnoDB's own record and joins nothing, but mariadbd refuses to begin unless Galera is configured;
      # a member that is held may have no configuration yet, so all that it insists on is given here.
      RECOVERY_OPTIONS = ['--wsrep-on=ON', '--wsrep-provider=dummy', '--wsrep-cluster-address=gcomm://127.0.0.1',
                          '--binlog-format=ROW', '--innodb-autoinc-lock-mode=2', '--wsrep-recover',
                          '--disable-log-error'].freeze

      Position = Struct.new(:uuid, :seqno)

      attr_reader :path

      def initialize(path)
        @path = path
      end

      def exist?
        File.directory?(path)
      end

      # There is an installation (system tables), so a server could be started on it.
      def initialised?
        File.directory?(File.join(path, 'mysql'))
      end

      # The schemas that are somebody's data: those beside the system's that hold something.
      def user_schemas
        return [] unless exist?

        Dir.children(path).select { |name| schema?(name) && holds_something?(File.join(path, name)) }.sort
      end

      def user_data?
        !user_schemas.empty?
      end

      def transfer_files?
        TRANSFER_FILES.any? { |name| File.exist?(File.join(path, name)) }
      end

      # Galera wrote down its last primary view, and tries to restore it when it starts. Gone after a clean stop.
      def view?
        File.exist?(File.join(path, 'gvwstate.dat'))
      end

      # grastate.dat as a Hash, or nil when there is none.
      def grastate
        text = File.read(File.join(path, GRASTATE)).scrub('?')
        text.scan(/^(\w+):\s*(\S+)/).to_h
      rescue Errno::ENOENT, Errno::ENOTDIR
        nil
      end

      # What grastate.dat says; uuid nil and seqno -1 for what it does not know.
      def recorded_position
        state = grastate || {}
        position(state['uuid'], state['seqno'])
      end

      def safe_to_bootstrap?
        (grastate || {})['safe_to_bootstrap'] == '1'
      end

      # Lets mariadbd itself accept a new cluster here. Only whoever holds a grant may call it. Data that lost its
      # grastate.dat would begin a new history: it is told its +uuid+ again, if it has one; mariadbd knows the position.
      def allow_bootstrap(uuid = nil)
        # Without one it is a first start: mariadbd has nothing to object to.
        return unless change_grastate(/^safe_to_bootstrap:.*$/ => 'safe_to_bootstrap: 1').nil? && uuid

        create_grastate(uuid, -1, File.stat(path))
      end

      # Gives up the state UUID: the next new cluster here gets another one, over the same data.
      def forget_history
        change_grastate(/^uuid:.*$/ => "uuid:    #{NULL_UUID}", /^seqno:.*$/ => 'seqno:   -1')
      end

      # Data that was in no cluster is that with which the one of +uuid+ began.
      def begin_history(uuid, owner)
        create_grastate(uuid, 0, owner)
      end

      # It is a member like any other: others have gone on from there.
      def settle_history
        change_grastate(/^safe_to_bootstrap:.*$/ => 'safe_to_bootstrap: 0')
        Durable.unlink(File.join(path, GCACHE))
      end

      # Data that was in no cluster after all
      def leave_history
        [GRASTATE, GCACHE].each { |name| Durable.unlink(File.join(path, name)) }
      end

      # The position InnoDB recovers to, by a run of mariadbd that ends by itself. No server may run meanwhile.
      # nil when it could not be found; the caller must take that as unknown.
      def recover_position(user: 'mysql')
        result = Command.run(*Account.command_as(user), 'mariadbd', "--datadir=#{path}", *RECOVERY_OPTIONS,
                             timeout: RECOVERY_TIMEOUT)
        found = RECOVERED.match(result.err) || RECOVERED.match(result.out)
        return position(found[1], found[2]) if result.ok? && found

        Puppet.warning("#{path}: the Galera position could not be recovered: #{result.complaint.lines.last(3).join}")
        nil
      end

      # A snapshot's trace in the data directory itself: it goes when the directory is made anew.
      def witness?(sha256)
        File.read(File.join(path, WITNESS)).strip == sha256
      rescue Errno::ENOENT, Errno::ENOTDIR
        false
      end

      def leave_witness(sha256, owner)
        Durable.write(File.join(path, WITNESS), "#{sha256}\n", mode: 0o644, owner: owner)
      end

      # The incarnation of the member that was last Synced with this data, or nil. A state transfer may remove it.
      def incarnation
        File.read(File.join(path, INCARNATION)).strip
      rescue Errno::ENOENT, Errno::ENOTDIR
        nil
      end

      def leave_incarnation(id)
        Durable.write(File.join(path, INCARNATION), "#{id}\n", mode: 0o644, owner: File.stat(path))
      end

      # Bytes on disk, for the progress of a state transfer. Files come and go meanwhile.
      def bytes
        total = 0
        Find.find(path) { |file| total += File.lstat(file).size if File.file?(file) }
        total
      rescue Errno::ENOENT
        total
      end

      private

      # By pattern, what stands there instead. nil when there is no such file: it has no history.
      def change_grastate(changes)
        file = File.join(path, GRASTATE)
        text = File.read(file)
        changed = changes.reduce(text) { |so_far, (line, other)| so_far.gsub(line, other) }
        owner = File.stat(file)
        Durable.write(file, changed, mode: owner.mode & 0o777, owner: owner) if changed != text
        true
      rescue Errno::ENOENT
        nil
      end

      def create_grastate(uuid, seqno, owner)
        Durable.write(File.join(path, GRASTATE), format(NEW_GRASTATE, uuid, seqno), mode: 0o660, owner: owner)
      end

      def schema?(name)
        !SYSTEM_SCHEMAS.include?(name) && !name.start_with?('.', '#') && File.directory?(File.join(path, name))
      end

      def holds_something?(directory)
        Dir.each_child(directory).any? { |file| !EMPTY_FILES.include?(file) }
      rescue Errno::ENOENT
        false
      end

      def position(uuid, seqno)
        known = uuid.to_s.match?(/\A\h{8}(-\h{4}){3}-\h{12}\z/) && uuid != NULL_UUID
        number = seqno.to_s.match?(/\A-?\d+\z/) ? seqno.to_i : -1
        Position.new(known ? uuid : nil, known ? [number, -1].max : -1)
      end
    end
  end
end
