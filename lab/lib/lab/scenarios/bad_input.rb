# frozen_string_literal: true

# What goes wrong around a member's run, and what the member must make of it.

module Lab
  # What several of these have in common.
  class Scenario
    # What a held start of the database reads until it is let go, and the folder of the drop-in by which it does.
    HOLD = '/run/hold-start'
    HOLD_UNIT = "/run/systemd/system/#{Settings::MARIADB_UNIT}.d"

    # A member that is not yet in its cluster must say so in one failed resource, and do all else in its catalog.
    def expect_only_host_failed(run, saying:)
      expect [4, 6].include?(run.code), "the run ended with #{run.code} (#{run.meaning}), not with failures"
      errors = run.output.lines.grep(/^(?:.*: )?Error: /)
      expect errors.any? { |line| line.match?(saying) }, "no error says #{saying.inspect}: #{errors.join}"
      expect run.output.include?('Package[galera]/ensure: created'), 'the rest of the catalog was not applied'
      expect_no_dead_letters [run]
    end

    # Runs the first member's agent and kills it (-9) at the first line that matches: one the agent says, or one that
    # mariadbd says meanwhile.
    def kill_agent_at(moment, agent: nil, mariadbd: nil)
      machine = member(1)
      killed = false
      kill = lambda do |line, pattern|
        next if killed || !pattern&.match?(line)

        killed = machine.try('pkill', '-KILL', '-f', 'puppet agent').ok?
      end
      run = while_following(machine, Settings::MARIADB_UNIT, ->(line) { kill.call(line, mariadbd) }) do
        run_agent(machine, '--evaltrace') { |line| kill.call(line, agent) }
      end
      expect killed, "the agent could not be killed at #{moment}: its run ended with #{run.code} (#{run.meaning})"
      expect run.code == 128 + Signal.list['KILL'], "the killed agent ended with #{run.code} (#{run.meaning})"
      note "killed at #{moment}"
    end

    # Starts of the database in the block take until the block is over. (They last half a second, and the journal hands
    # over its lines four times a second: a run was at its end before it could be killed.)
    def holding_starts(machine)
      machine.run('bash', '-c', <<~SHELL)
        mkfifo #{HOLD}
        mkdir -p #{HOLD_UNIT}
        printf '[Service]\nExecStartPost=+/bin/cat #{HOLD}\n' > #{HOLD_UNIT}/90-hold.conf
        systemctl daemon-reload
      SHELL
      yield
    ensure
      machine.run('bash', '-c', <<~SHELL)
        timeout 60 bash -c 'echo > #{HOLD}'
        rm -r #{HOLD} #{HOLD_UNIT}/90-hold.conf
        systemctl daemon-reload
      SHELL
    end

    # Hands each new line of the unit's journal to on_line, from before the block begins until it has ended.
    def while_following(machine, unit, on_line)
      name = "follow-#{unit}"
      journal = IO.popen(machine.inside('bash', '-c', 'exec -a "$0" journalctl -f -n 0 -o cat -u "$1"', name, unit))
      reader = Thread.new { journal.each_line(&on_line) }
      yield
    ensure
      machine.try('pkill', '-f', name)
      reader&.join
      journal&.close
    end
  end
end

Lab::Scenario.define 'orchestrator-down-for-a-member', 'a member of a cluster gets a warning, and its run ends well' do
  formed_cluster
  begin
    server.stop_orchestrator
    run = expect_databases_untouched { run_agent(member(1)) }
    expect_ok run
    expect run.output.match?(/^Warning: .*orchestrator/i), 'no warning tells that the orchestrator cannot be reached'
    expect run.seconds < 60, "the run took #{run.seconds.round} s: it waited for the orchestrator, with all in place"
  ensure
    server.start_orchestrator
  end
  expect_ok run_agent(member(1))
  expect_whole
end

Lab::Scenario.define 'orchestrator-down-for-a-stranger', 'who is not yet in fails its host resource, then completes' do
  fresh_cluster('member_parameters' => { 'wait' => 10 })
  begin
    server.stop_orchestrator
    expect_only_host_failed run_agent(member(1)), saying: /#{Lab::Settings::ORCHESTRATOR_PORT}/
  ensure
    server.start_orchestrator
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

Lab::Scenario.define 'agent-killed', 'kill -9 of an agent, again and again, in the middle: the next run goes on' do
  fresh_cluster
  kill_agent_at 'a resource of the catalog', agent: /Db_snapshot_install\[shop\]: Starting to evaluate/
  kill_agent_at 'the first batch of the plan', agent: %r{File\[/etc/mysql/.*galera\.cnf\]/ensure: }
  holding_starts(member(1)) do
    kill_agent_at 'the start of the cluster', mariadbd: /#{Lab::Scenario::BOOTSTRAP_LINE}/
  end
  expect_ok run_together
  expect_whole
  grants = cluster_variables['grants']
  expect grants == 1, "#{grants} grants were given: the one that was used was taken for unused"
end

Lab::Scenario.define 'killed-at-random-moments', 'TERM and kill -9 of agents, three times each: the next run goes on' do
  fresh_cluster
  rows = Lab::KillSweep.new(moments: 3, term_seconds: nil).call
  bad = rows.reject { |row| row[:complaints].empty? }
  expect bad.empty?, bad.map { |row| "moment #{row[:moment].number}: #{row[:complaints].join('; ')}" }.join("\n")
end

Lab::Scenario.define 'orchestrator-killed', 'kill -9 of the orchestrator in the middle: nothing lost, nothing twice' do
  fresh_cluster
  note 'puppet agent -t on all members, the orchestrator killed whenever one of them gets on'
  lock = Mutex.new
  kills = 0
  kill = lambda do |line|
    next unless line.match?(/Package\[galera\]|Db_snapshot_install|Event\[install_complete\]|Galera_/)

    lock.synchronize do
      server.kill_orchestrator
      kills += 1
    end
  end
  keep(Lab::Shell.in_parallel(cluster.members) { |machine| Lab::AgentRun.new(machine).call(&kill) })
  expect kills.positive?, 'the orchestrator was never killed'
  server.start_orchestrator
  expect_ok run_together
  expect_whole
end
