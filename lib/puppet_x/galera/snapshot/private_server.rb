# frozen_string_literal: true

require 'fileutils'
require_relative '../account'
require_relative '../command'

module PuppetX
  module Galera
    module Snapshot
      # A mariadbd of our own, for as long as a block runs: no network, no Galera unless the options say how, its socket
      # in a directory that only root and the database's account can enter. It reads the machine's configuration, since
      # InnoDB's files depend on it, and overrides what would let anybody in or anything out. It dies with this process.
      class PrivateServer
        DIRECTORY = '/run/galera-load'
        POLL = 0.02
        START_TIMEOUT = 600
        LOG_LINES = 8
        ALONE = %w[--skip-networking --skip-log-bin --skip-slave-start --event-scheduler=OFF --performance-schema=OFF
                   --disable-log-error --skip-general-log --skip-slow-query-log --innodb-flush-log-at-trx-commit=0
                   --innodb-buffer-pool-load-at-startup=OFF --innodb-buffer-pool-dump-at-shutdown=OFF].freeze
        WITHOUT_GALERA = [*ALONE, '--wsrep-on=OFF', '--wsrep-provider=none'].freeze

        # Yields the path of the socket. When the block has ended the server is stopped cleanly, so that all is on
        # disk; Puppet::Error with its last words when it does not start or stop.
        def self.run(datadir, user:, stop_timeout:, options: WITHOUT_GALERA)
          with_directory(user) do |directory|
            server = new(datadir, directory, user, options)
            begin
              server.start
              result = yield server.socket
              server.stop(stop_timeout)
              result
            ensure
              server.kill
            end
          end
        end

        # One load at a time, so one name; what a killed run left there goes first.
        def self.with_directory(user)
          FileUtils.rm_rf(DIRECTORY, secure: true)
          Dir.mkdir(DIRECTORY, 0o700)
          FileUtils.chown(user, user, DIRECTORY)
          yield DIRECTORY
        ensure
          FileUtils.rm_rf(DIRECTORY, secure: true)
        end
        private_class_method :with_directory

        attr_reader :socket

        def initialize(datadir, directory, user, options)
          @datadir = datadir
          @directory = directory
          @user = user
          @options = options
          @socket = File.join(directory, 'socket')
          @log = File.join(directory, 'log')
        end

        def start
          @waiter = Process.detach(spawn_server)
          deadline = Command.monotonic + START_TIMEOUT
          until File.socket?(socket)
            raise Puppet::Error, "mariadbd did not start on its own:\n#{last_words}" unless @waiter.alive?

            if Command.monotonic > deadline
              raise Puppet::Error,
                    "mariadbd was not ready on its own in #{START_TIMEOUT} s"
            end

            Kernel.sleep(POLL)
          end
        end

        def stop(timeout)
          Process.kill('TERM', @waiter.pid)
          raise Puppet::Error, "mariadbd did not stop within #{timeout} s" unless @waiter.join(timeout)
          return if @waiter.value.success?

          raise Puppet::Error, "mariadbd did not stop well:\n#{last_words}"
        end

        def kill
          return unless @waiter&.alive?

          Process.kill('KILL', @waiter.pid)
          @waiter.join
        rescue Errno::ESRCH
          nil
        end

        private

        def spawn_server
          Process.spawn(Command::ENVIRONMENT, *Account.command_as(@user, die_with_parent: true), 'mariadbd',
                        "--datadir=#{@datadir}", "--socket=#{socket}", "--pid-file=#{File.join(@directory, 'pid')}",
                        *@options, in: File::NULL, out: @log, err: %i[child out], chdir: '/')
        end

        def last_words
          lines = File.exist?(@log) ? File.readlines(@log, chomp: true).map { |line| line.scrub('?') } : []
          errors = lines.grep(/\[ERROR\]/)
          (errors.empty? ? lines : errors).last(LOG_LINES).map { |line| "  #{line}" }.join("\n")
        end
      end
    end
  end
end
