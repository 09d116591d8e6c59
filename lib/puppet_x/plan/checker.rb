# frozen_string_literal: true

require 'json'
require 'tempfile'

module PuppetX
  module Plan
    # Has a bundle checked by `planctl` where that can be run, so that a mistake in a plan stops the compilation and not
    # the members. Agent and orchestrator check again before they run a plan, so it does no harm when it is not there.
    # (No constants: a Puppet Server loads this file once for each environment.)
    class Checker
      class Refused < Puppet::Error; end

      @verdicts ||= {}
      @lock ||= Mutex.new

      class << self
        # Raises Refused with planctl's text (file, line, column, caret). Asked once for each digest.
        # +folder+: where to look for planctl before the PATH.
        def check(bundle, folder)
          digest = bundle['digest']
          verdict = @lock.synchronize { @verdicts[digest] }
          unless verdict
            verdict = new(folder).verdict(bundle)
            @lock.synchronize { @verdicts[digest] = verdict }
          end
          raise Refused, verdict if verdict.is_a?(String)
        end

        def forget
          @lock.synchronize { @verdicts.clear }
        end
      end

      def initialize(folder)
        @folder = folder
      end

      # The text of the errors, :good, or :unchecked.
      def verdict(bundle)
        tool = find
        unless tool
          Puppet.debug { "planctl is neither in #{@folder} nor in the PATH: #{bundle['plan']} is not checked here" }
          return :unchecked
        end
        judge(bundle, run(tool, bundle))
      rescue Puppet::ExecutionFailure, SystemCallError => e
        Puppet.warning("the plan #{bundle['plan']} could not be checked by #{tool}: #{e.message}")
        :unchecked
      end

      private

      def find
        own = File.join(@folder, 'planctl')
        File.executable?(own) && File.file?(own) ? own : Puppet::Util.which('planctl')
      end

      # Puppet's own way to run a command: it is the one that is safe inside Puppet Server.
      def run(tool, bundle)
        Tempfile.create('plan-bundle') do |file|
          file.write(JSON.generate(bundle))
          file.flush
          Puppet::Util::Execution.execute([tool, 'check', '--bundle', '-'], stdinfile: file.path, failonfail: false,
                                                                            combine: true, override_locale: false)
        end
      end

      # planctl exits with 0 when there are at most warnings, with 1 for errors, and else could not do its work.
      def judge(bundle, output)
        text = output.to_s.dup.force_encoding(Encoding::UTF_8).scrub.chomp
        case output.exitstatus
        when 0
          Puppet.warning("the plan #{bundle['plan']}:\n#{text}") unless text.empty?
          :good
        when 1 then "the plan #{bundle['plan']} has errors:\n#{text}"
        else
          Puppet.warning("the plan #{bundle['plan']} could not be checked, planctl ended with " \
                         "#{output.exitstatus}: #{text.lines.first.to_s.chomp}")
          :unchecked
        end
      end
    end
  end
end
