# @summary Who may call which of the orchestrator's routes that are for operators; who is denied by any rule may not
type Galera::Authorization_rule = Struct[{
  name            => String[1],
  routes          => Variant[String[1], Array[String[1], 1]],
  Optional[allow] => Galera::Peers,
  Optional[deny]  => Galera::Peers,
}]
