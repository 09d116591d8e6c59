# @summary What a member says of state transfers: its certificate, the account that its scripts use, whether its database
#   server lets that in (unless it is not known), and whether it is Synced
type Galera::Sst_state = Struct[{
  certificate => String[1],
  account     => Optional[String],
  accepted    => Optional[Boolean],
  synced      => Boolean,
}]
