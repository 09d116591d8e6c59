# @summary A member that its cluster goes on without: how often the cluster had been started then, and where it was
type Galera::Excluded = Struct[{
  grants  => Integer[0],
  address => Optional[String[1]],
}]
