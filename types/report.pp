# @summary What a member saw when it looked at its own database server
#
# `round`: the last one for which it was asked to hold. `gave_up`: its server does not run, or runs and was Primary in none of
# several looks in a row. `replication`: how its running server talks to the other members. `armed`: the grant that it may be using. `spent`: the last one that it used, with an outcome.
type Galera::Report = Struct[{
  round          => Optional[Integer],
  boot_id        => String[1],
  running        => Boolean,
  gave_up        => Optional[Boolean],
  held           => Boolean,
  cluster_status => Optional[String],
  local_state    => Optional[String],
  cluster_size   => Optional[Integer],
  state_uuid     => Optional[String],
  seqno          => Optional[Integer],
  user_data      => Boolean,
  snapshot       => Optional[String],
  safe_to_bootstrap    => Optional[Boolean],
  transfer_interrupted => Optional[Boolean],
  armed          => Optional[String],
  spent          => Optional[String],
  Optional[replication] => Optional[Galera::Replication],
}]
