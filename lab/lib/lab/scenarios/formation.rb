# frozen_string_literal: true

Lab::Scenario.define 'formation-together', 'all agents run at the same time: one cluster, one bootstrap' do
  fresh_cluster
  expect_ok run_together
  expect_whole
end

Lab::Scenario.define 'orders', 'one agent run after another, as 1-2-3, 3-2-1 and 2-3-1: one bootstrap each' do
  [[1, 2, 3], [3, 2, 1], [2, 3, 1]].each do |order|
    fresh_cluster
    note "order #{order.join('-')}"
    order.each { |number| expect_ok run_agent(member(number)) }
    expect_whole
  end
end

Lab::Scenario.define 'second-run', 'a second run on all members: exit codes 0, no change, no database stopped' do
  formed_cluster
  expect_second_run_changes_nothing
end

Lab::Scenario.define 'follower-first', 'a follower that runs before its leader ends well; its next run completes' do
  fresh_cluster('member_parameters' => { 'wait' => 20 })
  follower = member(1)
  server.environment.write_node(follower.certname, 'member_kind' => 'galera::follower')

  first = run_agent(follower)
  expect_ok first
  expect first.output.match?(/waiting for/i), 'the first run of the follower does not say what it waits for'
  expect Lab::Status.wsrep(follower).nil?, 'the follower runs a database although there is no leader'

  expect_ok run_agent(member(2))
  expect_ok run_agent(follower)
  expect_ok run_agent(member(3))
  expect_whole
  role = cluster.status['members'].find { |seen| seen['certname'] == follower.certname }['role']
  expect role.to_i.positive?, "the follower was cast as #{role.inspect}"
end
