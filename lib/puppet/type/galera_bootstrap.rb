# frozen_string_literal: true

require 'puppet/parameter/boolean'
require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_bootstrap) do
  @doc = <<~DOC
    @summary Starts a new Galera cluster on this node by a grant, at most once per grant.

    Made by plans; never declare it in a manifest: a grant is given by the cluster's plan on the orchestrator, to one
    member, after it has made sure that no other member runs or holds newer data.

    The grant is marked as used on disk before anything else happens, and mariadbd gets `--wsrep-new-cluster` only
    through a one-shot token that is destroyed before mariadbd is executed. A grant that was used on this node, that was
    made for another boot of it, that was armed for another agent run, or that comes while mariadbd runs is refused: that is no failure, the plan is told why.

    What the plan gets (`data` of the token in `synced`, all keys always there):

    | key | value |
    | --- | --- |
    | `grant` | id of the grant |
    | `started` | whether a cluster was, or may have been, started by this grant, now or in an earlier run |
    | `reason` | why it was refused, or why the start failed, or what is still waited for; else undef |
    | `synced` | whether the node was Primary and Synced before `watch` was over |
    | `cluster_status`, `local_state`, `cluster_size`, `state_uuid` | of the running server; else undef |
    | `beginning` | what the cluster began with, where that was an untouched snapshot: the same text for all whose data is the same; else undef |

    @example
      galera_bootstrap { 'birth of cluster_1':
        grant   => '7c1f2a',
        nonce   => 'c0ffee',
        boot_id => '6ccbd2e1-52e0-4556-997b-db403b6cfe72',
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

  newparam(:grant) do
    desc 'The id of the grant: letters, digits and `_ . : -`, at most 128 characters.'
    validate do |value|
      unless value.to_s.match?(/\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\z/)
        raise ArgumentError, "grant must be an id of letters, digits and _ . : -, not #{value.inspect}"
      end
    end
  end

  newparam(:nonce) do
    desc 'The id of the agent run for which the grant was armed (`run` of `galera_observe`); kept with the mark of its
      use.'
    validate { |value| raise ArgumentError, 'nonce must not be empty' if value.to_s.empty? }
  end

  newparam(:boot_id) do
    desc 'The boot of this node for which the grant was armed, as /proc/sys/kernel/random/boot_id has it.'
    validate do |value|
      unless value.to_s.match?(/\A\h{8}(-\h{4}){3}-\h{12}\z/)
        raise ArgumentError, "boot_id must be the UUID of a boot, not #{value.inspect}"
      end
    end
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
    desc 'Addresses of the other members. When one of them answers on Galera\'s port, the grant is refused: all of them
      are held while it is good. Default: none, and nobody is asked.'
    defaultto []
    munge { |value| PuppetX::Galera::Parameters.addresses(value) }
  end

  newparam(:state_uuid) do
    desc 'The state UUID of the data that the node reported. Data of another one is not started with, and data that lost
      its grastate.dat is told this one again. Default: none, as for a first cluster.'
    validate { |value| PuppetX::Galera::Parameters.check_uuid('state_uuid', value) }
  end

  newparam(:new_history, boolean: true, parent: Puppet::Parameter::Boolean) do
    desc 'Whether the cluster gets a new state UUID, so that nobody who has the old history can join over this one. The
      data stays as it is.'
    defaultto false
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

  newparam(:user) do
    desc 'The account that runs mariadbd; it consumes the token.'
    defaultto 'mysql'
  end

  newparam(:watch) do
    desc 'Seconds to watch until the node is Primary and Synced. When they are over the start goes on unwatched.'
    defaultto 60
    validate { |value| PuppetX::Galera::Parameters.check_seconds('watch', value) }
    munge { |value| Integer(value) }
  end

  newproperty(:used) do
    desc 'Whether the grant is used up; `true` is the only value. A grant that is refused counts as used up.'
    newvalues(:true)
    defaultto :true

    def change_to_s(_current, _desired)
      provider.summary
    end
  end

  validate do
    %i[grant nonce boot_id].each do |name|
      raise Puppet::Error, "galera_bootstrap needs #{name}: grants come from the plan of a cluster" if self[name].nil?
    end
  end
end
