# frozen_string_literal: true

require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_observe) do
  @doc = <<~DOC
    @summary Looks at the MariaDB of this node and tells a plan what it sees.

    Made by plans; there is seldom a reason to declare it in a manifest. Looking changes nothing on the server and is
    reported as no change; that a server was found Synced is written down: its data is this installation's, and it is not
    held. With `hold => true` it also makes sure that mariadbd is stopped and stays so, over reboots too, until
    `galera_member` or `galera_bootstrap` lifts the hold: that is a change. One that is Primary, or that may be and cannot
    be asked, is left alone, since its cluster may live: `held` tells which it was.

    What the plan gets (`data` of the token in `synced`, all keys always there):

    | key | value |
    | --- | --- |
    | `installed` | whether a mariadbd is on this node at all |
    | `running` | whether the unit's main process lives, or the unit is starting |
    | `unit_state` | ActiveState of the unit, as systemd has it |
    | `held` | whether mariadbd may not start |
    | `sql` | `ok`, `refused` (a server that does not answer) or `none` |
    | `cluster_status`, `local_state`, `cluster_size` | from the running server: `Primary`, `Synced`, 3; else undef |
    | `state_uuid`, `seqno` | the position: of the running server, written down at a clean stop, or recovered by InnoDB; undef and -1 when unknown |
    | `cluster_name` | what the running server calls its cluster (`wsrep_cluster_name`); else undef |
    | `replication` | how the running server talks to the other members: `plain`, `tls` or `both`; else undef |
    | `safe_to_bootstrap` | what grastate.dat says; a witness, no permission |
    | `user_data` | whether any schema but the system's holds something |
    | `knows_view` | whether Galera wrote down its last primary view, and may find it again by itself |
    | `snapshot` | SHA-256 of the snapshot that `db_snapshot_install` put there, or undef |
    | `transfer_interrupted` | whether a state transfer ended in the middle |
    | `grant` | id of a grant whose token mariadbd has not consumed, or undef |
    | `boot_id` | of the running kernel |
    | `run` | a random id of this agent run |
    | `incarnation` | a random id of this installation |
    | `data_incarnation` | that of the installation that was last Synced with this data, or undef; when this look finds it Synced, its own |

    @example Look, and make sure that nothing runs
      galera_observe { 'before the vote':
        hold => true,
      }
  DOC

  # Plans act with it once: it is never applied again because something drifted.
  def self.plan_act?
    true
  end

  # What the plan is told: a Hash of JSON values. A fresh look at each call.
  def plan_data
    provider.plan_data
  end

  newparam(:name, namevar: true) do
    desc 'A name for this look; anything unique.'
  end

  newparam(:service) do
    desc 'The systemd service that runs mariadbd.'
    defaultto 'mariadb'
    validate { |value| PuppetX::Galera::Parameters.check_service(value) }
  end

  newparam(:datadir) do
    desc 'The data directory of mariadbd.'
    defaultto '/var/lib/mysql'
    validate { |value| PuppetX::Galera::Parameters.check_absolute_path('datadir', value) }
  end

  newparam(:stop_timeout) do
    desc 'With `hold => true`: seconds a running mariadbd gets to stop cleanly before it is killed.'
    defaultto 60
    validate { |value| PuppetX::Galera::Parameters.check_seconds('stop_timeout', value) }
    munge { |value| Integer(value) }
  end

  newproperty(:hold) do
    desc <<~TEXT
      Whether mariadbd must be stopped and held. `false` (the default) only looks: it never lifts a hold, and is never
      a change.
    TEXT
    newvalues(:true, :false)
    defaultto :false

    def insync?(current)
      should == :false || current == :primary || super
    end

    def change_to_s(_current, _desired)
      "stopped and held #{resource[:service]}"
    end
  end
end
