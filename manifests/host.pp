# @summary A member of a Galera cluster.
#
# Runs the plan `galera::host` on this node, from before the first resource of its catalog is applied. The cluster, on
# the orchestrator's host, gives the member its role; the member's run ends when its database is in the cluster, or when
# it has waited for the others long enough. The next run goes on from there.
#
# The catalog's own `service` is the first state only: `ensure => stopped` holds until the plan begins to act on it.
#
# @example A member, with the seed of its database
#   galera::host { 'cluster_member':
#     cluster => 'cluster_1',
#   }
#   -> package { 'mariadb-server': ensure => installed }
#   -> db_snapshot_install { 'shop': source => 'puppet:///modules/shop/shop.sql.gz' }
#   -> service { 'mariadb': ensure => stopped }
#   -> event { 'install_complete':
#     to   => Galera::Host['cluster_member'],
#     fire => immediately,
#   }
#   -> event { 'service_refreshed':
#     to   => Galera::Host['cluster_member'],
#     fire => on_notify,
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
# @param desired_role
#   The role it wishes for: 0 to lead the first formation, `follower` never to, `any` for whatever is free.
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
define galera::host (
  Galera::Cluster_title              $cluster,
  Enum['present', 'absent']          $ensure                 = 'present',
  String[1]                          $host                   = $trusted['certname'],
  String[1]                          $address                = $facts['networking']['ip'],
  Galera::Desired_role               $desired_role           = 'any',
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
  contain galera

  $service = $service_name ? {
    undef   => $galera::service_name,
    default => $service_name,
  }

  # The public variables of the plan galera::host. What is not given is left to the plan's own defaults.
  $parameters = {
    'cluster'                => $cluster,
    'host'                   => $host,
    'address'                => $address,
    'desired_role'           => $desired_role,
    'service_name'           => $service,
    'datadir'                => $datadir,
    'config_file'            => $config_file,
    'wsrep_sst_method'       => $wsrep_sst_method,
    'wsrep_provider'         => $wsrep_provider,
    'wsrep_provider_options' => $wsrep_provider_options,
    'sst_tls'                => $sst_tls,
    'override_options'       => $override_options ? { Hash[Any, Any, 1] => $override_options, default => undef },
    'package_ensure'         => $package_ensure,
    'package_name'           => $package_name,
  }.filter |$_, $value| { $value != undef }

  plan_process { "Galera::Host[${title}]":
    ensure       => $ensure,
    plan         => 'galera::host',
    bundle       => galera::plan_bundle('galera::host'),
    parameters   => $parameters,
    cluster      => $cluster,
    admission    => galera::admission($cluster, "Galera::Host[${title}]"),
    orchestrator => $orchestrator_url,
    wait         => $wait,
    takes_over   => [['Service', $service]],
    acts_by      => ['Galera_bootstrap', 'Galera_member'],
    trusted      => $trusted,
  }
}
