# frozen_string_literal: true

require_relative '../../../puppet_x/galera/machine'

Puppet::Type.type(:galera_observe).provide(:mariadb) do
  include PuppetX::Galera::Machine

  desc 'MariaDB run by systemd, on Linux.'

  def plan_data
    PuppetX::Galera::Observation.new(unit: unit, datadir: datadir, state: state).to_h
  end

  # Held means both: nothing runs, and nothing may start.
  def hold
    state.held? && !unit.look.running? ? :true : :false
  end

  # The hold comes first, so that nothing can start mariadbd again behind the stop.
  def hold=(_value)
    state.hold
    unit.stop(patience: resource[:stop_timeout])
    state.withdraw_token
  end
end
