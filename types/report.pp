# @summary What a member saw when it looked at its own database server
type Galera::Report = Struct[{
  boot_id        => String[1],
  running        => Boolean,
  held           => Boolean,
  cluster_status => Optional[String],
  local_state    => Optional[String],
  cluster_size   => Optional[Integer],
  state_uuid     => Optional[String],
  seqno          => Optional[Integer],
  user_data      => Boolean,
  snapshot       => Optional[String],
  armed          => Optional[String],
}]
