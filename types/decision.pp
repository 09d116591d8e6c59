# @summary What an operator decided about a cluster: who, about which member, and what every member had said until then
type Galera::Decision = Struct[{
  decision => Enum['exclude', 'bootstrap'],
  member   => String[1],
  by       => String[1],
  round    => Integer[0],
  known    => Hash[String, String],
}]
