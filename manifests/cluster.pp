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
  unless $title =~ Galera::Cluster_title {
    fail("galera::cluster: the title '${title}' cannot be a cluster's name: letters, digits and _ . - only, at most 64")
  }

  include galera::orchestrator

  $declaration = {
    'resource'   => "Galera::Cluster[${title}]",
    'title'      => $title,
    'plan'       => $plan,
    'parameters' => $parameters + { 'cluster_size' => $cluster_size },
    'bundle'     => galera::plan_bundle($plan),
  }

  $file_ensure = $ensure ? {
    'present' => file,
    default   => absent,
  }

  file { "${galera::orchestrator::config_dir}/clusters.d/${title}.json":
    ensure  => $file_ensure,
    owner   => 'root',
    group   => $galera::orchestrator::user,
    mode    => '0640',
    content => galera::to_json($declaration),
    notify  => Exec['reload plan-orchestrator'],
    before  => Service['plan-orchestrator'],
  }
}
