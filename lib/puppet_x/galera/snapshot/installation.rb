# frozen_string_literal: true

require 'etc'
require 'fileutils'
require 'securerandom'
require_relative '../account'
require_relative '../command'
require_relative '../datadir'
require_relative '../durable'
require_relative '../pipeline'
require_relative 'beginning'
require_relative 'private_server'

module PuppetX
  module Galera
    module Snapshot
      # Puts a verified snapshot into a data directory without user data, all or nothing as far as anybody can see.
      #
      # Before the first change a marker is written to the member's state directory and a token of it into the data
      # directory; after the last, both are replaced by the mark of the installed snapshot. An installation that was
      # interrupted is begun anew on an empty directory, and only then is anything ever deleted: when both markers
      # agree, and no mariadbd has been in a cluster with that directory (grastate.dat is not there).
      class Installation
        BEGUN = 'galera-snapshot-begun'
        STAGING = '.galera-snapshot'
        INSTALL_TIMEOUT = 300
        SYNC_TIMEOUT = 600
        BACKUP_INFO = %w[xtrabackup_checkpoints mariadb_backup_checkpoints].freeze
        # Made by the file system and the package; not to be deleted.
        NOT_OURS = /\A(lost\+found|debian-.*\.flag)\z/.freeze
        # What mariabackup leaves beside the database's files, and the identity of the cluster the copy was taken of.
        NOT_DATA = /\A(xtrabackup_|mariadb_backup_|backup-my\.cnf|grastate|gvwstate|galera\.cache|donor_)/.freeze

        def initialize(datadir:, state:, user:, timeout:)
          @datadir = datadir
          @state = state
          @user = user
          @timeout = timeout
        end

        # An installation began here and did not end.
        def interrupted?
          begun = @state.installing
          !begun.nil? && begun['datadir'] == @datadir.path
        end

        # The snapshot that was installed here by us, as a checksum, or nil.
        def installed
          sha256 = (@state.snapshot || {})['sha256']
          sha256 if sha256 && (@datadir.user_data? || @datadir.witness?(sha256))
        end

        # Somebody's data, or the identity of a cluster, is in the data directory and it is not an installation of ours.
        def occupied?
          @datadir.user_data? || !@datadir.recorded_position.uuid.nil?
        end

        def install(path, format, about)
          redo_needed = interrupted?
          check_ours if redo_needed
          begin_installation(about)
          make_empty if redo_needed || !@datadir.initialised?
          contents = format.sql? ? load_sql(path, format) : restore_backup(path, format)
          finish(about, contents)
        end

        private

        def begin_installation(about)
          token = SecureRandom.hex(16)
          Dir.mkdir(@datadir.path, 0o755) unless @datadir.exist?
          previous = interrupted? ? @state.installing['token'] : token
          @state.installing = about.merge('datadir' => @datadir.path, 'token' => previous)
          Durable.unlink(File.join(@datadir.path, Datadir::GRASTATE))
          Durable.write(begun_file, "#{previous}\n", owner: owner)
        end

        # Deleting is allowed only where the markers prove that all there is came from us.
        def check_ours
          mark = File.exist?(begun_file) ? File.read(begun_file).strip : nil
          return if mark == @state.installing['token'] && @datadir.grastate.nil?
          return if mark.nil? && !occupied?

          raise Puppet::Error, "an installation of a snapshot into #{@datadir.path} was interrupted, and the " \
                               'directory was changed by somebody else since; nothing was deleted. Look at it, then ' \
                               "remove #{File.join(@state.path, 'installing')} to keep it, or empty the directory"
        end

        def make_empty
          clear(keep: [BEGUN])
          FileUtils.chown(@user, @user, @datadir.path)
          result = Command.run('mariadb-install-db', '--rpm', '--cross-bootstrap', "--user=#{@user}",
                               '--disable-log-bin', '--skip-test-db', "--datadir=#{@datadir.path}",
                               timeout: INSTALL_TIMEOUT, env: { 'TMPDIR' => '' })
          return if result.ok?

          raise Puppet::Error, "mariadb-install-db failed on #{@datadir.path}: #{result.complaint}"
        end

        def clear(keep:)
          (Dir.children(@datadir.path) - keep).grep_v(NOT_OURS).each do |name|
            FileUtils.rm_rf(File.join(@datadir.path, name), secure: true)
          end
        end

        # The client runs nothing but SQL: in binary mode a dump cannot give it commands such as `system`. The result is
        # what came of it, since the same dump need not give the same rows twice.
        def load_sql(path, format)
          PrivateServer.run(@datadir.path, user: @user, stop_timeout: @timeout) do |socket|
            client = ['mariadb', '--no-defaults', '--protocol=socket', "--socket=#{socket}", '--user=root',
                      '--default-character-set=utf8mb4', '--max-allowed-packet=1G', '--binary-mode', '--batch']
            Pipeline.new([format.decompress, client].compact, input: path).run(timeout: @timeout)
            Beginning.contents(socket, timeout: @timeout)
          end
        end

        # The files are the snapshot.
        def restore_backup(path, format)
          staging = File.join(@datadir.path, STAGING)
          FileUtils.rm_rf(staging, secure: true)
          Dir.mkdir(staging, 0o700)
          FileUtils.chown(@user, @user, staging)
          unpack(path, format, staging)
          root = backup_root(staging)
          prepare(root)
          move_up(root)
          nil
        end

        # An archive is unpacked by the database's account: nothing in it can reach beyond what is the database's.
        def unpack(path, format, staging)
          if format.content == :tree
            FileUtils.cp_r("#{path}/.", staging, preserve: true)
            FileUtils.chown_R(@user, @user, staging)
            return
          end

          unpacker = format.content == :tar ? ['tar', '--extract', '--no-same-owner', '--file=-'] : ['mbstream', '-x']
          command = [*Account.command_as(@user), *unpacker, format.content == :tar ? "--directory=#{staging}" : '-C']
          command << staging if format.content == :xbstream
          Pipeline.new([format.decompress, command].compact, input: path).run(timeout: @timeout)
        end

        # Archives are made of the directory's content or of the directory itself.
        def backup_root(staging)
          entries = Dir.children(staging).map { |name| File.join(staging, name) }
          candidates = [staging, *(entries.size == 1 ? entries : [])]
          found = candidates.find { |root| BACKUP_INFO.any? { |name| File.file?(File.join(root, name)) } }
          return found if found

          raise Puppet::Error, "the snapshot is no copy made by mariabackup: there is no #{BACKUP_INFO.first} in it"
        end

        def prepare(root)
          info = BACKUP_INFO.map { |name| File.join(root, name) }.find { |path| File.file?(path) }
          return if File.read(info).match?(/^backup_type\s*=\s*(log-applied|full-prepared)/)

          result = Command.run(*Account.command_as(@user), 'mariadb-backup', '--prepare', "--target-dir=#{root}",
                               timeout: @timeout)
          return if result.ok?

          raise Puppet::Error, "mariadb-backup --prepare failed: #{result.err.lines.last(3).join.strip}"
        end

        def move_up(root)
          clear(keep: [BEGUN, STAGING])
          Dir.children(root).each do |name|
            next if name.match?(NOT_DATA)

            File.rename(File.join(root, name), File.join(@datadir.path, name))
          end
          FileUtils.rm_rf(File.join(@datadir.path, STAGING), secure: true)
        end

        def finish(about, contents)
          result = Command.run('sync', '--file-system', @datadir.path, timeout: SYNC_TIMEOUT)
          raise Puppet::Error, "sync of #{@datadir.path}: #{result.complaint}" unless result.ok?

          @datadir.leave_witness(about['sha256'], owner)
          beginning = Beginning.new(datadir: @datadir, state: @state)
          @state.snapshot = about.merge('beginning' => beginning.remembered(about['sha256'], contents))
          @state.installing = nil
          Durable.unlink(begun_file)
        end

        def begun_file
          File.join(@datadir.path, BEGUN)
        end

        def owner
          Etc.getpwnam(@user)
        end
      end
    end
  end
end
