# frozen_string_literal: true

require_relative '../ledger'
require_relative '../secret_search'
require_relative '../wire'

# How state comes to members that lack it: by mariadb-backup, with an account that the members share, and encrypted.

module Lab
  # What the parts of it have in common.
  class Scenario
    SST_FILE = '/etc/mysql/mariadb.conf.d/80-galera-sst.cnf'
    # Somebody touched the snapshot's data: it is not surely what the cluster began with, and all of it is transferred.
    WHOLE = { 'touched' => true }.freeze
    BY_BACKUP = WHOLE.merge('member_parameters' => { 'wsrep_sst_method' => 'mariabackup' },
                            'more_packages' => ['mariadb-backup']).freeze
    PLANTED = 'a-secret-that-was-planted'
    PRIVILEGES = 'RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR ON *.*'

    private

    # [account, secret] of each member; nil for one that has none.
    def sst_accounts
      cluster.members.to_h do |machine|
        text = machine.try('cat', SST_FILE).out
        [machine.name, text.match(/^wsrep_sst_auth = (\w+):(\w+)$/)&.captures]
      end
    end

    # All members have this one account, and nobody else may read it.
    def expect_one_account
      found = sst_accounts
      same = found.values.uniq.length == 1 && found.values.first
      expect same, "the accounts differ: #{found.transform_values { |account| account&.first }}"
      cluster.members.each do |machine|
        mode = machine.run('stat', '-c', '%a %U:%G', SST_FILE).strip
        expect mode == '600 mysql:mysql', "#{SST_FILE} of #{machine.name} is #{mode}"
      end
      found.values.first
    end

    # The database has this account alone, with no more than it needs.
    def expect_least_privileges(account)
      cluster.members.each do |machine|
        names = Status.query(machine, "SELECT User, Host FROM mysql.global_priv WHERE User LIKE 'galera%'").to_s.split
        expect names == [account, 'localhost'], "#{machine.name} has the accounts #{names.join(' ')}"
        grants = Status.query(machine, "SHOW GRANTS FOR '#{account}'@'localhost'").to_s.lines
        expect grants.length == 1 && grants.first.include?("GRANT #{PRIVILEGES} TO"), "its privileges: #{grants.join}"
      end
    end

    # Some member was a donor, and mariadb-backup used the account.
    def expect_transfers_by(account)
      said = cluster.members.flat_map do |machine|
        machine.try('journalctl', '--no-pager', '--output=cat').out.lines.grep(/Connecting to MariaDB server/)
      end
      expect said.any? { |line| line.include?("user: #{account}, password: set") },
             "no donor's mariadb-backup says that it used #{account}: #{said.uniq.join}"
    end

    def expect_no_secret(search, secrets)
      found = search.complaints([PLANTED]).join("\n")
      places = [/a process was called as/, /journal/, %r{/var/log/}]
      places.each { |place| expect found.match?(place), "a planted secret is not found (#{place.source}): #{found}" }
      complaints = search.complaints(secrets)
      expect complaints.empty?, complaints.join('; ')
      note "no secret in journals, logs, reports, the orchestrator's store, nor #{search.samples} command lines"
    end

    # How each member's server talks to the others.
    def options_of_provider
      cluster.members.to_h do |machine|
        options = Status.query(machine, 'SELECT @@GLOBAL.wsrep_provider_options').to_s
        found = options.scan(/socket\.(ssl|dynamic) = (\w+)/).to_h
        [machine.name, found.transform_values { |value| value.match?(/yes|true/i) }]
      end
    end

    def expect_replication(ssl:, dynamic: false)
      found = options_of_provider
      right = found.values.all? { |one| (one['ssl'] || false) == ssl && (one['dynamic'] || false) == dynamic }
      expect right, "members talk to each other as #{found}"
    end

    # A row that is written on one member, and a transfer of it to another whose disk is new, as they are on the wire.
    # How often the row is seen there.
    def row_on_the_wire
      marker = "marker-of-#{name}-#{Process.pid}"
      wire = Wire.new(marker)
      wire.watch do
        member(2).run('mariadb', '--execute', 'CREATE DATABASE IF NOT EXISTS lab; ' \
                                              'CREATE OR REPLACE TABLE lab.marked (text VARCHAR(99)) ENGINE=InnoDB; ' \
                                              "INSERT INTO lab.marked VALUES ('#{marker}')")
        Shell.wait_until('the row on db3', seconds: 30, every: 0.1) { marked(member(3)) == marker }
        come_back_with_new_disk(3)
        expect marked(member(3)) == marker, 'the row did not come to db3 with its state'
      end
      note "#{wire.bytes} bytes on the cables, the row was seen #{wire.found} times"
      expect wire.bytes > 1_000_000, 'too few bytes: was the wire read at all?'
      wire.found
    end

    # With its disk goes its journal, which may be the one that tells of the birth.
    def come_back_with_new_disk(number)
      note "db#{number} comes back with a new disk"
      cluster.renew(["db#{number}"])
      expect_ok run_agent(member(number))
      expect_whole(restarts: -1..0)
    end

    def marked(machine)
      Status.query(machine, 'SELECT text FROM lab.marked').to_s.strip
    end

    # The settings of the cluster's declaration, taken over by the server's own agent run.
    def declare_cluster(parameters, values = {})
      server.environment.write({ 'cluster_size' => MEMBERS, 'cluster_parameters' => parameters }.merge(values))
      server.apply_own_catalog
    end

    # By hand, as an operator does: the next one when the one before is Synced.
    def restart_one_by_one
      cluster.members.each do |machine|
        note "systemctl restart mariadb on #{machine.name}"
        machine.run('systemctl', 'restart', Settings::MARIADB_UNIT)
        Shell.wait_until("#{machine.name} to be Synced", seconds: 90, every: 0.2) do
          Status.wsrep(machine)&.fetch('wsrep_local_state_comment', nil) == 'Synced'
        end
      end
    end

    # Where a search has to find it.
    def plant(machine)
      machine.run('bash', '-c', 'sleep 1; true', PLANTED)
      machine.run('logger', PLANTED)
      machine.write('/var/log/planted', PLANTED)
    end

    def searching
      search = SecretSearch.new([server.machine, *cluster.members])
      search.watch do
        plant(member(1))
        yield
      end
      search
    end
  end
