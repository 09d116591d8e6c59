# What a configuration computes: names, defaults, lists and checks of what was given.
$defaults = {
  'port'        => 3306,
  'datadir'     => '/var/lib/mysql',
  'log_level'   => 'warning',
  'buffer_size' => 128 * 1024 * 1024,
  'plugins'     => ['audit', 'metadata_lock_info', 'query_cache_info'],
  'replicate'   => { 'sst' => 'rsync', 'retries' => 3, 'timeout' => 1.5e2 },
}
$given = $settings.filter |$key, $value| { $value =~ NotUndef and $key !~ /^_/ }
$wanted = $defaults + $given

# The members, each with its address; the first is the one that is asked.
$members = $wanted['members'].map |Integer $index, Hash[String, Any] $member| {
  $host = $member['host'] ? {
    undef            => "db${index}.${domain}",
    /\A[a-z0-9-]+\z/ => "${member['host']}.${domain}",
    default          => $member['host'],
  }
  $address = if $member['address'] =~ Pattern[/\A\d+(\.\d+){3}\z/] { $member['address'] } else { $host }
  $weight = $member['weight'].lest || { 1 }
  $entry = { 'index' => $index, 'host' => $host.downcase, 'address' => $address, 'weight' => $weight }
  $entry
}
$addresses = $members.map |$member| { $member['address'] }.unique()
$weight = $members.reduce(0) |Integer $sum, $member| { $sum + $member['weight'] }
unless $weight >= 2 or length($members) < 3 {
  fail("too little weight: ${weight} of ${length($members)} members")
}

case [$wanted['log_level'], $wanted['port']] {
  ['debug', Integer[1, 1023]]: { $arguments = ['--log-warnings=9', "--port=${wanted['port']}"] }
  ['warning', default], ['error', default]: { $arguments = ["--port=${wanted['port']}"] }
  default: { $arguments = [] }
}

# The file's lines; what is undefined is left out, text is quoted where it must be.
$lines = $wanted.reduce([]) |$memo, $pair| {
  [$key, $value] = $pair
  $text = $value ? {
    Boolean        => String($value, '%d'),
    Numeric        => "${value}",
    Array          => join($value, ','),
    /[\s#'"]/      => "'${regsubst($value, "'", "\\\\'", 'G')}'",
    default        => $value,
  }
  $memo + ["${key} = ${text}"]
}
$ratio = (($weight - 1) * 100 / [$weight, 1].max) % 101
$body = join(['[mysqld]'] + $lines + ["wsrep_cluster_address = gcomm://${addresses.join(',')}"], "\n")
notice("${body}\n# weight ${weight}, ratio ${ratio}, ${$arguments.size} arguments")
