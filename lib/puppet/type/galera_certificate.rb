# frozen_string_literal: true

require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_certificate) do
  @doc = <<~DOC
    @summary Keeps a copy of the node's Puppet certificate where mariadbd can read it.

    Made by plans, for clusters whose members talk to each other by TLS. In `directory` are `member.pem` (key and certificate,
    of mode 0600) and `ca.pem`. When Puppet's own certificate was renewed, the copy is, and a server that runs takes it
    for new connections at once.

    @example
      galera_certificate { 'member': }
  DOC

  newparam(:name, namevar: true) do
    desc 'A name for it; anything unique.'
  end

  newparam(:directory) do
    desc 'The directory of the two files.'
    defaultto '/var/lib/galera-member/tls'
    validate { |value| PuppetX::Galera::Parameters.check_absolute_path('directory', value) }
  end

  newparam(:user) do
    desc 'The account that runs mariadbd.'
    defaultto 'mysql'
  end

  newproperty(:current) do
    desc "Whether the copies are as Puppet's files; `true` is the only value."
    newvalues(:true)
    defaultto :true

    def change_to_s(_current, _desired)
      "certificate of this node put into #{resource[:directory]}"
    end
  end
end
