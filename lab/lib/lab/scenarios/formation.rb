# frozen_string_literal: true

module Lab
  # What these have in common.
  class Scenario
    private

    # A server of their own, that nobody knows of, gets a row.
    def write_by_hand(machine)
      machine.run('bash', '-euc', <<~'SHELL')
        cd /tmp
        mariadbd --user=mysql --wsrep-on=OFF --wsrep-provider=none --skip-networking \
                 --socket=/tmp/by-hand --pid-file=/tmp/by-hand.pid &
        until mariadb --socket=/tmp/by-hand --execute 'DO 0' 2>/dev/null; do kill -0 $!; sleep 0.1; done
        mariadb --socket=/tmp/by-hand --execute "INSERT INTO shop.products VALUES (6, 'figs', 1)"
        kill "$(cat /tmp/by-hand.pid)"
        wait
      SHELL
    end

    # By the donors' journals, which name whom they sent it to.
    def whole_transfer?(joiner)
      address = Settings.address(joiner.name)
      cluster.members.any? do |machine|
        journal = machine.run('journalctl', '-u', Settings::MARIADB_UNIT, '--no-pager', '--output=cat')
        journal.lines.grep(/Running: 'wsrep_sst_\w+ --role 'donor' --address '#{Regexp.escape(address)}/)
               .any? { |line| !line.include?('--bypass') }
      end
    end
  end
end

Lab::Scenario.define 'formation-together', 'all agents run at the same time: one cluster, one bootstrap' do
  fresh_cluster
  expect_ok run_together
  expect_whole
end

Lab::Scenario.define 'formation-one-state', 'the same snapshot everywhere: a whole transfer only to who changed it' do
  fresh_cluster('member_parameters' => { 'wait' => 5 })
  stranger = member(3)
  server.environment.write_node(stranger.certname, 'member_kind' => 'galera::follower')
  expect_ok run_agent(stranger)
  write_by_hand(stranger)
  [1, 2, 3].each { |number| expect_ok run_agent(member(number)) }
  expect_whole
  whole = cluster.members.select { |machine| whole_transfer?(machine) }
  expect whole.map(&:name) == [stranger.name], "all of the state went to #{whole.map(&:name).join(', ')}"
  sums = cluster.members.map { |machine| Lab::Status.query(machine, 'CHECKSUM TABLE shop.products, shop.orders') }
  expect sums.uniq.one?, "the rows differ: #{sums}"
ensure
  declare
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
