# @summary A process that runs in the orchestrator, of any plan, declared on the orchestrator's host.
#
# Members are processes of nodes (`plan_process`) whose parameter `cluster` is this title. The plan, with everything it
# needs, is taken from the module path of the environment in which this manifest is compiled. Usually declared by a define
# of your own, as `galera::cluster` is one.
#
# @example A shop of one's own: plans/site.plan of the module shop
#   # plan shop::site inherits orchestrator[Shop::Node] { … }
#   galera::orchestrating_process { 'shop_1':
#     plan       => 'shop::site',
#     parameters => { 'motto' => 'fresh' },
#   }
#
# @param plan
#   The name of the plan.
# @param ensure
#   `absent` takes the declaration away; the members keep running.
# @param parameters
#   Values for the public variables of the plan.
# @param process
#   The reference of the process, its identity, which never changes. A define gives its own, as `Shop::Site[shop_1]`.
define galera::orchestrating_process (
  Pattern[/\A[a-z]\w*(::[a-z]\w*)*\z/]       $plan,
  Enum['present', 'absent']                  $ensure     = 'present',
  Hash[Pattern[/\A[a-z_]\w*\z/], Any, 0, 64] $parameters = {},
  String[1]                                  $process    = "Galera::Orchestrating_process[${title}]",
) {
  unless $title =~ Galera::Cluster_title {
    fail("${process}: the title '${title}' cannot be a cluster's name: letters, digits and _ . - only, at most 64")
  }

  include galera::orchestrator

  $declaration = {
    'resource'   => $process,
    'title'      => $title,
    'plan'       => $plan,
    'parameters' => $parameters,
    'bundle'     => galera::plan_bundle($plan),
  }

  $file_ensure = $ensure ? {
    'present' => file,
    default   => absent,
  }

  file { "${galera::orchestrator::config_dir}/clusters.d/${title}.json":
    ensure    => $file_ensure,
    owner     => 'root',
    group     => $galera::orchestrator::user,
    mode      => '0640',
    content   => galera::to_json($declaration),
    # The plans are in it, in one line.
    show_diff => false,
    notify    => Exec['reload plan-orchestrator'],
    before    => Service['plan-orchestrator'],
  }
}
