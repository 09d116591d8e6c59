# frozen_string_literal: true

require_relative '../../../puppet_x/galera/machine'
require_relative '../../../puppet_x/galera/reach'
require_relative '../../../puppet_x/plan/run_id'
require_relative '../../../puppet_x/galera/server_settings'
require_relative '../../../puppet_x/galera/snapshot/beginning'
require_relative '../../../puppet_x/galera/start_watch'

Puppet::Type.type(:galera_bootstrap).provide(:mariadb) do
  include PuppetX::Galera::Machine

  desc 'MariaDB run by systemd, on Linux.'

  def used
    @outcome = nil
    @reason = refusal
    @started_earlier = state.grant_used?(resource[:grant]) && !never_started?
    return :false unless @reason

    Puppet.notice("#{resource.ref}: refused: #{@reason}")
    :true
  end

  def used=(_value)
    @outcome = nil
    unless state.use_grant(resource[:grant], 'nonce' => resource[:nonce], 'boot_id' => resource[:boot_id])
      @reason = "grant #{resource[:grant]} was used on this node before"
      return
    end

    start
    conclude
  end

  def summary
    return "refused: #{@reason}" unless @outcome
    return "grant #{resource[:grant]} used, #{@reason}" unless @outcome.synced?

    "started a new cluster by grant #{resource[:grant]}: #{@outcome.status.cluster_status}, " \
      "#{@outcome.status.local_state}, size #{@outcome.status.cluster_size}"
  end

  def plan_data
    status = @outcome ? @outcome.status : PuppetX::Galera::Server::Status.new(sql: 'none')
    { 'grant' => resource[:grant], 'started' => started?, 'reason' => reason,
      'synced' => status.synced?, 'cluster_status' => status.cluster_status, 'local_state' => status.local_state,
      'cluster_size' => status.cluster_size, 'state_uuid' => status.state_uuid, 'beginning' => @beginning }
  end

  private

  # Why the grant cannot be used here and now, or nil.
  def refusal
    look = unit.look
    if look.load_state == 'not-found'
      raise Puppet::Error, "there is no #{unit.name} on this node: install MariaDB before the cluster's plan starts it"
    end

    not_for_now || not_here(look)
  end

  # The grant is another boot's, or another run's.
  def not_for_now
    here = PuppetX::Galera::Observation.boot_id
    if state.grant_used?(resource[:grant]) then "grant #{resource[:grant]} was used on this node before"
    elsif here != resource[:boot_id] then "the grant is for boot #{resource[:boot_id]}, this is boot #{here}"
    elsif resource[:nonce] != PuppetX::Plan::RunId.of(resource.catalog) then 'the grant was armed for another agent run'
    end
  end

  def not_here(look)
    if look.running? then "#{unit.name} is running"
    elsif resource.new_history? && datadir.transfer_files? then 'a state transfer to this node was interrupted'
    elsif another_history? then 'the data is of another history than was reported'
    elsif state.installing then 'the installation of a snapshot was interrupted and has not been finished'
    elsif PuppetX::Galera::Reach.any?(resource[:peers], resource[:port])
      "one of #{resource[:peers].join(', ')} answers on port #{resource[:port]}: somebody runs already"
    else
      resource[:config_file] && PuppetX::Galera::ServerSettings.new(resource[:config_file]).contradiction
    end
  end

  def another_history?
    recorded = datadir.recorded_position.uuid
    resource[:state_uuid] && recorded && recorded != resource[:state_uuid]
  end

  # The order matters: each step is durable before the next, and the token is the last that is needed for a start.
  def start
    begin_new_history if resource.new_history?
    @beginning = PuppetX::Galera::Snapshot::Beginning.new(datadir: datadir, state: state).digest
    datadir.allow_bootstrap(resource[:state_uuid])
    state.write_token(grant: resource[:grant], boot_id: resource[:boot_id], user: resource[:user])
    state.release
    unit.start
    @outcome = PuppetX::Galera::StartWatch.new(unit: unit, server: server)
                                          .wait(resource[:watch], before: unit.look)
  end

  # What was given up is written down first: data without a state UUID would be taken for that of a broken transfer.
  def begin_new_history
    state.new_history = { 'grant' => resource[:grant], 'given_up' => datadir.recorded_position.uuid }
    datadir.forget_history
  end

  def conclude
    state.new_history = nil if @outcome.synced?
    return if @outcome.synced?

    unless @outcome.failed
      @reason = "#{unit.name} is still starting (#{@outcome.look.active_state})"
      return
    end

    # A failed start must not leave a token for the next one. If mariadbd had not consumed it, nothing was started.
    @never_ran = state.withdraw_token
    state.hold if @never_ran
    @reason = @outcome.reason
    raise Puppet::Error, "starting a new cluster by grant #{resource[:grant]} failed: #{@reason}"
  end

  def started?
    return @started_earlier == true if @outcome.nil?

    # One that is still starting may yet take its token.
    !@never_ran && (!@outcome.failed || state.token.nil?)
  end

  # Of a grant that was marked as used in an earlier run, which may have been killed anywhere after that: did it start
  # nothing, and never will? So it is when its token was taken back (now, or before), or when the node never was in a
  # cluster and nothing here makes a new one. What is said here gives the grant back, and lets another one be made.
  def never_started?
    return true if state.unspent?(resource[:grant])
    return false if datadir.recorded_position.uuid

    !start_under_way? && withdraw_own_token
  end

  # A start by this grant that an earlier run asked for. Should the start be another one, without the grant, mariadbd
  # shows it by how it was called.
  def start_under_way?
    look = unit.look
    return false unless look.running? || look.job
    return resource[:boot_id] == PuppetX::Galera::Observation.boot_id if state.token == resource[:grant]

    look.running? && unit.makes_new_cluster?(look)
  end

  # False when mariadbd consumed it in this very moment.
  def withdraw_own_token
    state.token != resource[:grant] || state.withdraw_token
  end

  def reason
    return @reason if @reason || @outcome

    'not evaluated: the run is a simulation (noop) or the resource was skipped'
  end
end
