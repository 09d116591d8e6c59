# @summary What a Synced member is asked for: an account of that name, for that version of the secret, sealed for the
#   holders of these certificates
type Galera::Sst_order = Struct[{
  account => String[1],
  version => Integer[1],
  readers => Array[String[1], 1],
}]
