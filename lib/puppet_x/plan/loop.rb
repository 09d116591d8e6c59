# frozen_string_literal: true

require_relative 'batch'
require_relative 'outcome'
require_relative 'run_id'
require_relative 'traversal'

module PuppetX
  module Plan
    # What a Place does each time it is evaluated, at the end of a traversal that it keeps prolonging:
    #
    #   catalog's resources … | drift: what the plan put in place | catalog_done | wait, batch | wait, batch | … | end
    #
    # One step ends either with resources spliced into the traversal and the loop behind them, or with the end of the
    # run of the process.
    class Loop
      # The longest single wait: a stop that is only polled for is seen within this time.
      SLICE = 0.5
      # How long before people are told what is waited for, and how long before they are told again.
      PATIENCE = 5
      REMINDER = 60
      # A wait that was interrupted so often in a row has a reason that Puppet does not know of.
      MAX_INTERRUPTIONS = 20

      # +clock+: monotonic seconds.
      def initialize(resource, run, clock: -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) })
        @resource = resource
        @run = run
        @host = run.host
        @clock = clock
        @left = @host[:wait].to_f
        @phase = :catalog
        @earlier = {}
        @told = nil
        @told_at = 0
      end

      def traversal
        @run.traversal
      end

      def over?
        @phase == :over
      end

      # False once before each step while something was not evaluated: that lets what waits for a provider go first.
      def ready?
        return true if over? || @deferred || !traversal.pending?

        @deferred = true
        false
      end

      def step
        @deferred = false
        return if over?
        return finish(:skipped) if @phase == :catalog && host_out?
        return finish(:failed) unless @run.open?

        collect if @batch
        proceed
      rescue StandardError => e
        Puppet.debug { Array(e.backtrace).join("\n") }
        fail_host("The plan process ended by an error of its engine: #{e.message}")
        abandon
      rescue Exception # rubocop:disable Lint/RescueException -- a signal, too, must not leave the session open
        abandon
        raise
      end

      # So many seconds have gone by in which nothing was done.
      def spend(seconds)
        @left -= seconds if @phase == :waiting && @batch.nil?
      end

      private

      def proceed
        case @phase
        when :catalog then drift
        when :drift then catalog_done
        else wait
        end
      end

      # Asked once: a host that was skipped, by a failed requirement for instance, gets nothing done. Later it can have
      # failed by what its plan asked for, which ends nothing.
      def host_out?
        status = traversal.status(@host)
        status.nil? || status.skipped || status.failed?
      end

      # What a plan put in place is kept as it was, in every run.
      def drift
        @phase = :drift
        kept = @run.leaving? ? [] : @run.kept.descriptions
        kept.empty? ? proceed : splice(nil, kept)
      end

      def catalog_done
        @phase = :waiting
        return finish(:noop) if @run.noop?

        @run.session.catalog_done(JSON.generate(summary.merge('run' => RunId.of(@resource.catalog))))
        wait
      end

      # References of the catalog's resources by how they ended. One that was never evaluated has no provider here.
      def summary
        lists = { 'changed' => [], 'failed' => [], 'skipped' => [] }
        @resource.catalog.resources.each do |resource|
          next if %i[component stage whit].include?(resource.class.name) || @earlier.value?(resource)

          list = kind(resource)
          lists[list] << resource.ref if list
        end
        lists
      end

      def kind(resource)
        status = traversal.status(resource)
        return resource.suitable? ? nil : 'failed' unless status
        return 'failed' if status.failed? || status.failed_to_restart?
        return 'skipped' if status.skipped

        'changed' if status.changed
      end

      # ---- batches

      def splice(id, descriptions)
        @run.takeover.note(descriptions) if id
        @batch = Batch.new(id, descriptions, @host, traversal, @earlier)
        @batch.splice
        @batch.errors.each { |message| fail_host("the plan's #{message}") }
        traversal.requeue(@resource)
      end

      def collect
        batch = @batch
        @batch = nil
        batch.complete
        @run.session.synced(batch.id, JSON.generate(batch.results)) if batch.id
      end

      # ---- waiting

      # Only the time spent waiting counts, not the time that the plan's resources take.
      def wait
        interruptions = 0
        loop do
          return finish(:interrupted) if stop? || interruptions > MAX_INTERRUPTIONS

          answer = wait_slice
          case answer['kind']
          when 'batch' then return splice(answer['id'], answer['resources'])
          when 'settled', 'ended' then return finish(answer['kind'].to_sym)
          when 'interrupted' then interruptions += 1
          else interruptions = 0
          end
          return finish(:over) if @left <= 0

          tell
          return traversal.requeue(@resource) if others?
        end
      end

      # Another process of this catalog may have something to do meanwhile: the loops take turns.
      def others?
        others.any? { |other| !other.over? }
      end

      def others
        (@resource.catalog.resources.grep(Place) - [@resource]).filter_map(&:driver)
      end

      # While one waits, all do that have nothing else to do: a run does not wait for each of its processes in turn.
      def wait_slice
        before = @clock.call
        answer = JSON.parse(@run.session.wait(@left.clamp(0, SLICE)))
        seconds = @clock.call - before
        [self, *others].each { |loop| loop.spend(seconds) }
        @run.tell_trace
        answer
      end

      def stop?
        Puppet::Application.stop_requested? || @run.orphaned?
      end

      # One line after some seconds, then one a minute, and one whenever that what is waited for changes. An answer that
      # comes soon is no change.
      def tell
        waited = @host[:wait].to_f - @left
        outcome = Outcome.new(@run)
        @answer_since = outcome.answer_only? ? @answer_since || waited : nil
        return if waited - (@answer_since || 0) < PATIENCE || (outcome.topic == @told && waited - @told_at < REMINDER)

        @told = outcome.topic
        @told_at = waited
        @host.notice("#{outcome.progress} (this run waits at most #{[@left, 0].max.ceil} s more)")
      end

      # ---- the end

      def finish(reason)
        @phase = :over
        outcome = Outcome.new(@run, reason)
        outcome.notices.each { |message| @host.notice(message) }
        outcome.warnings.each { |message| @host.warning(message) }
        fail_host(outcome.failure, logged: outcome.logged?)
        @run.close
        leave(outcome) if @run.leaving? && %i[settled ended over].include?(reason)
      end

      # The session removes its state when nothing is left to be said to anybody; else the next run tries again.
      def leave(outcome)
        return @run.forget unless File.exist?(@run.state_file)

        fail_host(outcome.unreleased) unless outcome.failure
      end

      def fail_host(message, logged: false)
        return unless message

        @host.err(message) unless logged
        traversal.blame(@host, message)
      end

      def abandon
        @phase = :over
        @run.close
      end
    end
  end
end
