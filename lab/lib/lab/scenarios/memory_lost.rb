# frozen_string_literal: true

# The orchestrator is down, or has lost what it knew, while all members are down, too.

module Lab
  # What these have in common.
  class Scenario
    BACKUP = '/root/orchestrator.backup'
    STORE = "#{Server::ORCHESTRATOR_STATE}/store.sqlite"

    private

    def back_up
      server.machine.run('plan-orchestrator', 'backup', '--force', BACKUP)
    end

    # What is done to its store while the orchestrator does not run.
    def with_orchestrator_stopped
      server.stop_orchestrator
      yield server.machine
    ensure
      server.start_orchestrator
    end

    # An outage that ends well, so that what was copied before is old.
    def outage(ledger)
      stop_one_after_another(ledger)
      boot(*cluster.members)
      expect_back(ledger, restarts: 1..1)
    end

    # All go down, the store is dealt with as the block does, and two of three are back: nothing is started until the
    # third has reported. `missing`: by what the orchestrator, and the two, say whom they wait for.
    def expect_frozen_until_all_have_reported(ledger, missing: member(3).certname, &store)
      stop_one_after_another(ledger)
      with_orchestrator_stopped(&store)
      boot(*cluster.members)
      runs = run_in_vain(member(1), member(2))
      status = server.machine.try('puppet', 'galera', 'status', Settings::CLUSTER).out
      expect status.include?(missing), "puppet galera status does not say #{missing}: #{status}"
      expect_back(ledger, restarts: 1..1)
      expect_waiting_for(runs, missing)
    end
  end
end

Lab::Scenario.define 'orchestrator-down-in-outage', 'orchestrator and members are down: runs say so, and end well' do
  with_ledger do |ledger|
    stop_one_after_another(ledger)
    begin
      server.stop_orchestrator
      boot(*cluster.members)
      runs = run_in_vain(*cluster.members)
      silent = runs.reject { |run| run.output.match?(/^Warning: .*the orchestrator cannot be used: cannot talk to/) }
      expect silent.empty?, "no warning of #{names(silent)} tells that the orchestrator cannot be reached"
    ensure
      server.start_orchestrator
    end
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'store-restored-in-outage', 'an old backup is restored: no grant before all reported' do
  with_ledger do |ledger|
    back_up
    outage(ledger)
    expect_frozen_until_all_have_reported(ledger) do |machine|
      machine.run('plan-orchestrator', 'restore', Lab::Scenario::BACKUP)
    end
  end
end

Lab::Scenario.define 'store-set-back-in-outage', 'the same by a copied file, as of an image of the disk' do
  with_ledger do |ledger|
    state = Lab::Server::ORCHESTRATOR_STATE
    with_orchestrator_stopped { |machine| machine.run('cp', '-a', state, '/root/orchestrator.image') }
    outage(ledger)
    expect_frozen_until_all_have_reported(ledger) do |machine|
      machine.run('sh', '-c', "find #{state} -mindepth 1 -delete; cp -a /root/orchestrator.image/. #{state}/")
    end
  ensure
    server.machine.run('rm', '-rf', '/root/orchestrator.image')
  end
end

Lab::Scenario.define 'store-lost-in-outage', 'the store is lost, its witness is not: no grant before all reported' do
  with_ledger do |ledger|
    expect_frozen_until_all_have_reported(ledger, missing: '1 that has not joined yet') do |machine|
      machine.run('sh', '-c', "rm -f #{Lab::Scenario::STORE} #{Lab::Scenario::STORE}-*")
    end
  end
end

Lab::Scenario.define 'memory-lost-in-outage', 'store and witness are lost: no birth, no grant before all reported' do
  with_ledger do |ledger|
    expect_frozen_until_all_have_reported(ledger, missing: '1 that has not joined yet') do |machine|
      machine.run('find', Lab::Server::ORCHESTRATOR_STATE, '-mindepth', '1', '-delete')
    end
  end
end
