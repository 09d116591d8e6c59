# @summary Where an orchestrator is: `https://` with host and port, no path.
type Galera::Orchestrator_url = Pattern[/\Ahttps:\/\/[^\/]+\z/]
