# @summary The right to bootstrap a cluster, once, on one boot of one member
type Galera::Grant = Struct[{
  grant   => String[1],
  boot_id => String[1],
}]
