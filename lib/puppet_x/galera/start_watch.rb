# frozen_string_literal: true

require_relative 'command'
require_relative 'server'

module PuppetX
  module Galera
    # Watches a start that systemd was asked for until the node is Synced, the start has failed, or time is up.
    #
    # systemd and SQL are asked seldom, the cheap signs (is the process there, is the socket) at every poll. The wait is
    # made of short interruptible sleeps: INT, TERM and a run's time limit end it at once.
    class StartWatch
      POLL = 0.05
      LOOK_EVERY = 0.25
      SQL_EVERY = 0.1
      JOURNAL_LINES = 200
      QUOTED_LINES = 5
      # Lines in which mariadbd and the scripts it calls say what went wrong.
      TELLING = /\[ERROR\]|\bWSREP_SST: \[ERROR\]|FATAL|Failed|failed|refus|denied|start-mariadbd:/.freeze

      # What Galera says when it gives up looking for a primary component, and nothing else was wrong.
      NOBODY_REACHED = /gcs connect failed: Operation timed out|gcs_open\(\).*-110/.freeze

      def self.nobody_reached?(reason)
        reason.to_s.match?(NOBODY_REACHED)
      end

      Outcome = Struct.new(:status, :failed, :reason, :look, keyword_init: true) do
        def synced?
          status.synced?
        end
      end

      def initialize(unit:, server:)
        @unit = unit
        @server = server
      end

      # +before+ is a look at the unit from before the start: more restarts than then are failures of this start.
      def wait(seconds, before:)
        deadline = Command.monotonic + seconds
        loop do
          outcome = check(before)
          return outcome if outcome.synced? || outcome.failed || Command.monotonic >= deadline

          Kernel.sleep(POLL)
        end
      end

      # Why the last start failed, in mariadbd's own words.
      def reason(look)
        lines = @unit.journal(JOURNAL_LINES, look.invocation)
        telling = lines.grep(TELLING)
        quoted = (telling.empty? ? lines : telling).last(QUOTED_LINES).map(&:strip)
        ["#{@unit.name} is #{look.active_state}/#{look.sub_state} (#{look.result})", *quoted].join("\n  ")
      end

      private

      def check(before)
        look = every(:look, LOOK_EVERY) { @unit.look }
        failed = look.failed? || look.restarts > before.restarts
        status = failed ? Server::Status.new(sql: 'none') : every(:status, SQL_EVERY) { @server.status }
        Outcome.new(status: status, failed: failed, reason: failed ? reason(look) : nil, look: look)
      end

      def every(what, seconds)
        @last ||= {}
        asked, answer = @last[what]
        return answer if asked && Command.monotonic - asked < seconds

        answer = yield
        @last[what] = [Command.monotonic, answer]
        answer
      end
    end
  end
end
