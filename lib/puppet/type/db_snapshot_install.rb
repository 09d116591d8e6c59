# frozen_string_literal: true

require_relative '../../puppet_x/galera/parameters'

Puppet::Type.newtype(:db_snapshot_install) do
  @doc = <<~DOC
    @summary Puts a database snapshot into a data directory that has no user data, once.

    A snapshot is a SQL dump, or a copy made by mariabackup as a directory or an archive (tar or xbstream). Dumps and
    archives may be compressed by gzip, xz or zstd; what a file is, is seen from its content and not from its name.

    * A data directory that holds user data, or that belongs to a cluster already, is left alone: the resource is in
      sync.
    * With a wrong checksum the resource fails, and nothing was written.
    * mariadbd is stopped and held while the snapshot is installed. A server that runs on the empty data directory and
      is in no cluster is stopped for it; the plan of `galera::host` starts it again when its time has come.
    * An installation that was interrupted is begun anew in the next run. A half-installed snapshot is never taken for a
      whole one.
    * A dump is loaded by a server of its own that nobody else can reach; it can run SQL, but no commands of the client.

    Members that installed the same snapshot, and got the same rows and accounts of it, join their cluster without a
    transfer of all state: only what was written since comes to them. A dump's rows are read once for that, when it is
    loaded. Whose data was touched since takes all, as does who comes when the others do not remember everything.

    Put it after the package and before the service, as in the example. What a plan gets as its `data`: `sha256`, the
    checksum of the snapshot that is installed, or undef.

    @example A dump that Puppet serves
      galera::host { 'cluster_member':
        cluster => 'cluster_1',
        host    => $trusted['certname'],
      }
      -> package { 'galera':
        name => 'mariadb-server',
      }
      -> db_snapshot_install { 'shop':
        source => 'puppet:///modules/profile/shop.sql.zst',
        sha256 => '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      }

    @example A copy made by mariabackup on a file system of the node
      db_snapshot_install { 'shop':
        source  => '/srv/backup/shop.xbstream.gz',
        sha256  => '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
        timeout => 7200,
      }
  DOC

  # What a plan is told: a Hash of JSON values.
  def plan_data
    provider.plan_data
  end

  newparam(:name, namevar: true) do
    desc 'A name for the snapshot.'
  end

  newparam(:source) do
    desc 'Absolute path of a file or directory on the node, or a `puppet:///` URL of a file.'
    validate do |value|
      unless value.to_s.match?(%r{\A(/|puppet://[^/]*/.)})
        raise ArgumentError, "source must be an absolute path or a puppet:/// URL, not #{value.inspect}"
      end
    end
  end

  newparam(:datadir) do
    desc 'The data directory of mariadbd.'
    defaultto '/var/lib/mysql'
    validate { |value| PuppetX::Galera::Parameters.check_absolute_path('datadir', value) }
    munge { |value| value == '/' ? value : value.chomp('/') }
  end

  newparam(:service) do
    desc 'The systemd service that runs mariadbd.'
    defaultto 'mariadb'
    validate { |value| PuppetX::Galera::Parameters.check_service(value) }
  end

  newparam(:user) do
    desc 'The account that runs mariadbd and owns the data directory.'
    defaultto 'mysql'
  end

  newparam(:format) do
    desc 'What the snapshot must be; `auto` takes what it is.'
    newvalues(:auto, :sql, :mariabackup)
    defaultto :auto
  end

  newparam(:timeout) do
    desc 'Seconds that the load of a dump, or the unpacking and the preparation of a copy, may take.'
    defaultto 3600
    validate { |value| PuppetX::Galera::Parameters.check_seconds('timeout', value) }
    munge { |value| Integer(value) }
  end

  newproperty(:sha256) do
    desc <<~TEXT
      The SHA-256 of the snapshot's file, as `sha256sum` prints it. Of a directory: that of the list of its files'
      checksums, `find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
    TEXT
    validate do |value|
      unless value.to_s.match?(/\A\h{64}\z/)
        raise ArgumentError, "sha256 must be 64 hexadecimal digits, not #{value.inspect}"
      end
    end
    munge { |value| value.to_s.downcase }

    # What stands in the way of an installation counts as in sync: it is left alone.
    def insync?(current)
      return super unless current == :occupied

      provider.say_left_alone
      true
    end

    def change_to_s(current, _desired)
      again = current == :interrupted ? ' after an interrupted installation' : ''
      "installed the snapshot #{resource[:source]} into #{resource[:datadir]}#{again}"
    end
  end

  validate do
    %i[source sha256].each do |name|
      raise Puppet::Error, "db_snapshot_install needs #{name}" if self[name].nil?
    end
  end

  autorequire(:file) { [self[:source], self[:datadir]] }
end
