# @summary A member of a Galera cluster that holds no data: garbd, which only votes.
#
# For a cluster with an even number of members, on a third site for instance. It counts in `cluster_size`, never leads, never
# bootstraps, and has nothing that the others wait for after an outage. One on each node at most, and none beside a database.
#
# @example
#   galera::arbitrator { 'arbitrator':
#     cluster => 'cluster_1',
#   }
#   -> package { 'galera-arbitrator-4': ensure => installed }
#   -> service { 'garb': ensure => stopped }
#   -> event { 'install_complete':
#     to   => Galera::Arbitrator['arbitrator'],
#     fire => immediately,
#   }
#
# @param cluster
#   The title of the `galera::cluster` on the orchestrator's host.
# @param ensure
#   `absent` gives the arbitrator's place in the cluster back.
# @param host
#   The name it goes by.
# @param address
#   The address at which the members reach it.
# @param orchestrator_url
#   Where the orchestrator is. Default: port 8146 of the node's Puppet Server.
# @param wait
#   How many seconds a run waits for others, at most.
# @param service_name
#   The systemd service of garbd.
# @param config_file
#   The file that the service reads its settings from.
define galera::arbitrator (
  Galera::Cluster_title              $cluster,
  Enum['present', 'absent']          $ensure           = 'present',
  String[1]                          $host             = $trusted['certname'],
  String[1]                          $address          = $facts['networking']['ip'],
  Optional[Galera::Orchestrator_url] $orchestrator_url = undef,
  Integer[0, 3600]                   $wait             = 120,
  Galera::Service_name               $service_name     = 'garb',
  Galera::Absolute_path              $config_file      = '/etc/default/garb',
) {
  $process = "Galera::Arbitrator[${title}]"

  plan_process { $process:
    ensure       => $ensure,
    plan         => 'galera::arbitrator',
    bundle       => galera::plan_bundle('galera::arbitrator'),
    parameters   => {
      'cluster'      => $cluster,
      'host'         => $host,
      'address'      => $address,
      'service_name' => $service_name,
      'config_file'  => $config_file,
    },
    cluster      => $cluster,
    admission    => galera::admission($cluster, $process),
    orchestrator => $orchestrator_url,
    wait         => $wait,
    takes_over   => [['Service', $service_name]],
    acts_by      => [],
    trusted      => $trusted,
  }
}
