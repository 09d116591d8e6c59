# @summary How the members of a cluster talk to each other: in the clear, by TLS, or by TLS with whoever knows it, on the way
#   from the one to the other
type Galera::Replication = Enum['plain', 'both', 'tls']
