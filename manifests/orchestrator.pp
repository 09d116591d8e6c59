# @summary The daemon on the Puppet Server's host in which the plans of clusters run.
#
# Puts `plan-orchestrator` and `planctl` in place, with an account of their own, the configuration and a systemd service.
# The daemon presents this host's Puppet certificate and accepts agents whose certificate the Puppet CA has signed. Its
# account has no right on Puppet's files: systemd hands it copies of key and certificates when it starts
# (`LoadCredential=`), and shows it the directory of the revocation list, which must be followed while it runs.
#
# The sockets belong to systemd (`plan-orchestrator.socket`): who connects while the daemon is restarted waits and is not
# refused. One of them, `/run/plan-orchestrator/control.sock`, is for root on this host (`planctl orchestrator`).
#
# Clusters are declared by `galera::cluster`. What else lies in the directory of declared clusters is removed. A change
# of the configuration or of a cluster reloads the daemon and interrupts no connection; a new program restarts it.
#
# @param listen
#   Where agents connect to.
# @param status_listen
#   Where the status page and the metrics are served without TLS; keep it on a loopback address.
# @param certname
#   The certificate the daemon presents; by default this host's own.
# @param ssldir
#   Puppet's directory of certificates. By default `/etc/puppetlabs/puppet/ssl` where Puppet comes as an all-in-one
#   package, else `/var/lib/puppet/ssl`, where Debian has it.
# @param certificate
#   The certificate's file, if it is not where Puppet keeps it.
# @param private_key
#   The private key's file, if it is not where Puppet keeps it.
# @param ca
#   The file with the CA's certificates, if it is not where Puppet keeps it.
# @param crl
#   The file with the CA's revocation lists, if it is not where Puppet keeps it. On the CA's own host name the CA's
#   `ca_crl.pem` here to have a revocation take effect at once and not with the next agent run. The file, and the
#   directory it lies in, must be readable by everybody who gets that far; the directories above need not be.
# @param compilers
#   The certnames of the Puppet Servers that compile the members' catalogs, if not the one this host is known by. They say
#   who may be in a cluster.
# @param authorization
#   Rules for who may see and do what is for operators, beside this host and certificates with `pp_cli_auth`:
#   `[{ 'name' => 'monitoring', 'routes' => ['/metrics'], 'allow' => ['*.mon.example.com'] }]`.
# @param limits
#   How much clients may take of the daemon, as `{ 'connections' => 20000 }`.
# @param manage_programs
#   Whether this module brings the programs; `false` where a package does.
# @param service_ensure
#   Whether the service runs.
# @param service_enable
#   Whether the service starts with the machine.
#
# @example On the Puppet Server's host
#   include galera::orchestrator
#   galera::cluster { 'cluster_1':
#     cluster_size => 5,
#   }
class galera::orchestrator (
  Galera::Listen_address            $listen          = '0.0.0.0:8146',
  Galera::Listen_address            $status_listen   = '127.0.0.1:8147',
  Pattern[/\A[a-z0-9._-]+\z/]       $certname        = $trusted['certname'],
  Optional[Galera::Absolute_path]   $ssldir          = undef,
  Optional[Galera::Absolute_path]   $certificate     = undef,
  Optional[Galera::Absolute_path]   $private_key     = undef,
  Optional[Galera::Absolute_path]   $ca              = undef,
  Optional[Galera::Absolute_path]   $crl             = undef,
  Array[String[1]]                  $compilers       = [],
  Array[Galera::Authorization_rule] $authorization   = [],
  Hash[String[1], Integer[1]]       $limits          = {},
  Boolean                           $manage_programs = true,
  Enum['running', 'stopped']        $service_ensure  = 'running',
  Boolean                           $service_enable  = true,
) {
  $user       = 'plan-orchestrator'
  $config_dir = '/etc/plan-orchestrator'
  $state_dir  = '/var/lib/plan-orchestrator'
  $programs   = ['plan-orchestrator', 'planctl']

  $puppet_ssldir = $ssldir ? {
    undef   => $facts['aio_agent_version'] ? {
      undef   => '/var/lib/puppet/ssl',
      default => '/etc/puppetlabs/puppet/ssl',
    },
    default => $ssldir,
  }
  $certificate_file = $certificate ? {
    undef   => "${puppet_ssldir}/certs/${certname}.pem",
    default => $certificate,
  }
  $private_key_file = $private_key ? {
    undef   => "${puppet_ssldir}/private_keys/${certname}.pem",
    default => $private_key,
  }
  $ca_file = $ca ? {
    undef   => "${puppet_ssldir}/certs/ca.pem",
    default => $ca,
  }
  $crl_file = $crl ? {
    undef   => "${puppet_ssldir}/crl.pem",
    default => $crl,
  }

  # A directory and not the file: Puppet replaces the list by another file of that name.
  $crl_dir  = regsubst($crl_file, '/[^/]+\z', '')
  $crl_name = regsubst($crl_file, '\A.*/', '')
  $seen_crl = '/run/plan-orchestrator/crl'
  $control  = '/run/plan-orchestrator/control.sock'

  group { $user:
    ensure => present,
    system => true,
  }

  user { $user:
    ensure  => present,
    gid     => $user,
    system  => true,
    home    => $state_dir,
    shell   => '/usr/sbin/nologin',
    comment => 'Runs the plans of clusters',
    require => Group[$user],
  }

  if $manage_programs {
    $programs.each |String $program| {
      file { "/usr/bin/${program}":
        ensure => file,
        owner  => 'root',
        group  => 'root',
        mode   => '0755',
        source => "puppet:///modules/galera/bin/${program}",
      }
    }
    File['/usr/bin/plan-orchestrator'] ~> Service['plan-orchestrator']
  }

  file { $config_dir:
    ensure  => directory,
    owner   => 'root',
    group   => $user,
    mode    => '0750',
    require => Group[$user],
  }

  file { "${config_dir}/clusters.d":
    ensure  => directory,
    owner   => 'root',
    group   => $user,
    mode    => '0750',
    recurse => true,
    purge   => true,
    force   => true,
    notify  => Exec['reload plan-orchestrator'],
  }

  file { "${config_dir}/orchestrator.yaml":
    ensure  => file,
    owner   => 'root',
    group   => $user,
    mode    => '0640',
    content => epp('galera/orchestrator.yaml.epp', {
        'listen'        => $listen,
        'status_listen' => $status_listen,
        'control'       => $control,
        'credentials'   => '/run/credentials/plan-orchestrator.service',
        'crl'           => "${seen_crl}/${crl_name}",
        'store'         => "${state_dir}/store.sqlite",
        'clusters'      => "${config_dir}/clusters.d",
        'compilers'     => $compilers,
        'authorization' => $authorization,
        'limits'        => $limits,
    }),
    notify  => Exec['reload plan-orchestrator'],
  }

  file { $state_dir:
    ensure  => directory,
    owner   => $user,
    group   => $user,
    mode    => '0700',
    require => User[$user],
  }

  file { '/etc/systemd/system/plan-orchestrator.socket':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('galera/plan-orchestrator.socket.epp', {
        'user'      => $user,
        'addresses' => [$listen, $status_listen],
        'control'   => $control,
    }),
    require => User[$user],
  }

  file { '/etc/systemd/system/plan-orchestrator.service':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('galera/plan-orchestrator.service.epp', {
        'user'        => $user,
        'config'      => "${config_dir}/orchestrator.yaml",
        'private_key' => $private_key_file,
        'certificate' => $certificate_file,
        'ca'          => $ca_file,
        'crl_dir'     => $crl_dir,
        'seen_crl'    => $seen_crl,
    }),
  }
  ~> exec { 'reload systemd for plan-orchestrator':
    command     => 'systemctl daemon-reload',
    path        => ['/usr/bin', '/bin'],
    refreshonly => true,
    subscribe   => File['/etc/systemd/system/plan-orchestrator.socket'],
  }
  ~> service { 'plan-orchestrator':
    ensure  => $service_ensure,
    enable  => $service_enable,
    require => [
      Service['plan-orchestrator.socket'],
      File["${config_dir}/orchestrator.yaml"],
      File["${config_dir}/clusters.d"],
      File[$state_dir],
    ],
  }

  # A socket cannot be made while a daemon that made its own is there; who connects just then is refused.
  exec { 'make the sockets of plan-orchestrator anew':
    command     => 'systemctl stop plan-orchestrator.service && systemctl restart plan-orchestrator.socket',
    path        => ['/usr/bin', '/bin'],
    provider    => shell,
    refreshonly => true,
    subscribe   => File['/etc/systemd/system/plan-orchestrator.socket'],
    require     => Exec['reload systemd for plan-orchestrator'],
  }
  -> service { 'plan-orchestrator.socket':
    ensure => $service_ensure,
    enable => $service_enable,
  }

  # After the service: what was just started has read its configuration, a second look does no harm.
  exec { 'reload plan-orchestrator':
    command     => 'systemctl reload plan-orchestrator.service',
    onlyif      => 'systemctl is-active --quiet plan-orchestrator.service',
    path        => ['/usr/bin', '/bin'],
    refreshonly => true,
    require     => Service['plan-orchestrator'],
  }
}
