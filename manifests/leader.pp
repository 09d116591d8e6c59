# @summary A member that wishes to lead the first formation of its cluster.
#
# The same as `galera::host` with `desired_role => 0`: it is cast as the leader when that role is free, and gets the next
# free one when it is not. An event names it `Galera::Leader[x]` or `Galera::Host[x]`.
#
# @example
#   galera::leader { 'cluster_member':
#     cluster => 'cluster_1',
#   }
#
# @param cluster
#   The title of the `galera::cluster` on the orchestrator's host.
# @param ensure
#   `absent` gives the member's role back to the cluster and, when the cluster has confirmed it, forgets the plan's state;
#   until then the resource fails and the next run tries again. From that run on the catalog's own `service` counts again:
#   with `ensure => stopped` it stops the database. Nothing is removed: package, data, the file with the cluster's settings,
#   the systemd drop-in and `/var/lib/galera-member` stay on the node.
# @param host
#   The name the member goes by.
# @param address
#   The address at which the other members reach this one.
# @param orchestrator_url
#   Where the orchestrator is. Default: port 8146 of the node's Puppet Server.
# @param wait
#   How many seconds a run waits for others, at most. Keep it far below the agent's `runinterval`.
# @param service_name
#   The systemd service of the database. Default: that of the class `galera`.
# @param datadir
#   Where the database keeps its data.
# @param config_file
#   The file in which the plan writes the cluster's settings.
# @param wsrep_sst_method
#   How a new member gets its data: `rsync` copies it while the donor takes no writes; `mariabackup` needs the packages
#   mariadb-backup and openssl, and an account of the database, which the members make and share by themselves.
# @param wsrep_provider
#   The Galera library.
# @param wsrep_provider_options
#   Options of the Galera library, such as `gcache.size=1G;gcs.fc_limit=64`. The plan adds those of TLS; options in a file of
#   your own would take the place of all of these.
# @param sst_tls
#   Whether transfers of state are encrypted, in a cluster with `replication_tls`. Default: those by mariabackup are.
#   rsync is encrypted by stunnel: with `true` the package stunnel4 must be on every member.
# @param override_options
#   What else the cluster's configuration file says, and what it says otherwise, by section:
#   `{ 'mysqld' => { 'max_connections' => 500 } }`. A change restarts the members by turns.
# @param package_ensure
#   What the package of the database server is to be beyond being installed: `latest`, or a version. An upgrade restarts
#   the server, so members are upgraded by turns, each when all are Synced. Default: the plan upgrades nothing.
# @param package_name
#   The package that `package_ensure` is about. Default: `mariadb-server`.
define galera::leader (
  Galera::Cluster_title              $cluster,
  Enum['present', 'absent']          $ensure                 = 'present',
  String[1]                          $host                   = $trusted['certname'],
  String[1]                          $address                = $facts['networking']['ip'],
  Optional[Galera::Orchestrator_url] $orchestrator_url       = undef,
  Integer[0, 3600]                   $wait                   = 120,
  Optional[Galera::Service_name]     $service_name           = undef,
  Optional[Galera::Absolute_path]    $datadir                = undef,
  Optional[Galera::Absolute_path]    $config_file            = undef,
  Optional[Galera::Sst_method]       $wsrep_sst_method       = undef,
  Optional[Galera::Absolute_path]    $wsrep_provider         = undef,
  Optional[String[1]]                $wsrep_provider_options = undef,
  Optional[Boolean]                  $sst_tls                = undef,
  Galera::Override_options           $override_options       = {},
  Optional[String[1]]                $package_ensure         = undef,
  Optional[String[1]]                $package_name           = undef,
) {
  galera::host { $title:
    ensure                 => $ensure,
    cluster                => $cluster,
    host                   => $host,
    address                => $address,
    desired_role           => 0,
    orchestrator_url       => $orchestrator_url,
    wait                   => $wait,
    service_name           => $service_name,
    datadir                => $datadir,
    config_file            => $config_file,
    wsrep_sst_method       => $wsrep_sst_method,
    wsrep_provider         => $wsrep_provider,
    wsrep_provider_options => $wsrep_provider_options,
    sst_tls                => $sst_tls,
    override_options       => $override_options,
    package_ensure         => $package_ensure,
    package_name           => $package_name,
  }
}
