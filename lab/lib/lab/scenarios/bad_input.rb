# frozen_string_literal: true

# What goes wrong around a member's run, and what the member must make of it.

module Lab
  # What several of these have in common.
  class Scenario
    # A member that is not yet in its cluster must say so in one failed resource, and do all else in its catalog.
    def expect_only_host_failed(run, saying:)
      expect [4, 6].include?(run.code), "the run ended with #{run.code} (#{run.meaning}), not with failures"
      errors = run.output.lines.grep(/^(?:.*: )?Error: /)
      expect errors.any? { |line| line.match?(saying) }, "no error says #{saying.inspect}: #{errors.join}"
      expect run.output.include?('Package[galera]/ensure: created'), 'the rest of the catalog was not applied'
    end

    def orchestrator(verb)
      server.machine.run('systemctl', verb, Server::ORCHESTRATOR_UNIT)
    end
  end
end

Lab::Scenario.define 'orchestrator-down-for-a-member', 'a member of a cluster gets a warning, and its run ends well' do
  formed_cluster
  begin
    orchestrator 'stop'
    run = expect_databases_untouched { run_agent(member(1)) }
    expect_ok run
    expect run.output.match?(/^Warning: .*orchestrator/i), 'no warning tells that the orchestrator cannot be reached'
  ensure
    orchestrator 'start'
  end
  expect_ok run_agent(member(1))
  expect_whole
end

Lab::Scenario.define 'orchestrator-down-for-a-stranger', 'who is not yet in fails its host resource, then completes' do
  fresh_cluster('member_parameters' => { 'wait' => 10 })
  begin
    orchestrator 'stop'
    expect_only_host_failed run_agent(member(1)), saying: /#{Lab::Settings::ORCHESTRATOR_PORT}/
  ensure
    orchestrator 'start'
  end
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
  expect_ok run_together
  expect_whole
end

Lab::Scenario.define 'unknown-cluster', 'who is of an undeclared cluster says which ones are declared' do
  fresh_cluster('cluster' => 'cluster_that_nobody_declared', 'member_parameters' => { 'wait' => 10 })
  expect_only_host_failed run_agent(member(1)), saying: /cluster_that_nobody_declared.*#{Lab::Settings::CLUSTER}/
end

Lab::Scenario.define 'library-missing', 'without the native library: one clear error, and the rest is applied' do
  fresh_cluster
  begin
    server.machine.run('rm', '-r', server.environment.path('modules/galera/lib/puppet_x/galera/native'))
    expect_only_host_failed run_agent(member(1)), saying: /plan_engine\.so/
  ensure
    server.reinstall_module(Lab::Release.find)
  end
  expect_ok run_together
  expect_whole
end

Lab::Scenario.define 'agent-killed', 'kill -9 of an agent in the middle: the next run goes on' do
  [/Package\[galera\]/, /Db_snapshot_install\[shop\]/, /Galera_bootstrap|galera-\S+\.cnf/].each do |moment|
    fresh_cluster
    killed = false
    run_agent(member(1)) do |line|
      next if killed || !line.match?(moment)

      killed = true
      member(1).try('pkill', '-KILL', '-f', 'puppet agent')
    end
    note killed ? "killed at #{moment.inspect}" : "nothing to kill at #{moment.inspect}: the run was over"
    run_together.then { |outcomes| expect_ok(outcomes) }
    expect_whole
  end
end

Lab::Scenario.define 'orchestrator-killed', 'kill -9 of the orchestrator in the middle: nothing lost, nothing twice' do
  fresh_cluster
  note 'puppet agent -t on all members, the orchestrator killed whenever one of them gets on'
  lock = Mutex.new
  kills = 0
  kill = lambda do |line|
    next unless line.match?(/Package\[galera\]|Db_snapshot_install|Event\[install_complete\]|Galera_/)

    lock.synchronize do
      server.machine.try('systemctl', 'kill', '-s', 'KILL', Lab::Server::ORCHESTRATOR_UNIT)
      kills += 1
    end
  end
  keep(Lab::Shell.in_parallel(cluster.members) { |machine| Lab::AgentRun.new(machine).call(&kill) })
  expect kills.positive?, 'the orchestrator was never killed'
  server.machine.try('systemctl', 'reset-failed', Lab::Server::ORCHESTRATOR_UNIT)
  orchestrator 'start'
  expect_ok run_together
  expect_whole
end
