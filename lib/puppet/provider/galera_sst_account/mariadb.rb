# frozen_string_literal: true

require_relative '../../../puppet_x/galera/node_certificate'
require_relative '../../../puppet_x/galera/sealed'
require_relative '../../../puppet_x/galera/server'
require_relative '../../../puppet_x/galera/sst_account'

Puppet::Type.type(:galera_sst_account).provide(:mariadb) do
  desc 'MariaDB on Linux, asked as root.'

  # Nothing is to be made or removed where the server is not Synced: whoever wants it asks another member.
  def ensure
    @sealed = nil
    @reason = nil
    status = server.status
    unless status.synced?
      @reason = "the database server is not Synced but #{status.local_state || 'does not answer'}"
      Puppet.notice("#{resource.ref}: refused: #{@reason}")
      return resource[:ensure]
    end

    resource[:ensure] == :absent && !account.exist?(server) ? :absent : :made_before
  end

  def ensure=(value)
    value == :absent ? account.drop(server) : make
  rescue Puppet::Error => e
    @reason = e.message
    raise
  end

  def summary
    "made account #{resource[:name]}, its secret is sealed for #{@readers} certificate(s)"
  end

  def plan_data
    { 'account' => resource[:name], 'ensure' => resource[:ensure].to_s, 'sealed' => @sealed, 'reason' => @reason }
  end

  private

  def make
    good = resource[:certificates].select { |pem| good?(pem) }
    raise Puppet::Error, 'no certificate is left to seal the secret for' if good.empty?

    @sealed = PuppetX::Galera::Sealed.seal(account.create(server), good)
    @readers = good.length
  end

  def good?(pem)
    objection = PuppetX::Galera::NodeCertificate.objection(pem)
    Puppet.warning("#{resource.ref}: #{objection}; its holder is not told the secret") if objection
    objection.nil?
  end

  def account
    PuppetX::Galera::SstAccount.new(resource[:name])
  end

  def server
    @server ||= PuppetX::Galera::Server.new
  end
end
