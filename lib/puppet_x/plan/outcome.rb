# frozen_string_literal: true

require 'time'

module PuppetX
  module Plan
    # What the end of a process's run means to the people who read the log and the report.
    #
    # A run ends well when the process is settled or waits for somebody else, also when the orchestrator cannot be
    # reached just now. It fails when the process failed, when it could not begin, or when no orchestrator ever
    # accepted it.
    class Outcome
      # +reason+: :settled, :ended, :over (the time is up), :interrupted, :noop, :skipped, :failed; nil while waiting.
      def initialize(run, reason = nil)
        @run = run
        @reason = reason
        @status = run.status
      end

      # "waiting for leader db1, since 14:03:12; …", one for each thing that is waited for.
      def waiting
        (@status['waiting'] || []).map { |reason| "waiting for #{described(reason, since(reason))}" }.uniq
      end

      # One line for those who watch the run.
      def progress
        waiting.empty? ? topic : waiting.join('; ')
      end

      # What that line is about: the same as long as nothing else is waited for.
      def topic
        reasons = (@status['waiting'] || []).map { |reason| "waiting for #{described(reason)}" }
        return reasons.uniq.join('; ') unless reasons.empty?

        "waiting for an answer of #{@run.orchestrator}#{": #{error}" unless error.empty?}"
      end

      # The orchestrator has something to answer, and nothing else is waited for.
      def answer_only?
        (@status['waiting'] || []).empty? && error.empty?
      end

      def notices
        return [] if %i[skipped failed noop].include?(@reason)

        lines = accepted? || !orchestrated? ? waiting : []
        lines << 'not settled yet; the next run goes on from here' if @reason == :over && lines.empty? && !failure
        lines << 'interrupted; the next run goes on from here' if @reason == :interrupted
        lines
      end

      def warnings
        return [] if %i[skipped failed noop].include?(@reason)

        letters = (@status['dead_letters'] || []).map { |letter| "a message was refused: #{letter_text(letter)}" }
        letters.unshift("#{unreachable}; what was agreed before stays as it is") if accepted? && !connection_ok?
        (@status['warnings'] || []) + letters
      end

      # Why the host resource fails, or nil.
      def failure
        case @reason
        when :failed then @run.failure || 'the plan process was not started'
        when :ended then ended
        when :over, :settled then unaccepted
        end
      end

      # Why an absent host fails whose state had to be kept: somebody has still to be told.
      def unreleased
        "could not be released yet: #{connection_ok? ? "#{@run.orchestrator} has not confirmed it" : unreachable}"
      end

      # The failure was in the log already when it happened.
      def logged?
        @reason == :failed
      end

      private

      # The time of day, or of an earlier one the date as well; nil when it is not known.
      def since(reason)
        return unless reason.is_a?(Hash) && reason['since']

        time = Time.iso8601(reason['since']).localtime
        time.strftime(time.to_date == Date.today ? '%H:%M:%S' : '%Y-%m-%d %H:%M:%S')
      end

      def described(reason, since = nil)
        return reason.to_s unless reason.is_a?(Hash)

        text = reason['text'].to_s
        text = reason['for'].to_s if text.empty?
        details = []
        details << "at risk: #{reason['risk']}" unless reason['risk'].to_s.empty? || text.include?(reason['risk'].to_s)
        details << reason['next'].to_s unless reason['next'].to_s.empty? || text.include?(reason['next'].to_s)
        [text.sub(/\Awaiting for /, '') + (since ? ", since #{since}" : ''), *details].join('; ')
      end

      def letter_text(letter)
        return letter.to_s unless letter.is_a?(Hash)

        place = letter['place'].to_s
        place.empty? ? letter['message'].to_s : "#{letter['message']} (#{place})"
      end

      def connection
        @status['connection'] || {}
      end

      def error
        connection['error'].to_s
      end

      def connection_ok?
        connection['state'] != 'failed'
      end

      def orchestrated?
        @status['orchestrated'] ? true : false
      end

      def accepted?
        @status['accepted'] ? true : false
      end

      def unreachable
        error = connection['error'].to_s
        error = 'no answer' if error.empty?
        help = connection['help'].to_s
        where = error.include?(@run.orchestrator) ? '' : " #{@run.orchestrator}"
        "the orchestrator#{where} cannot be used: #{error}#{help.empty? ? '' : "; #{help}"}"
      end

      def ended
        state = @status['ended']
        return nil unless state.is_a?(Hash) && state['failed']

        message = state['message'].to_s
        message.empty? ? 'the plan failed' : message
      end

      def unaccepted
        return nil if @run.leaving? || !orchestrated? || accepted?

        return unknown_cluster(connection['clusters'] || []) if connection['code'] == 'unknown_cluster'

        problem = connection_ok? ? "#{@run.orchestrator} has not accepted it yet" : unreachable
        "not yet a member of #{cluster}, waiting to be accepted: #{problem}"
      end

      def unknown_cluster(clusters)
        known = clusters.empty? ? 'no cluster is declared there' : "the clusters there are #{clusters.join(', ')}"
        "not yet a member of #{cluster}, which the orchestrator #{@run.orchestrator} does not know: #{known}. " \
          "Correct `cluster`, or declare the cluster on the orchestrator's host"
      end

      def cluster
        @run.host[:cluster] || 'a cluster'
      end
    end
  end
end
