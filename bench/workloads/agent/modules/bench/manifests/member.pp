# A member of the bench's cluster.
define bench::member (String $file, String $orchestrator) {
  plan_process { "Bench::Member[${title}]":
    plan         => 'bench::member',
    bundle       => galera::plan_bundle('bench::member'),
    parameters   => { 'cluster' => 'bench', 'file' => $file },
    cluster      => 'bench',
    orchestrator => $orchestrator,
    wait         => 10,
  }
}
