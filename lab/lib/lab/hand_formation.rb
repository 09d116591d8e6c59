# frozen_string_literal: true

module Lab
  # Forms a cluster as someone does by hand who knows everything beforehand: which member leads, every address, and that
  # all packages are installed. What a formation by agent runs is measured against.
  class HandFormation
    CONFIGURATION = '/etc/mysql/mariadb.conf.d/60-by-hand.cnf'
    SYNCED_SECONDS = 120

    # Seconds from the start to the end of each step, in order.
    attr_reader :timeline

    def initialize(machines)
      @machines = machines
      @timeline = []
    end

    # Installs MariaDB where it is missing; not part of the formation.
    def prepare
      Shell.in_parallel(@machines) do |machine|
        machine.run('apt-get', '-q', '-y', 'install', 'mariadb-server')
      end
    end

    # Returns the seconds from writing the first line of configuration to the last member's Synced at full size.
    def call
      @from = Shell.now
      leader, *followers = @machines
      Shell.in_parallel(@machines) { |machine| configure(machine) }
      reached 'configuration written, mariadb stopped'
      leader.run('galera_new_cluster')
      reached "#{leader.name} has bootstrapped"
      Shell.in_parallel(followers) { |machine| machine.run('systemctl', 'start', Settings::MARIADB_UNIT) }
      reached 'the others have started'
      @machines.each { |machine| wait_until_synced(machine) }
      reached 'all Synced at full size'
    end

    private

    def reached(what)
      seconds = Shell.now - @from
      @timeline << [seconds, what]
      seconds
    end

    def configure(machine)
      machine.run('sh', '-c', "cat > #{CONFIGURATION}; systemctl stop mariadb", input: configuration(machine))
    end

    def configuration(machine)
      <<~CONF
        [galera]
        wsrep_on = ON
        wsrep_provider = /usr/lib/galera/libgalera_smm.so
        wsrep_cluster_name = by_hand
        wsrep_cluster_address = gcomm://#{@machines.map(&:address).join(',')}
        wsrep_node_name = #{machine.certname}
        wsrep_node_address = #{machine.address}
        wsrep_sst_method = rsync
        binlog_format = ROW
        default_storage_engine = InnoDB
        innodb_autoinc_lock_mode = 2
        bind-address = 0.0.0.0
      CONF
    end

    def wait_until_synced(machine)
      Shell.wait_until("#{machine.name} to be Synced", seconds: SYNCED_SECONDS) do
        wsrep = Status.wsrep(machine)
        wsrep && wsrep['wsrep_local_state_comment'] == 'Synced' && wsrep['wsrep_cluster_size'] == @machines.length
      end
    end
  end
end
