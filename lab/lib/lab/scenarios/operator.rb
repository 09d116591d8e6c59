# frozen_string_literal: true

# Members, or the newest data, that never come back: what the cluster says, and what an operator's word does.

module Lab
  # What the parts of it have in common.
  class Scenario
    private

    # On the Puppet Server's host, as its operator does.
    def galera(*words)
      note "puppet galera #{words.join(' ')}"
      result = server.machine.try('puppet', 'galera', *words)
      File.write(File.join(log_dir, "galera-#{words.first}-#{words.length}.log"), result.out + result.err)
      result
    end

    # Shown first, which changes nothing; then done.
    def decide(command, machine, yes, losing:)
      before = cluster_variables['decisions']
      shown = galera(command, Settings::CLUSTER, machine.certname)
      expect shown.ok?, "puppet galera #{command} failed: #{shown.err}"
      expect shown.out.match?(losing), "it does not show what is lost (#{losing.inspect}): #{shown.out}"
      expect cluster_variables['decisions'] == before, 'showing it changed something'
      done = galera(command, Settings::CLUSTER, machine.certname, yes)
      expect done.ok? && done.out.include?('done, by'), "it was not done: #{done.out}#{done.err}"
      decision = cluster_variables['decisions'].last
      expect decision.values_at('decision', 'member') == [command, machine.certname], "what is kept of it: #{decision}"
    end
  end
end

Lab::Scenario.define 'outage-one-never-returns',
                     'one is excluded: the others go on, and it is a member again when it comes' do
  with_ledger do |ledger|
    ledger.wait_for_rows(20)
    cut(*cluster.members)
    boot(member(1), member(2))
    expect_waiting_for(run_in_vain(member(1), member(2)), member(3).certname)
    decide('exclude', member(3), '--yes', losing: /should it still run there will be two clusters/)
    expect_ok keep(cluster.run([member(1), member(2)]))
    ledger.wait_for_rows(5)
    note 'db3 comes back after all'
    boot(member(3))
    expect_ok run_together
    expect_whole(restarts: 1..1)
  end
end

Lab::Scenario.define 'outage-disk-lost',
                     'the newest data is gone with its disk: nothing starts until an operator accepts the loss' do
  formed_cluster
  member(1).run('mariadb', '--execute',
                'CREATE DATABASE IF NOT EXISTS lab; CREATE TABLE IF NOT EXISTS lab.kept (id INT PRIMARY KEY)')
  before = state_uuid
  [1, 2].each { |number| member(number).run('systemctl', 'stop', Lab::Settings::MARIADB_UNIT) }
  member(3).run('mariadb', '--execute', 'CREATE TABLE lab.lost (id INT PRIMARY KEY)')
  expect_ok run_agent(member(3)) # by which its position is heard of
  cut(*cluster.members)
  cluster.renew([member(3).name])
  boot(member(1), member(2))
  @bootstraps = self.class.bootstraps(cluster.members) # without those that the lost disk told of
  expect_ok keep(cluster.run(cluster.members))
  decide('exclude', member(3), '--yes', losing: /db3/)
  expect_waiting_for(run_in_vain(member(1), member(2)), 'which was there once')
  decide('bootstrap', member(1), '--accept-data-loss', losing: /given up is what these have beyond it/)
  expect_ok run_together
  expect_ok run_together
  expect_whole(restarts: 1..1)
  expect state_uuid != before, 'the history is the old one'
  tables = Lab::Status.query(member(2),
                             'SELECT table_name FROM information_schema.tables WHERE table_schema = "lab"').to_s
  expect tables.include?('kept') && !tables.include?('lost'), "db2 has the tables #{tables.split}"
end

Lab::Scenario.define 'other-data', 'a node with data of its own does not join, and keeps it' do
  formed_cluster
  cluster.renew([member(3).name], installed: true)
  @bootstraps = self.class.bootstraps(cluster.members) # without those that the lost disk told of
  machine = member(3)
  machine.run('bash', '-c',
              'mkdir -p /var/lib/galera-member && touch /var/lib/galera-member/released; systemctl start mariadb')
  machine.run('mariadb', '--execute',
              'CREATE DATABASE mine; CREATE TABLE mine.own (id INT PRIMARY KEY); INSERT INTO mine.own VALUES (1)')
  machine.run('systemctl', 'stop', 'mariadb')
  run = run_in_vain(machine).first
  said = run.output.lines.grep(/waiting for/).join
  expect said.include?('to be made empty: it holds data of no cluster'), "db3 says: #{said}"
  expect Dir.exist?(File.join(machine.disk, 'var/lib/mysql/mine')), 'its data is gone'
  expect Lab::Status.wsrep(machine).nil?, 'it joined'
  machine.run('bash', '-c', 'mv /var/lib/mysql /var/lib/mysql.old && mariadb-install-db --user=mysql >/dev/null')
  expect_ok run_agent(machine)
  expect_whole
end
