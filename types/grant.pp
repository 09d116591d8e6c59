# @summary The right to bootstrap a cluster, once, on one boot of one member
#
# `nonce`: the agent run for which it is, or is to be, armed. `silent`: addresses at which nobody may answer, beside those of the members. `new_history`: the cluster starts with a new
# state UUID.
type Galera::Grant = Struct[{
  grant                 => String[1],
  boot_id               => String[1],
  Optional[nonce]       => String[1],
  Optional[silent]      => Array[String[1]],
  Optional[new_history] => Boolean,
}]
