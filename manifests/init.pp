# @summary Prepares a node so that nothing but a cluster's plan starts its MariaDB.
#
# Puts a drop-in for MariaDB's systemd unit and the program it starts in place. From then on MariaDB starts only while
# the node is released (a file in the state directory that plans make and remove), and a new cluster is started only
# by the one-shot token of a grant, never by `galera_new_cluster` or anything else that is left lying about.
#
# `galera::host` contains this class, so that it comes before everything that follows the host in the manifest: the
# package's own scripts then find the unit held and do not start a server. A MariaDB that already runs is not touched.
#
# @param service_name
#   The systemd service that runs mariadbd, without `.service`.
# @param libexec_directory
#   Where the program that starts mariadbd is put. Made if it is missing; its parent must exist.
# @param mariadbd
#   The server program.
#
# @example Another build of MariaDB
#   class { 'galera':
#     service_name => 'mariadb-custom',
#     mariadbd     => '/opt/mariadb/bin/mariadbd',
#   }
class galera (
  Galera::Service_name  $service_name      = 'mariadb',
  Galera::Absolute_path $libexec_directory = '/usr/local/lib/galera',
  Galera::Absolute_path $mariadbd          = '/usr/sbin/mariadbd',
) {
  $state_directory  = '/var/lib/galera-member'
  $dropin_directory = "/etc/systemd/system/${service_name}.service.d"

  file { [$state_directory, $libexec_directory, $dropin_directory]:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  # In the catalog itself: a run with a cached catalog must not fail because the server is down.
  file { "${libexec_directory}/start-mariadbd":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0755',
    content => file('galera/start-mariadbd'),
  }

  file { "${dropin_directory}/50-galera.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('galera/mariadb-dropin.conf.epp', {
        'start_program'   => "${libexec_directory}/start-mariadbd",
        'state_directory' => $state_directory,
        'mariadbd'        => $mariadbd,
    }),
    require => File["${libexec_directory}/start-mariadbd"],
  }

  exec { "reload systemd for ${service_name}":
    command     => 'systemctl daemon-reload',
    path        => ['/usr/bin', '/bin'],
    refreshonly => true,
    subscribe   => File["${dropin_directory}/50-galera.conf"],
  }
}
