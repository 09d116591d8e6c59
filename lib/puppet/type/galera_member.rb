# frozen_string_literal: true

require 'puppet/parameter/boolean'
require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_member) do
  @doc = <<~DOC
    @summary Lets MariaDB start as a member of its running cluster and watches it become Synced.

    Made by plans. Lifts the hold, starts the service without blocking the run (unless it runs already), then watches:
    a state transfer may take longer than one agent run, and goes on when `watch` is over. It never starts a new
    cluster: a token that an earlier grant left unconsumed is destroyed first. A server that runs in no component of
    the cluster (`Disconnected`) is stopped and started anew, since it does not come back by itself.

    With `peers`, a server that does not run is started only when one of them answers on Galera's port. A peer that answers
    proves nothing; but when none does there is nobody to join, and mariadbd would give up half a minute later.

    A node that is Synced already is in sync, as is one that has nobody to join. A start that fails is a failure of the
    resource, with the last lines of the journal that say why; a start that is merely not finished is none.

    What the plan gets (`data` of the token in `synced`, all keys always there):

    | key | value |
    | --- | --- |
    | `synced` | whether the node is Primary and Synced |
    | `started` | whether this act started the service, or it was starting |
    | `failed` | whether the start has failed |
    | `reason` | why it failed, in mariadbd's own words, or what is still waited for; else undef |
    | `progress` | while not Synced: `unit_state`, `local_state`, `bytes` in the data directory; else undef |
    | `cluster_status`, `local_state`, `cluster_size`, `state_uuid` | of the running server; else undef |

    @example
      galera_member { 'join cluster_1':
        watch => 90,
      }
  DOC

  # Plans act with it once: it is never applied again because something drifted.
  def self.plan_act?
    true
  end

  # Whether a plan may have acted with it here, when nothing else is known any more. +parameters+: those of the plan.
  def self.plan_acted?(parameters)
    require_relative '../../puppet_x/galera/membership'
    PuppetX::Galera::Membership.traces?(*parameters.values_at('datadir').compact)
  end

  # What the plan is told: a Hash of JSON values, about the last evaluation.
  def plan_data
    provider.plan_data
  end

  newparam(:name, namevar: true) do
    desc 'A name for this act; anything unique.'
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

  newparam(:peers) do
    desc 'Addresses of the other members. Default: none, and nobody is asked.'
    defaultto []
    munge { |value| PuppetX::Galera::Parameters.addresses(value) }
  end

  newparam(:config_file) do
    desc "The plan's own file of settings: nothing is started while another file makes the server read another cluster's
      name, other addresses, another library, or that it is in no cluster. Default: that is not looked at."
    validate { |value| PuppetX::Galera::Parameters.check_absolute_path('config_file', value) }
  end

  newparam(:port) do
    desc "The port of Galera's group communication."
    defaultto 4567
    validate { |value| PuppetX::Galera::Parameters.check_port(value) }
    munge { |value| Integer(value) }
  end

  newparam(:history) do
    desc 'The state UUID of the cluster. Data that is still what the cluster began with, as `beginning` says, enters
      this history where it began, and takes from the others only what came later. Default: a member without a history
      takes all.'
    validate { |value| PuppetX::Galera::Parameters.check_uuid('history', value) }
  end

  newparam(:beginning) do
    desc 'What the cluster began with, as `galera_bootstrap` told it.'
  end

  newparam(:user) do
    desc 'The account that runs mariadbd and owns the data directory.'
    defaultto 'mysql'
  end

  newparam(:restart, boolean: true, parent: Puppet::Parameter::Boolean) do
    desc 'Whether a server that runs is stopped and started, once, so that what it runs with takes effect; only when it
      sees `members` others and itself in its component.'
    defaultto false
  end

  newparam(:anew, boolean: true, parent: Puppet::Parameter::Boolean) do
    desc 'Whether a server that runs, is not Primary, and is connected to nobody though one of `peers` answers, is
      stopped first: what it was started with keeps it from them. Every other server that runs is left alone.'
    defaultto false
  end

  newparam(:members) do
    desc 'With `restart => true`: how many must be in the component, this one included.'
    defaultto 1
    validate do |value|
      unless value.to_s.match?(/\A[1-9]\d*\z/)
        raise ArgumentError,
              "members must be a number from 1 on, not #{value.inspect}"
      end
    end
    munge { |value| Integer(value) }
  end

  newparam(:delay) do
    desc 'Seconds to let pass before the service is started, for members that start together: Galera lets one that comes
      within half a second of another wait for five (`gmcast.time_wait`).'
    defaultto 0
    validate { |value| PuppetX::Galera::Parameters.check_seconds('delay', value) }
    munge { |value| Integer(value) }
  end

  newparam(:watch) do
    desc 'Seconds to watch until the node is Synced. When they are over the start goes on unwatched.'
    defaultto 60
    validate { |value| PuppetX::Galera::Parameters.check_seconds('watch', value) }
    munge { |value| Integer(value) }
  end

  newproperty(:synced) do
    desc 'Whether the node is a Synced member of a primary component; `true` is the only value.'
    newvalues(:true)
    defaultto :true

    def insync?(current)
      current == :nobody || super
    end

    def change_to_s(_current, _desired)
      provider.summary
    end
  end
end
