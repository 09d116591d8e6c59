# frozen_string_literal: true

require 'etc'
require 'fileutils'
require 'json'
require 'securerandom'
require_relative 'durable'

module PuppetX
  module Galera
    # What a member keeps on its own disk about its right to start, beside the database's own files:
    #
    #   released          exists: mariadbd may start; its absence holds it (a condition of the systemd unit)
    #   grants/ID         the grant ID was used here, for good
    #   grants/ID.unspent its token was taken back before mariadbd consumed it
    #   token/bootstrap   the one-shot token; start-mariadbd consumes it
    #   snapshot          JSON: title and sha256 of the snapshot that was installed
    #   installing        JSON: an installation of a snapshot that has begun and not ended
    #   incarnation       a random id of this installation, for as long as it lives
    #   new-history       JSON: the state UUID in the data directory was given up, for a grant that makes a new one
    #
    # All changes are durable when the method returns. No method decides anything: callers were told what to do.
    class MemberState
      DEFAULT_PATH = '/var/lib/galera-member'
      DEFAULT_RUN_PATH = '/run/galera-member'
      GRANT_ID = /\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\z/.freeze

      attr_reader :path

      # +run_path+ must be on a file system that is empty after each boot.
      def initialize(path = DEFAULT_PATH, run_path = DEFAULT_RUN_PATH)
        @path = path
        @run_path = run_path
      end

      def held?
        !File.exist?(released_file)
      end

      # True when this call changed it.
      def hold
        File.directory?(path) ? Durable.unlink(released_file) : false
      end

      def release
        return false unless held?

        prepare
        Durable.write(released_file, "mariadbd may start\n")
        true
      end

      # Marks the grant as used: true once in the life of this disk, then false.
      def use_grant(id, about = {})
        raise ArgumentError, "not a grant id: #{id.inspect}" unless GRANT_ID.match?(id)

        prepare
        Durable.write_once(File.join(grants_directory, id), "#{JSON.generate(about.merge('grant' => id))}\n",
                           mode: 0o600)
      end

      def grant_used?(id)
        GRANT_ID.match?(id) && File.exist?(File.join(grants_directory, id))
      end

      # Was the token of this grant taken back before mariadbd consumed it?
      def unspent?(id)
        GRANT_ID.match?(id) && File.exist?(File.join(grants_directory, "#{id}.unspent"))
      end

      # +user+ is who runs mariadbd: the token must be his, because he unlinks it. It is good for this boot only:
      # start-mariadbd compares its boot id with the one in the run directory, which is gone after a boot.
      def write_token(grant:, boot_id:, user: 'mysql')
        owner = Etc.getpwnam(user)
        prepare
        FileUtils.mkdir_p(@run_path, mode: 0o755)
        Durable.write(File.join(@run_path, 'boot_id'), "#{boot_id}\n")
        unless File.directory?(token_directory)
          Dir.mkdir(token_directory, 0o700)
          Durable.sync_directory(path)
        end
        File.chown(owner.uid, owner.gid, token_directory)
        Durable.write(token_file, "#{boot_id}\n#{grant}\n", mode: 0o600, owner: owner)
      end

      # The grant whose token waits to be consumed, or nil.
      def token
        lines = File.readlines(token_file, chomp: true)
        lines[1].to_s
      rescue Errno::ENOENT
        nil
      end

      # Takes the token back: true when mariadbd can no longer consume it and has not. The unlinking itself decides
      # who was first, so true means that the grant never started anything.
      def withdraw_token
        grant = token
        return false unless grant && Durable.unlink(token_file)

        note_unspent(grant)
        true
      end

      def snapshot
        read_json('snapshot')
      end

      def snapshot=(about)
        write_json('snapshot', about)
      end

      def installing
        read_json('installing')
      end

      def installing=(about)
        about ? write_json('installing', about) : Durable.unlink(File.join(path, 'installing'))
      end

      # True the first time it is asked for +name+: for things worth saying once.
      def first_time?(name)
        prepare
        Durable.write_once(File.join(path, "said-#{name}"), '')
      end

      def new_history
        read_json('new-history')
      end

      def new_history=(about)
        about ? write_json('new-history', about) : Durable.unlink(File.join(path, 'new-history'))
      end

      # The same as long as this state directory lives; made when it is first asked for.
      def incarnation
        file = File.join(path, 'incarnation')
        prepare
        Durable.write_once(file, "#{SecureRandom.uuid}\n") unless File.exist?(file)
        File.read(file).strip
      end

      # Makes the state directory if it is not there.
      def prepare
        return if File.directory?(grants_directory)

        FileUtils.mkdir_p(grants_directory, mode: 0o755)
        Durable.sync_directory(path)
        Durable.sync_directory(File.dirname(path))
      end

      private

      def released_file
        File.join(path, 'released')
      end

      def grants_directory
        File.join(path, 'grants')
      end

      def token_directory
        File.join(path, 'token')
      end

      def token_file
        File.join(token_directory, 'bootstrap')
      end

      def note_unspent(grant)
        return unless GRANT_ID.match?(grant)

        prepare
        Durable.write_once(File.join(grants_directory, "#{grant}.unspent"), '', mode: 0o600)
      end

      # A file that is not JSON is no statement: nil, as if it were not there.
      def read_json(name)
        value = JSON.parse(File.read(File.join(path, name)))
        value.is_a?(Hash) ? value : nil
      rescue Errno::ENOENT, JSON::ParserError
        nil
      end

      def write_json(name, about)
        prepare
        Durable.write(File.join(path, name), "#{JSON.generate(about)}\n")
      end
    end
  end
end
