# @summary The account by which donors read their own server for a state transfer, with its secret, sealed for the members
type Galera::Sst_account = Struct[{
  account => String[1],
  sealed  => String[1],
}]
