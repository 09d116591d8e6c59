# frozen_string_literal: true

require_relative '../../../puppet_x/galera/machine'
require_relative '../../../puppet_x/plan/run_id'

Puppet::Type.type(:galera_observe).provide(:mariadb) do
  include PuppetX::Galera::Machine

  desc 'MariaDB run by systemd, on Linux.'

  def plan_data
    seen = PuppetX::Galera::Observation.new(unit: unit, datadir: datadir, state: state, server: server).to_h
    note_synced(seen) if seen.values_at('cluster_status', 'local_state') == %w[Primary Synced]
    seen.merge('run' => PuppetX::Plan::RunId.of(resource.catalog))
  end

  # Held means both: nothing runs, and nothing may start. What is Primary is not to be held, nor what may be.
  def hold
    look = unit.look
    return state.held? ? :true : :false unless look.running?

    may_be_primary?(look, server.status) ? :primary : :false
  end

  # The hold comes first, so that nothing can start mariadbd again behind the stop.
  def hold=(_value)
    state.hold
    unit.stop(patience: resource[:stop_timeout])
    state.withdraw_token
  end

  private

  # The data is this installation's own from now on, and what runs may start again: a cluster that was made by others is
  # adopted by this.
  def note_synced(seen)
    seen['held'] = false if state.release
    return if seen['data_incarnation'] == seen['incarnation']

    datadir.leave_incarnation(seen['incarnation'])
    seen['data_incarnation'] = seen['incarnation']
  end

  # One that refuses to answer may be, and one that systemd calls active and that cannot be asked. One that is being
  # sent its data has a Primary donor.
  def may_be_primary?(look, status)
    return true if datadir.transfer_files?

    case status.sql
    when 'ok' then status.cluster_status == 'Primary'
    when 'none' then look.active_state == 'active'
    else true
    end
  end
end
