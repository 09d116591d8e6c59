# @summary A member of a cluster as the others know it
type Galera::Member = Struct[{
  certname => String[1],
  address  => String[1],
  Optional[arbitrator] => Boolean,
}]
