# frozen_string_literal: true

# Members that run and do not hear each other. The orchestrator hears all of them.

module Lab
  # What these have in common.
  class Scenario
    private

    # Nothing passes between these groups of members while the block goes on.
    def split(*groups)
      note "no link between #{groups.map { |machines| names(machines) }.join(' and ')}"
      Network.split(*groups.map { |machines| machines.map(&:name) })
      yield
    ensure
      note 'the link is back'
      Network.heal
    end

    # Agents run, and every mariadbd is the process it was.
    def expect_left_alone(*machines)
      runs = expect_databases_untouched do
        declare('member_parameters' => { 'wait' => SHORT_WAIT })
        note "puppet agent -t on #{names(machines)}"
        keep(cluster.run(machines))
      end
      expect_ok runs
      runs
    ensure
      declare
    end

    def wait_for_size(machine, size)
      Shell.wait_until("#{machine.name} to see a cluster of #{size}", seconds: NOTICED_SECONDS) do
        Status.wsrep(machine)&.fetch('wsrep_cluster_size', nil) == size
      end
    end
  end
end

Lab::Scenario.define 'partition-of-three', 'one is cut off: the others go on, it waits and comes back by itself' do
  with_ledger do |ledger|
    majority = [member(1), member(2)]
    runs = []
    split(majority, [member(3)]) do
      wait_for_component(member(3), 'non-Primary')
      wait_for_size(member(1), 2)
      ledger.wait_for_rows(Lab::Scenario::ROWS)
      runs = expect_left_alone(*cluster.members)
      ledger.wait_for_rows(Lab::Scenario::ROWS)
    end
    wait_until_whole
    expect_second_run_changes_nothing
    expect_waiting_for(runs.select { |run| run.name == 'db3' }, *majority.map(&:certname))
  end
end

Lab::Scenario.define 'split-of-two', 'the link between two is cut: one that runs its agent waits for the other' do
  self.size = 2
  with_ledger do |ledger|
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    runs = []
    split([member(1)], [member(2)]) do
      cluster.members.each { |machine| wait_for_component(machine, 'non-Primary') }
      runs = expect_left_alone(member(1))
    end
    wait_until_whole
    expect_second_run_changes_nothing
    ledger.wait_for_rows(5)
    expect_waiting_for(runs, member(2).certname)
  end
end

Lab::Scenario.define 'split-of-two-heard', 'the same, and both run their agents: one Primary component at most' do
  self.size = 2
  with_ledger do |ledger|
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    split([member(1)], [member(2)]) do
      cluster.members.each { |machine| wait_for_component(machine, 'non-Primary') }
      declare('member_parameters' => { 'wait' => Lab::Scenario::SHORT_WAIT })
      expect_ok run_together
      primaries = cluster.members.select { |machine| component(machine) == 'Primary' }
      expect primaries.length < 2, 'both are Primary, and do not hear each other'
      note "Primary: #{primaries.empty? ? 'none' : names(primaries)}"
    end
    declare
    expect_back(ledger, restarts: 0..1)
  end
end

Lab::Scenario.define 'frozen-member', 'one hangs: the others go on, its agent leaves it alone, it comes back' do
  with_ledger do |ledger|
    frozen = member(2)
    signal_database(frozen, 'STOP')
    begin
      wait_for_size(member(1), 2)
      ledger.wait_for_rows(Lab::Scenario::ROWS)
      expect_left_alone(*cluster.members)
    ensure
      signal_database(frozen, 'CONT')
    end
    expect_left_alone(frozen)
    wait_until_whole
    expect_second_run_changes_nothing
  end
end

Lab::Scenario.define 'frozen-in-outage', 'one hangs while the others go down: they wait for it, it may be Primary' do
  with_ledger do |ledger|
    frozen = member(3)
    others = [member(1), member(2)]
    signal_database(frozen, 'STOP')
    begin
      wait_for_size(member(1), 2)
      stop_one_after_another(ledger, others)
      boot(*others)
      expect_waiting_for(run_in_vain(*others), frozen.certname)
    ensure
      signal_database(frozen, 'CONT')
    end
    expect_back(ledger, restarts: 0..1)
  end
end
