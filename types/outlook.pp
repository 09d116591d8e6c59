# @summary How the other members of a cluster are: who was Primary when it last spoke, and what keeps a cluster that has
#   stopped from being started again
#
# `welcome`: members, by certname, that may join, in the agent run of this id. `history`: the state UUID of the cluster.
# `beginning`: what that history began with; whose data is still just that takes only what came later.
# `cluster_name`: what its running members call it, if one was heard; a cluster that was taken over keeps its name.
# `given_up`: members, by certname, whose data of that state UUID may be replaced.
type Galera::Outlook = Struct[{
  primaries          => Array[String[1]],
  Optional[welcome]  => Hash[String[1], String],
  Optional[history]  => Optional[String[1]],
  Optional[beginning] => Optional[String[1]],
  Optional[cluster_name] => Optional[String[1]],
  Optional[given_up] => Hash[String[1], String[1]],
  obstacle           => Optional[Struct[{
    for  => String[1],
    risk => String[1],
    next => String[1],
  }]],
}]
