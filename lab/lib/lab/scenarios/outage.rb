# frozen_string_literal: true

require_relative '../ledger'

# All members lose power, or are stopped. What was acknowledged before is there afterwards, and the cluster is the same.

module Lab
  # What the parts of it have in common.
  class Scenario
    # Until a run gives up that waits in vain.
    SHORT_WAIT = 20

    private

    # A whole cluster, and rows that are written into it while the block goes on.
    def with_ledger
      formed_cluster
      ledger = Ledger.new(cluster.members)
      uuid = state_uuid
      ledger.keep { yield ledger }
      expect state_uuid == uuid, "the cluster is another one: #{state_uuid}, not #{uuid}"
      complaints = ledger.complaints
      expect complaints.empty?, complaints.join('; ')
      note format('%<rows>d rows acknowledged, all are there; the longest gap took %<gap>.1f s',
                  rows: ledger.rows, gap: ledger.longest_gap)
    end

    # What they say of whom they wait for.
    def run_in_vain(*machines)
      server.environment.write('cluster_size' => MEMBERS, 'member_parameters' => { 'wait' => SHORT_WAIT })
      note "puppet agent -t on #{machines.map(&:name).join(', ')}, in vain"
      keep(cluster.run(machines))
    ensure
      server.environment.write('cluster_size' => MEMBERS)
    end

    def state_uuid
      Status.wsrep(member(1))&.fetch('wsrep_cluster_state_uuid', nil)
    end

    def cut(*machines)
      note "power cut on #{machines.map(&:name).join(', ')}"
      Shell.in_parallel(machines, &:cut)
    end

    # In order, each with rows that those before it do not have.
    def stop_one_after_another(ledger)
      cluster.members.each do |machine|
        wait_for_rows(ledger, 20)
        note "#{machine.name} is shut down"
        machine.run('systemctl', 'stop', Settings::MARIADB_UNIT)
        machine.cut
      end
    end

    def boot(*machines)
      machines.each(&:boot)
      machines.each(&:wait_until_booted)
    end

    # Rows go on to be acknowledged.
    def wait_for_rows(ledger, count)
      wanted = ledger.rows + count
      Shell.wait_until("#{count} rows", seconds: 60, every: 0.1) { ledger.rows >= wanted }
    end

    # All agents run, and the cluster is whole and takes rows again.
    def expect_back(ledger, restarts:)
      expect_ok run_together
      expect_whole(restarts: restarts)
      wait_for_rows(ledger, 5)
    end

    def expect_waiting_for(runs, text)
      expect_ok runs
      runs.each do |run|
        said = run.output.lines.grep(/waiting for/).join
        expect said.include?(text), "#{run.name} does not say that it waits for #{text}, but: #{said}"
      end
    end
  end
end

Lab::Scenario.define 'outage-instant', 'power goes everywhere at one instant: the cluster is back, every row with it' do
  with_ledger do |ledger|
    wait_for_rows(ledger, 20)
    cut(*cluster.members)
    boot(*cluster.members)
    expect_back(ledger, restarts: 0..1)
  end
end

Lab::Scenario.define 'outage-staggered', 'members are shut down one after the other: the last one starts the cluster' do
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    boot(*cluster.members)
    expect_waiting_for(run_in_vain(member(1)), member(3).certname)
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'outage-two-of-three', 'two of three are back: they wait for the third, and say so' do
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    boot(member(1), member(2))
    expect_waiting_for(run_in_vain(member(1), member(2)), member(3).certname)
    expect Lab::Status.wsrep(member(1)).nil?, 'db1 answers by SQL although db3 is missing'
    boot(member(3))
    expect_back(ledger, restarts: 1..1)
  end
end
