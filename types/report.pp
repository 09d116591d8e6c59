# @summary What a member saw when it looked at its own database server
#
# `round`: the last one for which it was asked to hold. `gave_up`: its server does not run, or runs and was Primary in none of
# several looks in a row. `armed`: the grant that it may be using. `spent`: the last one that it used, with an outcome.
# `run`: an id of the agent run. `incarnation`: of this installation; `data_incarnation`: of the one that was last
# Synced with this data, if that is known. `replication`: how its server talks with the others, when it runs; `cluster_name`: what it calls its cluster then.
# `beginning`: what the cluster began with that was started there, where that was an untouched snapshot.
type Galera::Report = Struct[{
  round                      => Optional[Integer],
  boot_id                    => String[1],
  Optional[run]              => Optional[String],
  Optional[incarnation]      => Optional[String],
  Optional[data_incarnation] => Optional[String],
  running                    => Boolean,
  gave_up                    => Optional[Boolean],
  held                       => Boolean,
  cluster_status             => Optional[String],
  local_state                => Optional[String],
  cluster_size               => Optional[Integer],
  state_uuid                 => Optional[String],
  seqno                      => Optional[Integer],
  user_data                  => Boolean,
  snapshot                   => Optional[String],
  safe_to_bootstrap          => Optional[Boolean],
  transfer_interrupted       => Optional[Boolean],
  armed                      => Optional[String],
  spent                      => Optional[String],
  Optional[replication]      => Optional[Galera::Replication],
  Optional[cluster_name]     => Optional[String],
  Optional[beginning]        => Optional[String[1]],
}]
