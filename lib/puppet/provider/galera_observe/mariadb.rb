# frozen_string_literal: true

require_relative '../../../puppet_x/galera/machine'

Puppet::Type.type(:galera_observe).provide(:mariadb) do
  include PuppetX::Galera::Machine

  desc 'MariaDB run by systemd, on Linux.'

  def plan_data
    PuppetX::Galera::Observation.new(unit: unit, datadir: datadir, state: state).to_h
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
