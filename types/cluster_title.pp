# @summary The name of a cluster: it is used as a file name too.
type Galera::Cluster_title = Pattern[/\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z/]
