# A member of the bench's cluster; without an orchestrator it is the same define without its plan process.
define bench::member (String $file, Optional[String] $orchestrator = undef) {
  if $orchestrator {
    plan_process { "Bench::Member[${title}]":
      plan         => 'bench::member',
      bundle       => galera::plan_bundle('bench::member'),
      parameters   => { 'cluster' => 'bench', 'file' => $file },
      cluster      => 'bench',
      admission    => galera::admission('bench', "Bench::Member[${title}]"),
      orchestrator => $orchestrator,
      wait         => 10,
    }
  }
  exec { '/bin/true':
    refreshonly => true,
  }
}
