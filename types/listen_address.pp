# @summary Where to listen: an IPv4 address, a host name or an IPv6 address in brackets, a colon and a port.
type Galera::Listen_address = Pattern[/\A([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}\z/]
