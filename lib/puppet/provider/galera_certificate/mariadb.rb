# frozen_string_literal: true

require_relative '../../../puppet_x/galera/member_certificate'
require_relative '../../../puppet_x/galera/server'

Puppet::Type.type(:galera_certificate).provide(:mariadb) do
  desc 'MariaDB on Linux; the certificate of the node is that of Puppet.'

  def current
    files.current? ? :true : :false
  end

  def current=(_value)
    files.write
    server = PuppetX::Galera::Server.new
    server.execute("SET GLOBAL wsrep_provider_options = 'socket.ssl_reload=1';\n") if server.status.encrypts?
  end

  private

  def files
    @files ||= PuppetX::Galera::MemberCertificate.new(resource[:directory], resource[:user])
  end
end
