# frozen_string_literal: true

require 'open3'

module Lab
  # One `puppet agent -t` on one machine, its output shown line by line as it comes, with the machine's name before it.
  class AgentRun
    MEANINGS = {
      0 => 'nothing to change',
      1 => 'the run failed, or another one holds the lock',
      2 => 'changed',
      4 => 'failures',
      6 => 'changed, with failures',
      124 => 'did not end in time'
    }.freeze
    OK = [0, 2].freeze
    # Far more than a run may take; one that hangs must not hang the lab.
    LIMIT_SECONDS = 600
    COMMAND = %W[timeout --kill-after=10 #{LIMIT_SECONDS} puppet agent -t --color=false].freeze

    # `lines` are pairs of the seconds since the start and the text that came then.
    Outcome = Struct.new(:name, :code, :seconds, :lines, keyword_init: true) do
      def output
        lines.map(&:last).join
      end

      def ok?
        OK.include?(code)
      end

      def meaning
        MEANINGS.fetch(code) { code > 128 ? "killed by signal #{code - 128}" : 'unknown exit code' }
      end
    end

    # All at the same time; outcomes in the order of the machines.
    def self.together(machines, *arguments, shown: true)
      Shell.in_parallel(machines) { |machine| new(machine, *arguments, shown: shown).call }
    end

    def self.table(outcomes)
      width = outcomes.map { |outcome| outcome.name.length }.max
      outcomes.map do |run|
        format("%-#{width}<name>s  exit code %<code>3d  %<seconds>6.1f s  %<meaning>s",
               name: run.name, code: run.code, seconds: run.seconds, meaning: run.meaning)
      end
    end

    # `shown`: whether its output goes to the lab's own as it comes.
    def initialize(machine, *arguments, shown: true)
      @machine = machine
      @arguments = arguments
      @shown = shown
    end

    # With a block: called with each line as it comes.
    def call
      from = Shell.now
      lines = []
      status = Open3.popen2e(*@machine.inside(*COMMAND, *@arguments)) do |input, output, thread|
        input.close
        output.each_line do |line|
          lines << [Shell.now - from, show(line)]
          yield lines.last.last if block_given?
        end
        thread.value
      end
      Outcome.new(name: @machine.name, code: status.exitstatus || (128 + status.termsig),
                  seconds: Shell.now - from, lines: lines)
    end

    private

    def show(line)
      text = line.scrub.gsub(/\e\[[0-9;]*m/, '')
      Shell.puts_locked("#{@machine.name}: #{text.chomp}") if @shown
      text
    end
  end
end
