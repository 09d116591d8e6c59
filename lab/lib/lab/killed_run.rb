# frozen_string_literal: true

require 'time'

module Lab
  # One agent run that gets a signal some seconds after it was started.
  class KilledRun
    # Signals the agent itself, not the `timeout` that it runs under, and waits for its end. Says whether the run held
    # its lock (before that there is no run that could be reported), and the times of both.
    SCRIPT = <<~SH
      agent=$(pgrep -P "$(pgrep -xo timeout)") || exit 3
      if [ -s "$2/agent_catalog_run.lock" ]; then run=run; else run=none; fi
      from=$(date +%s.%N)
      kill "-$1" "$agent" || exit 3
      tail --pid="$agent" --sleep-interval=0.02 -f /dev/null
      echo "$run $from $(date +%s.%N)"
    SH

    attr_reader :at, :outcome, :seconds_to_end, :under_way, :report

    def initialize(machine, server, signal, at)
      @machine = machine
      @server = server
      @signal = signal
      @at = at
    end

    def call
      started = Time.now
      said = []
      thread = Thread.new { AgentRun.new(@machine, shown: false).call { |line| said << line } }
      sleep @at # the moment is the experiment
      @lines = said.dup
      @under_way = @lines.last.to_s.strip[0, 100]
      signalled = @machine.try('sh', '-c', SCRIPT, 'signal', @signal, @machine.platform.statedir)
      @outcome = thread.value
      @missed = !signalled.ok?
      return self if missed?

      read_times(signalled.out)
      @report = told(started)
      self
    end

    # Was the catalog being applied? Before that, all is Puppet's own: the module has not begun.
    def applying?
      @lines.any? { |line| line.include?('Applying configuration version') }
    end

    # The run had ended by itself, or not begun: nothing was killed.
    def missed?
      @missed
    end

    def complaints(limit)
      return [] unless @signal == 'TERM'

      found = []
      found << "it took #{seconds_to_end.round(2)} s to end" if limit && seconds_to_end > limit
      found << 'no report of it is on the server' if report == 'missing'
      found
    end

    private

    def read_times(text)
      run, from, to = text.split
      @run = run == 'run'
      @seconds_to_end = Float(to) - Float(from)
    end

    # What the server has of this run. One that had not begun has none to give, nor one that was killed.
    def told(started)
      return 'none' if @signal == 'KILL'
      return 'not begun' unless @run

      last = @server.last_report(@machine.certname)
      last && Time.parse(last['time'].to_s) >= started - 1 ? last['status'] : 'missing'
    end
  end
end
