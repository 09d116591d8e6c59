# frozen_string_literal: true

# One member goes, or comes back as another one, while the cluster lives.

module Lab
  # What these have in common.
  class Scenario
    SST_STARTED = 'var/lib/mysql/sst_in_progress'
    # How a member got what it lacked, as its journal says it.
    TRANSFER = /rsync (IST|SST) completed on joiner/.freeze

    private

    # By its own journal since this boot.
    def transfers_of(machine)
      journal = machine.run('journalctl', '-b', '-u', Settings::MARIADB_UNIT, '--no-pager', '--output=cat')
      journal.scan(TRANSFER).flatten.uniq
    end

    def expect_joined(machine, ledger)
      expect_ok run_agent(machine)
      expect_whole
      ledger.wait_for_rows(5)
      note "#{machine.name} got what it lacked by #{transfers_of(machine).join(' and ')}"
    end

    # The member's run, and what the block does in the middle of its SST.
    def run_agent_into_transfer(joiner, &act)
      declare('touched' => true)
      at_the_moment(-> { File.exist?(File.join(joiner.disk, SST_STARTED)) }, act) { run_agent(joiner) }
    end

    # Nothing that it had is there any more: the same name, and the same place in the cluster.
    def reinstall(machine)
      role = role_of(machine)
      cluster.renew([machine.name])
      @bootstraps = self.class.bootstraps(cluster.members) # the journal of the old disk is gone
      role
    end

    def role_of(machine)
      cluster.status['members'].find { |seen| seen['certname'] == machine.certname }['role']
    end
  end
end

Lab::Scenario.define 'member-killed', 'kill -9 of one mariadbd: it comes back by itself, and nothing else moves' do
  with_ledger do |ledger|
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    signal_database(member(2), 'KILL')
    wait_until_whole
    expect_second_run_changes_nothing
    note "db2 got what it lacked by #{transfers_of(member(2)).join(' and ')}"
  end
end

Lab::Scenario.define 'member-cut', 'power goes on one of three, rows go on: its run brings it back, by IST or SST' do
  with_ledger do |ledger|
    cut(member(2))
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    boot(member(2))
    expect_joined(member(2), ledger)
    note 'and once more, stopped, with a disk that does not know its position'
    stop_database(member(2))
    member(2).run('rm', '/var/lib/mysql/grastate.dat')
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    expect_joined(member(2), ledger)
  end
end

Lab::Scenario.define 'member-reinstalled', 'a member comes back with an empty disk: it joins by SST, in its old role' do
  with_ledger do |ledger|
    machine = member(2)
    role = reinstall(machine)
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    expect_joined(machine, ledger)
    expect role_of(machine) == role, "its role was #{role} and is #{role_of(machine)}"
    expect_ok run_together
    expect_second_run_changes_nothing
  end
end

Lab::Scenario.define 'transfer-interrupted', 'power goes on a joiner amid its SST: its next run completes' do
  with_ledger do |ledger|
    joiner = member(3)
    reinstall(joiner)
    run_agent_into_transfer(joiner) { cut(joiner) }
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    boot(joiner)
    expect_joined(joiner, ledger)
  end
end

Lab::Scenario.define 'transfer-interrupted-in-outage', 'the same, and all others go down, too: who has data starts' do
  with_ledger do |ledger|
    joiner = member(3)
    reinstall(joiner)
    run_agent_into_transfer(joiner) { cut(*cluster.members) }
    boot(*cluster.members)
    expect_back(ledger, restarts: 0..1)
  end
end

Lab::Scenario.define 'two-agents-at-once', 'a second agent on a member is refused, or fails, and starts nothing' do
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    boot(member(1))
    seconds = []
    declare('member_parameters' => { 'wait' => Lab::Scenario::SHORT_WAIT })
    first = run_agent(member(1)) do |line|
      next unless line.include?('Applying configuration') && seconds.empty?

      seconds << Thread.new { Lab::AgentRun.new(member(1)).call }
      seconds << Thread.new { Lab::AgentRun.new(member(1), '--agent_catalog_run_lockfile=/run/another.lock').call }
    end
    refused, beside = keep(seconds.map(&:value))
    declare
    expect_ok first
    expect refused.code == 1 && refused.output.include?('already in progress'),
           "the second agent ended with #{refused.code} (#{refused.meaning})"
    expect [4, 6].include?(beside.code), "one beside it ended with #{beside.code} (#{beside.meaning})"
    boot(member(2), member(3))
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'leader-gone', 'role 0 is gone: the others live on, and after an outage wait for it' do
  with_ledger do |ledger|
    gone = member_with_role(0)
    others = cluster.members.reject { |machine| machine.name == gone.name }
    cut(gone)
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    2.times do
      runs = keep(cluster.run(others))
      expect_ok runs
      expect runs.map(&:code) == [0, 0], "runs of the others changed something: #{runs.map(&:code)}"
    end
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    stop_one_after_another(ledger, others)
    boot(*others)
    runs = run_in_vain(*others)
    boot(gone)
    expect_back(ledger, restarts: 1..1)
    expect_waiting_for(runs, gone.certname)
  end
end
