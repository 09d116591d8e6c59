# frozen_string_literal: true

require_relative 'timeline_picture'

module Lab
  # Starts a cluster again, all of whose members went down, as someone does by hand who knows everything beforehand:
  # that it is an outage of all, who the members are, and that they are on again. What a recovery by agent runs is
  # measured against.
  class HandRecovery
    POSITION = /--wsrep_start_position=\S+:(-?\d+)/.freeze
    GRASTATE = '/var/lib/mysql/grastate.dat'

    # What took how long.
    attr_reader :lane

    def initialize(machines)
      @machines = machines
      @lane = Timeline::Lane.new(name: 'by hand', spans: [])
    end

    # Returns the seconds from the first command to the last member's Synced at full size.
    def call
      @from = Shell.now
      step('hold') { Shell.in_parallel(@machines) { |machine| stop(machine) } }
      positions = step('look') { Shell.in_parallel(@machines) { |machine| position(machine) } }
      best = @machines[positions.index(positions.max)]
      step('bootstrap') { start_cluster(best) }
      step('join') { start(@machines - [best]) }
      Shell.now - @from
    end

    private

    def step(kind)
      from = Shell.now
      result = yield
      @lane.spans << Timeline::Span.new(from: from - @from, to: Shell.now - @from, kind: kind)
      result
    end

    # One that waits for a Primary component does not answer a request to stop.
    def stop(machine)
      machine.run('systemctl', 'stop', '--no-block', Settings::MARIADB_UNIT)
      machine.try('systemctl', 'kill', '-s', 'KILL', Settings::MARIADB_UNIT)
      machine.run('systemctl', 'stop', Settings::MARIADB_UNIT)
    end

    def position(machine)
      said = machine.run('runuser', '-u', 'mysql', '--', 'galera_recovery')
      Integer(said[POSITION, 1] || raise(Error, "#{machine.name} recovers no position: #{said.strip}"))
    end

    def start_cluster(machine)
      machine.run('sed', '-i', 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/', GRASTATE)
      machine.run('galera_new_cluster')
    end

    def start(machines)
      Shell.in_parallel(machines) { |machine| machine.run('systemctl', 'start', Settings::MARIADB_UNIT) }
      Shell.wait_until('all to be Synced', seconds: HandFormation::SYNCED_SECONDS) { Status.whole?(@machines) }
    end
  end
end
