# frozen_string_literal: true

# Data that does not fit: of another history, of another time, of another cluster, or damaged. It is never joined over,
# never wiped, and never started with, until somebody says so.

module Lab
  # What the parts of it have in common.
  class Scenario
    DATA = 'var/lib/mysql'
    # What a disk's image has of a member: its data, what it knows of grants, and the agent's own state.
    IMAGED = [DATA, 'var/lib/galera-member', 'var/cache/puppet'].freeze
    # A cluster that somebody else made, of one member, with a table of its own.
    FOREIGN = <<~SHELL
      set -e
      mv /var/lib/mysql /var/lib/mysql.ours
      mariadb-install-db --user=mysql >/dev/null
      install -d -o mysql -g mysql /run/mysqld
      systemd-run --quiet --unit=foreign mariadbd --user=mysql --wsrep-new-cluster
      until mariadb --execute 'CREATE DATABASE foreign_shop' 2>/dev/null; do systemctl is-active --quiet foreign; done
      mariadb-admin shutdown
      while systemctl is-active --quiet foreign; do :; done
    SHELL

    private

    # Of a machine without power.
    def image_of(machine, name)
      FileUtils.mkdir_p(Settings.path('images'))
      image = Settings.path('images', "#{name}.tar")
      Shell.run('tar', '--numeric-owner', '-C', machine.disk, '-cf', image, *IMAGED)
      image
    end

    def put_image(machine, image)
      IMAGED.each { |path| FileUtils.rm_rf(File.join(machine.disk, path)) }
      Shell.run('tar', '--numeric-owner', '-C', machine.disk, '-xf', image)
    end

    def stop_all_and_boot(ledger)
      stop_one_after_another(ledger)
      yield if block_given?
      boot(*cluster.members)
    end
  end
end

Lab::Scenario.define 'outage-foreign-history',
                     'after an outage one has data of another cluster: nothing starts; the others go on without it' do
  with_ledger do |ledger|
    stop_all_and_boot(ledger)
    member(3).run('bash', '-c', 'touch /var/lib/galera-member/released; systemctl stop mariadb')
    member(3).run('timeout', 120, 'bash', '-c', Lab::Scenario::FOREIGN)
    expect_waiting_for(run_in_vain(*cluster.members).reject { |run| run.name == member(3).name }, 'one history', 'db3',
                       risk: 'to start with one of them loses the data of the others')
    note 'its own data is put back'
    member(3).run('bash', '-c', 'systemctl stop mariadb; mv /var/lib/mysql /var/lib/mysql.foreign && ' \
                                'mv /var/lib/mysql.ours /var/lib/mysql')
    expect_back(ledger, restarts: 1..1)
    expect Dir.exist?(File.join(member(3).disk, 'var/lib/mysql.foreign/foreign_shop')), 'the foreign data is gone'
  end
end

Lab::Scenario.define 'outage-position-unreadable',
                     'the newest member cannot say what it has: nothing starts until its disk is whole again' do
  with_ledger do |ledger|
    log = File.join(member(3).disk, Lab::Scenario::DATA, 'ib_logfile0')
    stop_all_and_boot(ledger) do
      FileUtils.rm_f(File.join(member(3).disk, Lab::Scenario::DATA, 'grastate.dat'))
      FileUtils.cp(log, "#{log}.whole", preserve: true)
      File.open(log, 'r+b') { |file| file.write("\xff".b * 16_384) }
    end
    expect_waiting_for(run_in_vain(*cluster.members, broken: member(3)), 'a position of db3',
                       risk: 'it may be newer than that of all the others')
    note 'the disk of db3 is mended'
    member(3).run('systemctl', 'stop', 'mariadb')
    FileUtils.mv("#{log}.whole", log)
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'outage-disk-set-back',
                     'a restored image of the newest disk: nothing starts with older data than was heard of' do
  with_ledger do |ledger|
    note 'an image of db3 is made'
    stop_database(member(3))
    cut(member(3))
    old = image_of(member(3), 'old')
    boot(member(3))
    expect_ok run_together
    ledger.wait_for_rows(20)
    expect_ok run_agent(member(3)) # by which its position is heard of
    newest = nil
    stop_all_and_boot(ledger) do
      newest = image_of(member(3), 'newest')
      put_image(member(3), old)
    end
    expect_waiting_for(run_in_vain(*cluster.members), 'the data of db3', 'an older state of its disk is there',
                       risk: 'what was written after that may be nowhere else')
    note 'the right disk of db3 is found'
    cut(member(3))
    put_image(member(3), newest)
    boot(member(3))
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'wrong-cluster-name',
                     "a user's own file names another cluster: nothing is restarted or started until it is taken out" do
  with_ledger do |ledger|
    ledger.wait_for_rows(10)
    server.environment.write_node(member(3).certname, 'extra_settings' => 'wsrep_cluster_name = another')
    run = expect_databases_untouched { run_agent(member(3)) }
    says = /wsrep_cluster_name is 'another' to the server.*90-extra\.cnf says otherwise/
    expect run.output.match?(says) && !run.ok?, "the run of db3 does not fail with the name: #{run.meaning}"
    cut(member(3))
    boot(member(3))
    run = run_agent(member(3))
    expect component(member(3)) != 'Primary', 'db3 is in a cluster'
    expect run.output.match?(says), "the run of db3 does not say so: #{run.output}"
    note 'the name is taken out'
    server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
    expect_ok run_agent(member(3))
    expect_whole
  end
ensure
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
end

Lab::Scenario.define 'member-moved',
                     'a member is declared for another cluster: it stays until it has left, and brings no data there' do
  formed_cluster
  cluster.renew(%w[db4], instead_of: [])
  both = { 'cluster_size' => 3, 'more_clusters' => { 'cluster_2' => { 'cluster_size' => 2 } } }
  moved = { 'cluster' => 'cluster_2' }
  server.environment.write(both)
  server.environment.write_node(member(4).certname, moved)
  server.apply_own_catalog
  expect_ok run_agent(member(4))
  first, second = [member(1), member(4)].map { |machine| Lab::Status.wsrep(machine)['wsrep_cluster_state_uuid'] }
  expect first != second && second, "the clusters have the histories #{first} and #{second}"

  note 'db3 is declared for cluster_2'
  server.environment.write_node(member(3).certname, moved)
  run = run_agent(member(3))
  expect run.output.match?(/is in cluster_1 and stays there.*ensure => absent/),
         "db3 does not say that it stays: #{run.output}"
  expect Lab::Status.wsrep(member(3))['wsrep_cluster_state_uuid'] == first, 'db3 is in another cluster'

  note 'db3 leaves cluster_1, and comes to cluster_2 with its data'
  server.environment.write_node(member(3).certname, 'member_parameters' => { 'ensure' => 'absent' })
  expect_ok run_agent(member(3))
  member(3).run('systemctl', 'stop', 'mariadb')
  server.environment.write_node(member(3).certname, moved)
  run = run_agent(member(3))
  expect run.output.include?('to be made empty: it holds data of another history'),
         "db3 says: #{run.output.lines.grep(/waiting/).join}"
  member(3).run('bash', '-c', 'mv /var/lib/mysql /var/lib/mysql.old && mariadb-install-db --user=mysql >/dev/null')
  expect_ok run_agent(member(3))
  sizes = [1, 2, 3, 4].map { |number| Lab::Status.wsrep(member(number))['wsrep_cluster_size'] }
  expect sizes == [2, 2, 2, 2], "the members see components of #{sizes}"
ensure
  self.class.spoilt = true # it leaves two clusters of two
end
