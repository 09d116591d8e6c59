# @summary How the other members of a cluster are: who was Primary when it last spoke, and what keeps a cluster that has
#   stopped from being started again
type Galera::Outlook = Struct[{
  primaries => Array[String[1]],
  obstacle  => Optional[Struct[{
    for  => String[1],
    risk => String[1],
    next => String[1],
  }]],
}]
