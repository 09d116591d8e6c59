# @summary The name of a systemd service without the suffix `.service`.
type Galera::Service_name = Pattern[/\A[A-Za-z0-9:_@-][A-Za-z0-9:_.@-]*(?<!\.service)\z/]
