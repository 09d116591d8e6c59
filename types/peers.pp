# @summary Who holds a certificate: by certname, glob (`*.example.com`), regular expression (`/db\d+/`, of the whole name), or extensions
type Galera::Peers = Variant[String[1], Array[Variant[String[1], Struct[{
  extensions => Hash[String[1], String, 1],
}]], 1]]
