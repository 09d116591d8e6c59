# frozen_string_literal: true

# Members of other platforms than the server's.

module Lab
  # What several of these have in common.
  class Scenario
    # A cluster of these, from nothing, and run again.
    def expect_formation_on(platforms)
      fresh_cluster({}, platforms)
      expect_ok run_together
      expect_whole
      expect_reports('changed')
      note "members are #{agents.join('; ')}"
      expect_second_run_changes_nothing
    end

    def agents
      cluster.members.map do |machine|
        database = Status.query(machine, 'SELECT VERSION()').strip
        "#{machine.name}: #{machine.platform.name}, agent #{machine.run('puppet', '--version').strip}, #{database}"
      end
    end

    # What is written on any member is read on each.
    def expect_rows_everywhere
      Status.query(member(1), 'CREATE TABLE shop.written_on (name VARCHAR(20) PRIMARY KEY)')
      names = cluster.members.map(&:name)
      cluster.members.each { |machine| Status.query(machine, "INSERT INTO shop.written_on VALUES ('#{machine.name}')") }
      query = 'SET SESSION wsrep_sync_wait = 1; SELECT name FROM shop.written_on ORDER BY name'
      read = cluster.members.to_h { |machine| [machine.name, Status.query(machine, query).to_s.split] }
      expect read.values.all?(names), "written on #{names.join(', ')}, read #{read}"
    end
  end
end

Lab::Scenario.define 'debian13', 'a cluster of three Debian 13 members from nothing; run again, nothing changes' do
  expect_formation_on('all' => 'debian13')
end

Lab::Scenario.define 'openvox', 'a cluster of three members with OpenVox 8 from nothing; run again, nothing changes' do
  expect_formation_on('all' => 'openvox')
end

# MariaDB 10.11 and 11.8 in one cluster, as while members are renewed one by one. The newer follows: the data of a new
# member come from one that is there, and MariaDB reads those of an older release, but not of a newer one.
Lab::Scenario.define 'mixed', 'two members of Debian 12 and one of 13 in one cluster; run again, nothing changes' do
  fresh_cluster({}, 'all' => 'debian12', 'db3' => 'debian13')
  server.environment.write_node(member(3).certname, 'member_kind' => 'galera::follower')
  expect_ok run_together
  expect_whole
  note "members are #{agents.join('; ')}"
  expect_rows_everywhere
  expect_second_run_changes_nothing
end
