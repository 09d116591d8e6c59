# @summary A role in a cluster (0 leads, the others follow) and the size of the cluster
type Galera::Cast = Tuple[Integer[0], Integer[1]]
