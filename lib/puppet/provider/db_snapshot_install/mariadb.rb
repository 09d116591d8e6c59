# frozen_string_literal: true

require_relative '../../../puppet_x/galera/member_state'
require_relative '../../../puppet_x/galera/server'
require_relative '../../../puppet_x/galera/snapshot/format'
require_relative '../../../puppet_x/galera/snapshot/installation'
require_relative '../../../puppet_x/galera/snapshot/source'
require_relative '../../../puppet_x/galera/unit'

Puppet::Type.type(:db_snapshot_install).provide(:mariadb) do
  desc 'MariaDB run by systemd, on Linux.'

  # The checksum of the installed snapshot, or :interrupted, :occupied or :absent.
  def sha256
    return :interrupted if installation.interrupted?
    return :occupied if installation.occupied? && installation.installed != resource[:sha256]

    installation.installed || :absent
  end

  # The checksum and the format come first: nothing is written or stopped for a snapshot that cannot be used.
  def sha256=(value)
    check_mariadb
    state.prepare
    source = PuppetX::Galera::Snapshot::Source.new(resource[:source], environment: environment, directory: state.path)
    source.verified(value) do |path|
      format = PuppetX::Galera::Snapshot::Format.new(path, source: resource[:source], expected: resource[:format])
      stop_and_hold
      installation.install(path, format, 'title' => resource.title, 'sha256' => value)
    end
  end

  def say_left_alone
    message = "#{resource.ref}: #{resource[:datadir]} holds data already, it is left alone"
    return Puppet.debug(message) if resource.noop? || !state.first_time?("left-alone-#{resource[:sha256][0, 16]}")

    Puppet.notice(message)
  end

  def plan_data
    { 'sha256' => installation.installed }
  end

  private

  def check_mariadb
    return if PuppetX::Galera::Command.run('mariadbd', '--no-defaults', '--version').ok?

    raise Puppet::Error, 'there is no mariadbd on this node: put the package resource before this one'
  end

  def stop_and_hold
    running = unit.look.running?
    if running && server.status.galera
      raise Puppet::Error, "#{unit.name} runs as a member of a cluster; a snapshot is installed only before its " \
                           'cluster is born. Remove this resource, or load the data through the cluster'
    end

    state.hold
    unit.stop(patience: 60) if running
  end

  def environment
    resource.catalog.environment_instance
  end

  def installation
    PuppetX::Galera::Snapshot::Installation.new(
      datadir: PuppetX::Galera::Datadir.new(resource[:datadir]), state: state,
      user: resource[:user], timeout: resource[:timeout]
    )
  end

  def unit
    @unit ||= PuppetX::Galera::Unit.new(resource[:service])
  end

  def server
    @server ||= PuppetX::Galera::Server.new
  end

  def state
    @state ||= PuppetX::Galera::MemberState.new
  end
end
