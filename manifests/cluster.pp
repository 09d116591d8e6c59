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
  Enum['present', 'absent']                 $ensure       = 'present',
  Integer[1]                                $cluster_size = 3,
  Pattern[/\A[a-z]\w*(::[a-z]\w*)*\z/]      $plan         = 'galera::cluster',
  Hash[Pattern[/\A[a-z_]\w*\z/], Any, 0, 64] $parameters   = {},
) {
  galera::orchestrating_process { $title:
    ensure     => $ensure,
    plan       => $plan,
    parameters => $parameters + { 'cluster_size' => $cluster_size },
    process    => "Galera::Cluster[${title}]",
  }
}
