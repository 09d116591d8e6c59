# frozen_string_literal: true

# What changes in the life of a cluster that runs: its size, its members, what it runs with.

module Lab
  # What the parts of it have in common.
  class Scenario
    NEWER = '+lab1'

    private

    # Each member's mariadbd was started once more, and never two at the same time.
    def expect_restarted_by_turns(before)
      after = database_pids
      same = after.select { |name, pid| before[name] == pid }.keys
      expect same.empty?, "not restarted: #{same.join(', ')}"
    end

    # All runs there are go on until each member has had its turn.
    def run_until_settled(rounds: 4)
      rounds.times do
        outcomes = run_together
        expect_ok outcomes
        return if outcomes.all? { |run| run.code.zero? }
      end
      raise Failed, "after #{rounds} rounds of agent runs something still changes"
    end

    # A package of the database server whose version is higher than that of the one there is, in each repository.
    def offer_newer_package
      made = Settings.path('newer-package')
      FileUtils.rm_rf(made)
      FileUtils.mkdir_p(made)
      repository = File.join(cluster.members.first.disk, Roots::REPOSITORY)
      package = Dir.glob('mariadb-server_*.deb', base: repository).min
      Shell.run('dpkg-deb', '-R', File.join(repository, package), "#{made}/tree")
      control = "#{made}/tree/DEBIAN/control"
      File.write(control, File.read(control).sub(/^Version: .*/, "\\0#{NEWER}"))
      Shell.run('dpkg-deb', '-Zgzip', '-z1', '-b', "#{made}/tree", "#{made}/mariadb-server_newer.deb")
      cluster.members.each do |machine|
        place = File.join(machine.disk, Roots::REPOSITORY)
        FileUtils.cp("#{made}/mariadb-server_newer.deb", place)
        Shell.run('sh', '-c', 'cd "$1" && dpkg-scanpackages --multiversion . 2>/dev/null > Packages', 'sh', place)
        machine.run('apt-get', '-q', 'update')
      end
    end
  end
end

Lab::Scenario.define 'rolling-restart',
                     'a refreshed service restarts member by member, and rows are written all the time' do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    before = database_pids
    server.environment.write('cluster_size' => Lab::Scenario::MEMBERS, 'extra_settings' => 'max_connections = 222')
    run_until_settled
    expect_restarted_by_turns(before)
    cluster.members.each do |machine|
      found = Lab::Status.query(machine, 'SELECT @@max_connections').to_s.strip
      expect found == '222', "#{machine.name} runs with max_connections #{found}"
    end
    expect ledger.longest_gap < 3, "no row was taken for #{ledger.longest_gap} s"
    expect_whole
  end
ensure
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
end

Lab::Scenario.define 'rolling-settings', 'another parameter of the member restarts them by turns' do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    before = database_pids
    options = { 'override_options' => { 'mysqld' => { 'max_connections' => 333 } } }
    server.environment.write('cluster_size' => Lab::Scenario::MEMBERS, 'member_parameters' => options)
    run_until_settled
    expect_restarted_by_turns(before)
    expect_whole
  end
ensure
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
end

Lab::Scenario.define 'rolling-upgrade', 'a newer package of the database server: members are upgraded by turns' do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    offer_newer_package
    before = database_pids
    server.environment.write('cluster_size' => Lab::Scenario::MEMBERS,
                             'member_parameters' => { 'package_ensure' => 'latest' })
    run_until_settled
    expect_restarted_by_turns(before)
    cluster.members.each do |machine|
      version = machine.run('dpkg-query', '--show', '--showformat=${Version}', 'mariadb-server')
      expect version.end_with?(Lab::Scenario::NEWER), "#{machine.name} has mariadb-server #{version}"
    end
    expect ledger.longest_gap < 3, "no row was taken for #{ledger.longest_gap} s"
    expect_whole
  end
ensure
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
end

Lab::Scenario.define 'grow-and-shrink', 'from three to five members and back, without a restart' do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    before = database_pids
    cluster.up(count: 5)
    server.environment.write('cluster_size' => 5)
    server.apply_own_catalog
    expect_ok run_together
    expect_whole
    note 'db4 and db5 leave'
    server.environment.write('cluster_size' => 3)
    server.apply_own_catalog
    leaving = [member(4), member(5)]
    leaving.each do |machine|
      server.environment.write_node(machine.certname, 'member_parameters' => { 'ensure' => 'absent' })
    end
    expect_ok keep(cluster.run(leaving))
    cluster.remove(leaving)
    declare
    expect_ok run_together
    expect_whole
    after = database_pids
    expect before.all? { |name, pid| after[name] == pid }, "a database was restarted: #{before} became #{after}"
  end
end

Lab::Scenario.define 'replaced-under-another-name', 'a dead member is excluded, and another one takes its role' do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    cut(member(3))
    decide('exclude', member(3), '--yes', losing: /db3/)
    cluster.remove([member(3)])
    cluster.renew(%w[db4], instead_of: [])
    expect_ok run_agent(member(4))
    expect_ok run_together
    expect_whole
  end
end
