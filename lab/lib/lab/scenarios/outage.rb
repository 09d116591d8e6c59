# frozen_string_literal: true

# All members lose power, or are stopped. What was acknowledged before is there afterwards, and the cluster is the same.

module Lab
  # What the parts of it have in common.
  class Scenario
    # Of what a member keeps on its disk about its right to start (PuppetX::Galera::MemberState).
    GRANTS = 'var/lib/galera-member/grants'
    TOKEN = 'var/lib/galera-member/token/bootstrap'

    private

    # Galera's own memory of its last view, by which it comes back by itself when all of that are there, is lost.
    def forget_views
      cluster.members.each { |machine| FileUtils.rm_f(File.join(machine.disk, 'var/lib/mysql/gvwstate.dat')) }
    end

    # Who was bootstrapped in the block.
    def bootstrapped
      count = -> { cluster.members.to_h { |machine| [machine.name, self.class.bootstraps([machine])] } }
      before = count.call
      yield
      count.call.reject { |name, number| number == before[name] }.keys
    end

    # An outage after which the last member is the newest, and power goes there once more while it uses its grant: the
    # block runs all agents and cuts it.
    def expect_back_though_grantee_is_cut
      with_ledger do |ledger|
        stop_one_after_another(ledger)
        boot(*cluster.members)
        grantee = cluster.members.last
        declare('member_parameters' => { 'wait' => SHORT_WAIT })
        runs = keep(yield(grantee))
        expect !grantee.running?, "#{grantee.name} was not cut"
        note "power was cut on #{grantee.name}"
        declare
        expect_ok(runs.reject { |run| run.name == grantee.name })
        boot(grantee)
        expect_back(ledger, restarts: 1..2)
      end
    end

    # At the first line of its run that matches.
    def run_and_cut_at(pattern, grantee)
      Shell.in_parallel(cluster.members) do |machine|
        AgentRun.new(machine, '--evaltrace').call do |line|
          machine.cut if machine.name == grantee.name && line.match?(pattern) && machine.running?
        end
      end
    end

    # When the block says so of its disk.
    def run_and_cut_when(grantee, &moment)
      at_the_moment(moment, -> { grantee.cut }) { cluster.run(cluster.members) }
    end
  end
end

Lab::Scenario.define 'outage-instant', 'power goes everywhere at one instant: the cluster is back, every row with it' do
  with_ledger do |ledger|
    ledger.wait_for_rows(20)
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

Lab::Scenario.define 'outage-of-five', 'five are shut down one after the other: the last one starts the cluster' do
  self.size = 5
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    boot(*cluster.members)
    expect bootstrapped { expect_back(ledger, restarts: 1..1) } == ['db5'], 'another one than db5 was bootstrapped'
  end
end

Lab::Scenario.define 'outage-two-of-three', 'two of three are back: they wait for the third, and say so' do
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    boot(member(1), member(2))
    runs = run_in_vain(member(1), member(2))
    expect_waiting_for(runs, member(3).certname)
    expect Lab::Status.wsrep(member(1)).nil?, 'db1 answers by SQL although db3 is missing'
    boot(member(3))
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'outage-equal-positions', 'all have the same data: who has the lowest role starts the cluster' do
  ledger = with_ledger { |rows| rows.wait_for_rows(Lab::Scenario::ROWS) }
  cut(*cluster.members)
  forget_views
  boot(*cluster.members)
  names = bootstrapped do
    expect_ok run_together
    expect_whole(restarts: 1..1)
  end
  lowest = member_with_role(0).name
  expect names == [lowest], "#{names.join(', ')} was bootstrapped, and #{lowest} has role 0"
  expect_all_rows(ledger)
end

Lab::Scenario.define 'grantee-cut-armed', 'power goes where the grant is armed and not used: another one is given' do
  expect_back_though_grantee_is_cut do |grantee|
    run_and_cut_at(/Galera_bootstrap\[birth\]: Starting to evaluate/, grantee)
  end
end

Lab::Scenario.define 'grantee-cut-used', 'power goes where the grant is marked as used: another one is given' do
  expect_back_though_grantee_is_cut do |grantee|
    grants = File.join(grantee.disk, Lab::Scenario::GRANTS)
    before = Dir.children(grants)
    run_and_cut_when(grantee) { Dir.children(grants) != before }
  end
end

Lab::Scenario.define 'grantee-cut-token', 'power goes where a token to bootstrap lies: no boot uses it later' do
  expect_back_though_grantee_is_cut do |grantee|
    run_and_cut_when(grantee) { File.exist?(File.join(grantee.disk, Lab::Scenario::TOKEN)) }
  end
end

Lab::Scenario.define 'grantee-cut-started', 'power goes where mariadbd has taken the token: another grant is given' do
  expect_back_though_grantee_is_cut do |grantee|
    token = File.join(grantee.disk, Lab::Scenario::TOKEN)
    was_there = false
    run_and_cut_when(grantee) do
      there = File.exist?(token)
      was_there ||= there
      was_there && !there
    end
  end
end
