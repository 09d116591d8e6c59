# frozen_string_literal: true

require_relative '../../../puppet_x/galera/machine'
require_relative '../../../puppet_x/galera/reach'
require_relative '../../../puppet_x/galera/server_settings'
require_relative '../../../puppet_x/galera/snapshot/beginning'
require_relative '../../../puppet_x/galera/start_watch'

Puppet::Type.type(:galera_member).provide(:mariadb) do
  include PuppetX::Galera::Machine

  desc 'MariaDB run by systemd, on Linux.'

  def synced
    look = unit.look
    status = look.running? ? server.status : PuppetX::Galera::Server::Status.new(sql: 'none')
    @outcome = PuppetX::Galera::StartWatch::Outcome.new(status: status, failed: false, look: look)
    return :nobody if nobody_to_join?(look)
    return stop_first? ? :false : :true if look.running? && (resource.restart? || resource.anew?)

    status.synced? && !state.held? ? :true : :false
  end

  def synced=(_value)
    anew = @outcome.look.running? && stop_first?
    refuse_contradiction if anew || !@outcome.look.running?
    unit.stop(patience: resource[:watch]) if anew
    @started = !unit.look.running?
    prepare if @started
    Kernel.sleep(resource[:delay]) if @started
    state.release
    unit.start if @started
    @outcome = PuppetX::Galera::StartWatch.new(unit: unit, server: server)
                                          .wait(resource[:watch], before: unit.look)
    raise Puppet::Error, "#{unit.name} did not start: #{@outcome.reason}" if @outcome.failed && !nobody_reached?
  end

  def summary
    status = @outcome.status
    return "started #{unit.name}, not yet Synced: #{waiting}" unless status.synced?

    "is #{status.cluster_status} and #{status.local_state}, cluster size #{status.cluster_size}"
  end

  def plan_data
    synced unless @outcome
    status = @outcome.status
    { 'synced' => status.synced?, 'started' => @started == true, 'failed' => @outcome.failed,
      'reason' => @outcome.reason || (waiting unless status.synced?),
      'progress' => (progress unless status.synced?), 'cluster_status' => status.cluster_status,
      'local_state' => status.local_state, 'cluster_size' => status.cluster_size, 'state_uuid' => status.state_uuid }
  end

  private

  # Whether the server that runs has to stop before it can be what it is to be. One in no component never comes back by
  # itself; what it has is on its disk.
  def stop_first?
    status = @outcome.status
    return true if status.disconnected?
    return may_restart?(status) if resource.restart?

    resource.anew? && kept_from_others?(status)
  end

  # What it would run with is not what the plan decided: it would be in another cluster than its own, or in none.
  def refuse_contradiction
    return unless resource[:config_file]

    @outcome.reason = PuppetX::Galera::ServerSettings.new(resource[:config_file]).contradiction
    return unless @outcome.reason

    @outcome.failed = true
    raise Puppet::Error, "#{unit.name} was not started: #{@outcome.reason}"
  end

  def prepare
    # What an earlier grant left must not turn a joining start into the start of a second cluster.
    state.withdraw_token
    # The transfer replaces what an interrupted installation of a snapshot left; nothing may be begun anew on it.
    state.installing = nil
    state.new_history = nil
    enter_history if resource[:history] && resource[:beginning]
  end

  # Where the data is still that with which the cluster began, the others need to send only what came later. While it is
  # held nobody else can start a server on it.
  def enter_history
    look = unit.look
    beginning = PuppetX::Galera::Snapshot::Beginning.new(datadir: datadir, state: state)
    return if !state.held? || look.starting? || beginning.digest != resource[:beginning]
    return unless beginning.enter(resource[:history], user: resource[:user])

    Puppet.notice("#{resource.ref}: the data is what the cluster began with, it takes only what came later")
  end

  def nobody_to_join?(look)
    peers = resource[:peers]
    return false if look.running? || look.job || peers.empty? || PuppetX::Galera::Reach.any?(peers, resource[:port])

    @outcome.failed = true
    @outcome.reason = "none of #{peers.join(', ')} answers on port #{resource[:port]}: there is nobody to join"
    Puppet.notice("#{resource.ref}: #{@outcome.reason}")
    true
  end

  # One that receives a state transfer is connected to its group.
  def kept_from_others?(status)
    return false if status.cluster_status == 'Primary' || PuppetX::Galera::Reach.connected?(resource[:port])

    PuppetX::Galera::Reach.any?(resource[:peers], resource[:port])
  end

  # Not when it would leave too few: the plan asks again.
  def may_restart?(status)
    there = status.cluster_size.to_i
    return true if status.synced? && there >= resource[:members]

    @outcome.reason = "its component has #{there} of #{resource[:members]} members: it was not restarted"
    false
  end

  # Whom it tried to join was not Primary: no fault of this node, the plan waits for one that is.
  def nobody_reached?
    return false unless PuppetX::Galera::StartWatch.nobody_reached?(@outcome.reason)

    Puppet.notice("#{resource.ref}: #{@outcome.reason}")
    true
  end

  def progress
    { 'unit_state' => @outcome.look.active_state, 'local_state' => @outcome.status.local_state,
      'bytes' => datadir.bytes }
  end

  def waiting
    state_shown = @outcome.status.local_state || 'no answer by SQL yet'
    "#{unit.name} is #{@outcome.look.active_state}, #{state_shown}"
  end
end