end

Lab::Scenario.define 'transfer-mariabackup', 'state comes by mariadb-backup, with an account that all members share' do
  fresh_cluster(Lab::Scenario::BY_BACKUP)
  search = searching do
    expect_ok run_together
    expect_whole
  end
  account, secret = expect_one_account
  expect_least_privileges(account)
  expect_transfers_by(account)
  expect_second_run_changes_nothing
  expect_no_secret(search, [secret])
end

Lab::Scenario.define 'transfer-mariabackup-five', 'five members at once, their state by mariadb-backup' do
  cluster.choose_platforms(self.class.platforms)
  cluster.fresh(count: 5)
  server.environment.write({ 'cluster_size' => 5 }.merge(Lab::Scenario::BY_BACKUP))
  expect_ok run_together
  expect_whole
  account, = expect_one_account
  expect_transfers_by(account)
end

Lab::Scenario.define 'transfer-without-package', 'mariadb-backup is missing: members name the package' do
  fresh_cluster(Lab::Scenario::BY_BACKUP.merge('more_packages' => []))
  runs = run_together
  runs.each do |run|
    expect run.output.include?('install the package mariadb-backup'), "#{run.name} does not say what is missing"
  end
  started = cluster.members.map { |machine| machine.try('cat', '/var/lib/galera-member/released').ok? }
  expect started.one?, "beside the one that was born there are #{started.count(true) - 1} that were started"
  note 'the package comes, and with it the members'
  server.environment.write({ 'cluster_size' => Lab::Scenario::MEMBERS }.merge(Lab::Scenario::BY_BACKUP))
  expect_ok run_together
  expect_whole
end

Lab::Scenario.define 'secret-rotation', 'a new secret while rows are written: no restart, no gap' do
  fresh_cluster(Lab::Scenario::BY_BACKUP)
  expect_ok run_together
  expect_whole
  old, old_secret = expect_one_account
  ledger = Lab::Ledger.new(cluster.members)
  new = new_secret = nil
  search = searching do
    ledger.keep do
      expect_databases_untouched do
        declare_cluster({ 'sst_secret_version' => 2 }, Lab::Scenario::BY_BACKUP)
        expect_ok run_agent(member(1))
        found = sst_accounts.transform_values(&:first)
        expect found['db1'] != old && found.values_at('db2', 'db3') == [old, old], "after one run: #{found}"
        expect_ok run_together
        expect_ok run_together
      end
      new, new_secret = expect_one_account
      expect_least_privileges(new)
      note format('the longest gap while the secret changed took %.1f s', ledger.longest_gap)
      come_back_with_new_disk(3)
    end
  end
  expect [new, new_secret] != [old, old_secret], 'the secret is the same as before'
  expect_transfers_by(expect_one_account.first)
  complaints = ledger.complaints
  expect complaints.empty?, complaints.join('; ')
  note format('%<rows>d rows acknowledged, all are there; the longest gap took %<gap>.1f s',
              rows: ledger.rows, gap: ledger.longest_gap)
  expect_no_secret(search, [old_secret, new_secret])
end

Lab::Scenario.define 'transfer-tls', 'replication and state are encrypted; in a cluster without TLS they are not' do
  fresh_cluster(Lab::Scenario::BY_BACKUP)
  expect_ok run_together
  expect_whole
  expect_replication(ssl: true)
  expect row_on_the_wire.zero?, 'a row was seen on the wire'
  expect_second_run_changes_nothing
end

Lab::Scenario.define 'tls-on-in-a-living-cluster', 'TLS is turned on while rows are written: by restarts in turn' do
  fresh_cluster
  declare_cluster({ 'replication_tls' => false })
  expect_ok run_together
  expect_whole
  expect_replication(ssl: false)
  expect row_on_the_wire.positive?, 'the row was not seen on a wire without TLS: would it be seen at all?'
  ledger = Lab::Ledger.new(cluster.members)
  ledger.keep do
    expect_databases_untouched do
      declare_cluster({ 'replication_tls' => true })
      expect_ok run_together
    end
    restart_one_by_one
    expect_replication(ssl: true, dynamic: true)
    2.times { expect_ok run_together } # what the last one says comes to the others in their next run
    restart_one_by_one
    expect_replication(ssl: true)
  end
  complaints = ledger.complaints
  expect complaints.empty?, complaints.join('; ')
  note format('%<rows>d rows acknowledged, all are there; the longest gap took %<gap>.1f s',
              rows: ledger.rows, gap: ledger.longest_gap)
  expect_ok run_together
  expect_second_run_changes_nothing
end
