# frozen_string_literal: true

# Two members with data, and a third that only votes.

module Lab
  # What the parts of it have in common.
  class Scenario
    private

    def expect_component(size, *machines)
      machines.each do |machine|
        found = Status.wsrep(machine)&.slice(*Status::SYNCED.keys, 'wsrep_cluster_size')
        expect found == { **Status::SYNCED, 'wsrep_cluster_size' => size },
               "#{machine.name} is #{found.inspect}, not Synced in a component of #{size}"
      end
    end
  end
end

Lab::Scenario.define 'arbitrator',
                     'two members and an arbitrator: one may go, and an outage ends without the arbitrator' do
  fresh_cluster
  server.environment.write_node(member(3).certname, 'arbitrator' => true)
  data = [member(1), member(2)]
  expect_ok run_together
  expect_ok run_together
  expect_component(3, *data)
  expect !File.exist?(File.join(member(3).disk, 'var/lib/mysql')), 'the arbitrator has data'
  bootstraps = self.class.bootstraps(data)
  expect bootstraps == 1, "there were #{bootstraps} bootstraps"
  second = run_together
  expect second.all? { |run| run.code.zero? }, "a second run changes something: #{second.map(&:meaning)}"

  keep_ledger(data) do |ledger|
    ledger.wait_for_rows(10)
    cut(member(2))
    ledger.wait_for_rows(10)
    expect_component(2, member(1))
    boot(member(2))
    expect_ok run_agent(member(2))
    expect_component(3, *data)

    stop_one_after_another(ledger, data)
    cut(member(3))
    boot(*data)
    note 'without the arbitrator'
    expect_ok keep(cluster.run(data))
    expect_component(2, *data)
    ledger.wait_for_rows(5)
    boot(member(3))
    expect_ok run_agent(member(3))
    expect_component(3, *data)
  end
  expect self.class.bootstraps(data) == 2, 'there were more bootstraps than the birth and the start after the outage'
ensure
  self.class.spoilt = true # the third member is none like the others
end
