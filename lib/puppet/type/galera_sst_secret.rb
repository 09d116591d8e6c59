# frozen_string_literal: true

require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:galera_sst_secret) do
  @doc = <<~DOC
    @summary Puts the account of state transfers, which came sealed, where only MariaDB's scripts can read it.

    Made by plans. The file is of mode 0600 and belongs to the account that runs mariadbd. It is written anew when the
    account in it is another one. What was sealed for a certificate that this node does not have (any more) is left alone,
    with a warning: a member seals the next one for the certificate that the node has now.

    A node on which what state transfers need is not installed is a failure, with the name of the package.

    What the plan gets (`data` of the token in `synced`, all keys always there):

    | key | value |
    | --- | --- |
    | `account` | the account in the file, or undef |
    | `accepted` | with `check`: whether the database server lets the account in; undef when none runs |

    @example
      galera_sst_secret { 'sst':
        path => '/etc/mysql/mariadb.conf.d/80-galera-sst.cnf',
      }
  DOC

  # What the plan is told: a Hash of JSON values. A fresh look at each call.
  def plan_data
    provider.plan_data
  end

  newparam(:name, namevar: true) do
    desc 'A name for it; anything unique.'
  end

  newparam(:path) do
    desc 'The file: one that MariaDB reads with its configuration.'
    validate { |value| PuppetX::Galera::Parameters.check_absolute_path('path', value) }
  end

  newparam(:sealed) do
    desc 'The account and its secret, as `galera_sst_account` sealed them. Default: nothing is written.'
  end

  newparam(:user) do
    desc 'The account that runs mariadbd.'
    defaultto 'mysql'
  end

  newparam(:sst_method) do
    desc 'The way in which state is transferred, for which this node must be fit.'
    defaultto 'mariabackup'
  end

  newparam(:check) do
    desc 'Whether to try if the database server lets the account in.'
    newvalues(:true, :false)
    defaultto :false
  end

  newproperty(:account) do
    desc 'The name of the account that the file must hold. `any` (the default) only looks.'
    defaultto 'any'

    def insync?(current)
      should == 'any' || current == :sealed_for_others || super
    end

    def change_to_s(_current, desired)
      "state transfers use account #{desired}"
    end
  end

  validate do
    raise Puppet::Error, 'galera_sst_secret needs path: the file that MariaDB reads' if self[:path].nil?
  end
end
