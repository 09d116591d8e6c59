# frozen_string_literal: true

require_relative 'ledger'

# What scenarios say of a cluster that lives: rows that are written, members that go and come back, and whom the others
# wait for.

module Lab
  class Scenario # rubocop:disable Style/Documentation -- in scenario.rb
    # Until a run gives up that waits in vain.
    SHORT_WAIT = 20
    # Rows that show that the cluster takes some.
    ROWS = 20
    # Short beside what is between two writes to a disk.
    ASKED_EVERY = 0.0005
    # Galera takes a member for dead after five seconds, and forms a new component.
    NOTICED_SECONDS = 60

    private

    # ---- rows

    # A whole cluster, and rows that are written into it while the block goes on. In the end each that was acknowledged
    # is on every member, and the cluster is the one it was.
    def with_ledger(&block)
      formed_cluster
      keep_ledger(&block)
    end

    # The same with the cluster that is there. Returns the ledger.
    def keep_ledger(machines = cluster.members)
      ledger = Ledger.new(machines)
      uuid = state_uuid(machines)
      ledger.keep { yield ledger }
      now = state_uuid(machines.select(&:exist?))
      expect now == uuid, "the cluster is another one: #{now}, not #{uuid}"
      expect_all_rows(ledger)
      note format('%<rows>d rows acknowledged, all are there; the longest gap took %<gap>.1f s',
                  rows: ledger.rows, gap: ledger.longest_gap)
      ledger
    end

    def expect_all_rows(ledger)
      complaints = ledger.complaints
      expect complaints.empty?, complaints.join('; ')
    end

    def state_uuid(machines = cluster.members)
      Status.wsrep(machines.last)&.fetch('wsrep_cluster_state_uuid', nil)
    end

    # ---- who goes and who comes back

    def cut(*machines)
      note "power cut on #{names(machines)}"
      Shell.in_parallel(machines, &:cut)
    end

    def boot(*machines)
      note "power for #{names(machines)}"
      Shell.in_parallel(machines) do |machine|
        machine.boot
        machine.wait_until_usable
      end
    end

    # In order, each with rows that those before it do not have.
    def stop_one_after_another(ledger, machines = cluster.members)
      machines.each do |machine|
        ledger.wait_for_rows(ROWS)
        note "#{machine.name} is shut down"
        stop_database(machine)
        machine.cut
      end
    end

    def stop_database(machine)
      machine.run('timeout', 120, 'systemctl', 'stop', Settings::MARIADB_UNIT)
    end

    def signal_database(machine, signal)
      machine.run('pkill', "-#{signal}", '-x', 'mariadbd')
    end

    # What each says by its own SQL, as "Primary", "non-Primary", nil where there is no answer.
    def component(machine)
      Status.wsrep(machine)&.fetch('wsrep_cluster_status', nil)
    end

    def wait_for_component(machine, status)
      Shell.wait_until("#{machine.name} to be #{status || 'silent'}", seconds: NOTICED_SECONDS) do
        component(machine) == status
      end
    end

    # Without an agent's run.
    def wait_until_whole
      Shell.wait_until('the cluster to be whole by itself', seconds: NOTICED_SECONDS) { Status.whole?(cluster.members) }
    end

    # Runs the block, and does `act` as soon as `moment` is so, which is asked again and again, from outside.
    def at_the_moment(moment, act)
      over = came = false
      watch = Thread.new do
        sleep ASKED_EVERY until over || (came = moment.call)
        act.call if came
      end
      result = yield
      over = true
      watch.join
      expect came, 'the moment never came'
      result
    ensure
      over = true
    end

    # ---- what comes of it

    # All agents run, and the cluster is whole and takes rows again.
    def expect_back(ledger, restarts:)
      expect_ok run_together
      expect_whole(restarts: restarts)
      ledger.wait_for_rows(5)
    end

    # Runs that cannot bring the cluster back: they are well, start nothing, and say whom they wait for. `broken`: a
    # member whose server cannot start, which its run may say by failing.
    def run_in_vain(*machines, broken: nil)
      declare('member_parameters' => { 'wait' => SHORT_WAIT })
      note "puppet agent -t on #{names(machines)}, in vain"
      before = self.class.bootstraps(machines)
      runs = keep(cluster.run(machines))
      expect_ok(runs.reject { |run| run.name == broken&.name })
      count = self.class.bootstraps(machines) - before
      expect count.zero?, "#{count} of #{names(machines)} bootstrapped, though not all were heard"
      runs
    ensure
      declare
    end

    # Each says whom it waits for and what to do; and what it would risk to go on without, where that is asked.
    def expect_waiting_for(runs, *texts, risk: nil)
      runs.each do |run|
        said = run.output.lines.grep(/waiting for/)
        found = said.any? { |line| texts.all? { |text| line.include?(text) } }
        expect found, "#{run.name} does not say that it waits for #{texts.join(', ')}, but: #{said.join}"
        expect said.any? { |line| line.match?(/puppet agent -t|see|look|find|bring|declare/) },
               "#{run.name} does not say what to do: #{said.join}"
        expect said.any? { |line| line.include?("at risk: #{risk}") }, "#{run.name} names no risk: #{said.join}" if risk
      end
    end

    def names(machines)
      machines.map(&:name).join(', ')
    end

    # The member with this role.
    def member_with_role(role)
      seen = cluster.status['members'].find { |one| one['role'] == role }
      expect seen, "no member has role #{role}"
      cluster.member(seen['certname'])
    end
  end
end
