# @summary An absolute path on a Unix machine that is safe in a systemd unit and in YAML without quoting.
type Galera::Absolute_path = Pattern[/\A\/[A-Za-z0-9._+@\/-]*\z/]
