# @summary Who is in a cluster: members by role, under a version that only grows
type Galera::Member_map = Struct[{
  version => Integer[1],
  size    => Integer[1],
  members => Hash[Integer[0], Galera::Member],
}]
