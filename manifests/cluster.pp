# @summary A Galera cluster, declared on the host of the orchestrator.
#
# Members join it by `galera::host` with `cluster => 'TITLE'`. The plan of the cluster, with everything it needs, is taken
# from the module path of the environment in which this manifest is compiled.
#
# @param ensure
#   `absent` takes the declaration away; the members keep running.
# @param cluster_size
#   How many members the cluster has, leader and followers. It counts when the cluster is first declared; another number
#   later makes no more roles, yet.
# @param sst_secret_version
#   Another number gives the account by which members transfer their state (`wsrep_sst_method => mariabackup`) a new
#   secret. Each member takes it over in its next run, without a restart; the old one is good until all have.
# @param replication_tls
#   Whether members talk to each other by TLS, each with its Puppet certificate. A change counts for each member from its
#   next start on, and interrupts nothing; members that run as before and those that have started anew understand each
#   other.
# @param plan
#   The plan that runs the cluster: `galera::cluster`, or one of your own that inherits from it.
# @param parameters
#   Values for other public variables of the plan.
#
# @example A cluster of five
#   galera::cluster { 'cluster_1':
#     cluster_size => 5,
#   }
define galera::cluster (
  Enum['present', 'absent']                  $ensure             = 'present',
  Integer[1]                                 $cluster_size       = 3,
  Optional[Integer[1]]                       $sst_secret_version = undef,
  Optional[Boolean]                          $replication_tls    = undef,
  Pattern[/\A[a-z]\w*(::[a-z]\w*)*\z/]       $plan               = 'galera::cluster',
  Hash[Pattern[/\A[a-z_]\w*\z/], Any, 0, 64] $parameters         = {},
) {
  # What is not given is left to the plan's own defaults.
  $given = {
    'cluster_size'       => $cluster_size,
    'sst_secret_version' => $sst_secret_version,
    'replication_tls'    => $replication_tls,
  }.filter |$_, $value| { $value != undef }

  galera::orchestrating_process { $title:
    ensure     => $ensure,
    plan       => $plan,
    parameters => $parameters + $given,
    process    => "Galera::Cluster[${title}]",
  }
}
