# frozen_string_literal: true

require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_sst_account) do
  @doc = <<~DOC
    @summary The account of state transfers: makes it with a new secret, sealed for the members; or removes it.

    Made by plans, on a member that is Synced: what it does is replicated to all. The account is good for connections on
    the node itself, and has the privileges that mariadb-backup needs of a donor. Its secret never leaves this resource but
    sealed: as a CMS message that only the holders of `certificates` can read. A certificate that Puppet's CA has not
    signed, or has revoked, or whose time is over, is left out, with a warning.

    What the plan gets (`data` of the token in `synced`, all keys always there):

    | key | value |
    | --- | --- |
    | `account` | the account's name |
    | `ensure` | `present` or `absent`, as it was asked for |
    | `sealed` | the account and its secret, sealed; undef when it was not made |
    | `reason` | why it was not made, or removed; else undef |

    @example
      galera_sst_account { 'galera_sst_0_1':
        certificates => [file('/var/lib/puppet/ssl/certs/db1.pem')],
      }
  DOC

  # Plans act with it once: it is never applied again because something drifted.
  def self.plan_act?
    true
  end

  # What the plan is told: a Hash of JSON values, about the last evaluation.
  def plan_data
    provider.plan_data
  end

  newparam(:name, namevar: true) do
    desc 'The name of the account: letters, digits and `_`.'
    validate do |value|
      unless value.to_s.match?(/\A[A-Za-z0-9_]{1,64}\z/)
        raise ArgumentError, "name must be of letters, digits and _, not #{value.inspect}"
      end
    end
  end

  newparam(:certificates, array_matching: :all) do
    desc 'Certificates (PEM) of those who may know the secret.'
    defaultto []
    munge { |value| Array(value).map(&:to_s) }
  end

  newproperty(:ensure) do
    desc 'Whether there is such an account. One that is there is made anew, with another secret.'
    newvalue(:present)
    newvalue(:absent)
    defaultto :present

    def change_to_s(_current, desired)
      desired == :absent ? "removed account #{resource[:name]}" : provider.summary
    end
  end
end
