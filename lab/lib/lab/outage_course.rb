# frozen_string_literal: true

module Lab
  # One outage on the lab's machines, from the first who goes until the cluster is whole or time is up.
  class OutageCourse
    # From when the last member is back, and the orchestrator is.
    WHOLE_SECONDS = 300
    SEEN_EVERY = 0.5
    RESTARTS = 3

    # Runs by member, in their order; seconds from the first run of the last member until all were Synced, nil when they
    # never were: 0 where the cluster had healed by itself.
    attr_reader :runs, :seconds

    def initialize(outage, cluster, ledger)
      @outage = outage
      @cluster = cluster
      @server = cluster.server
      @ledger = ledger
      @members = cluster.members
      @runs = @members.to_h { |machine| [machine.name, []] }
      @first_runs = {}
    end

    def call
      @server.environment.write('cluster_size' => @members.length, 'member_parameters' => { 'wait' => @outage.wait })
      @server.stop_orchestrator if @outage.orchestrator == :down
      depart
      @from = Shell.now
      Shell.in_parallel([-> { disturb }, -> { watch }, *@members.map { |machine| -> { come_back(machine) } }], &:call)
      @seconds = @whole_at && [@whole_at - @first_runs.values.max, 0].max
      self
    ensure
      @server.start_orchestrator
    end

    private

    # ---- who goes

    def depart
      @outage.groups.each_with_index do |group, at|
        @ledger.wait_for_rows(@outage.rows) if @outage.primary_after?(at)
        Shell.in_parallel(group) { |departure| leave(Machine.new(departure.name), departure.way) }
      end
    end

    def leave(machine, way)
      case way
      when :cut then machine.cut
      when :kill then machine.run('pkill', '-KILL', '-x', 'mariadbd')
      when :stop then stop(machine)
      when :shutdown
        stop(machine)
        machine.cut
      end
    end

    def stop(machine)
      machine.run('systemctl', 'stop', Settings::MARIADB_UNIT)
    end

    # ---- who comes back

    # As cron would have it, again and again.
    def come_back(machine)
      wait_until(@outage.returns.fetch(machine.name))
      unless machine.running?
        machine.boot
        machine.wait_until_usable
      end
      @first_runs[machine.name] = Shell.now
      loop do
        @runs[machine.name] << AgentRun.new(machine, shown: false).call
        break if over?

        sleep @outage.pauses.fetch(machine.name)
      end
    end

    # What becomes of the orchestrator.
    def disturb
      wait_until(@outage.orchestrator_at) unless @outage.orchestrator == :up
      case @outage.orchestrator
      when :down then @server.start_orchestrator
      when :killed then @server.kill_orchestrator
      when :restarted
        RESTARTS.times do
          @server.restart_orchestrator
          sleep @outage.pauses.values.first
        end
      end
    end

    # The moments are the experiment.
    def wait_until(seconds)
      sleep [@from + seconds - Shell.now, 0].max
    end

    # ---- until it is whole

    def watch
      until over?
        @whole_at = Status.whole?(@members) ? @whole_at || Shell.now : nil
        sleep SEEN_EVERY
      end
    end

    # Every member's agent is to have had a word.
    def over?
      return true if Shell.now > @from + Outage::BACK + WHOLE_SECONDS

      @whole_at && @first_runs.length == @members.length
    end
  end
end
