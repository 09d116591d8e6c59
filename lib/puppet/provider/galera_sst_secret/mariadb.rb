# frozen_string_literal: true

require_relative '../../../puppet_x/galera/sealed'
require_relative '../../../puppet_x/galera/server'
require_relative '../../../puppet_x/galera/sst_account'
require_relative '../../../puppet_x/galera/sst_method'

Puppet::Type.type(:galera_sst_secret).provide(:mariadb) do
  desc 'MariaDB on Linux; the private key of the node is that of Puppet.'

  def account
    PuppetX::Galera::SstMethod.check(resource[:sst_method])
    current = file.account
    return current || :absent if resource[:sealed].nil? || current == resource[:account]

    @auth = PuppetX::Galera::Sealed.open(resource[:sealed])
    return current || :absent if @auth

    Puppet.warning("#{resource.ref}: account #{resource[:account]} was sealed for another certificate than this node's")
    :sealed_for_others
  end

  def account=(name)
    unless @auth.start_with?("#{name}:")
      raise Puppet::Error, "what was sealed is not account #{name}; nothing was written"
    end

    file.write(@auth)
  ensure
    @auth = nil
  end

  def plan_data
    { 'account' => file.account, 'accepted' => accepted }
  end

  private

  def accepted
    return nil unless resource[:check] == :true && file.account

    PuppetX::Galera::Server.new.admits?(*file.entry)
  end

  def file
    PuppetX::Galera::SstSecretFile.new(resource[:path], resource[:user])
  end
end
