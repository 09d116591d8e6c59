# What the lab's machines are. The values looked up are in data/common.yaml, and data/nodes/<certname>.yaml where one
# machine differs; the lab writes both.

# A member of the cluster; or, for the scenarios that are about them, its arbitrator, or a machine of a shop in three tiers.
node default {
  $tier = lookup('lab::shop_tier', { 'default_value' => undef })

  if $tier {
    shop::tier { 'this':
      site => lookup('lab::shop'),
      tier => $tier,
      wait => lookup('lab::shop_wait'),
    }
  } elsif lookup('lab::arbitrator', { 'default_value' => false }) {
    galera::arbitrator { 'arbitrator':
      cluster => lookup('lab::cluster'),
    }
    -> package { 'galera-arbitrator-4':
      ensure => installed,
    }
    -> service { 'garb':
      ensure => stopped,
    }
    -> event { 'install_complete':
      to   => Galera::Arbitrator['arbitrator'],
      fire => immediately,
    }
  } else {
    $kind = lookup('lab::member_kind') # galera::host, or galera::leader or galera::follower for one that wishes a role
    $snapshot = lookup('lab::snapshot')

    Resource[$kind] { 'cluster_member':
      cluster => lookup('lab::cluster'),
      host    => $trusted['certname'],
      *       => lookup('lab::member_parameters'),
    }
    -> package { 'galera':
      ensure => installed,
      name   => 'mariadb-server',
    }
    -> package { lookup('lab::more_packages', { 'default_value' => [] }):
      ensure => installed,
    }
    -> db_snapshot_install { 'shop':
      source => $snapshot['source'],
      sha256 => $snapshot['sha256'],
    }
    -> file { '/etc/mysql/mariadb.conf.d/90-extra.cnf':
      content => "[mysqld]\n${lookup('lab::extra_settings', { 'default_value' => '' })}\n",
      notify  => Service['galera'],
    }
    -> service { 'galera':
      ensure => stopped,
      name   => 'mariadb',
    }
    -> event { 'install_complete':
      to   => Resource[$kind, 'cluster_member'],
      fire => immediately,
    }
    -> event { 'service_refreshed':
      to   => Resource[$kind, 'cluster_member'],
      fire => on_notify,
    }

    if lookup('lab::touched', { 'default_value' => false }) {
      exec { 'somebody touches the data':
        command => '/usr/bin/touch /var/lib/mysql/ibdata1',
        unless  => '/usr/bin/test -e /var/lib/mysql/grastate.dat',
        require => Db_snapshot_install['shop'],
        before  => Event['install_complete'],
      }
    }
  }
}

# The Puppet Server's host, which is the orchestrator's too.
node 'puppet.lab.test' {
  class { 'galera::orchestrator':
    limits => lookup('lab::orchestrator_limits', { 'default_value' => {} }),
  }

  galera::cluster { lookup('lab::declared_cluster'):
    cluster_size => lookup('lab::cluster_size'),
    *            => lookup('lab::cluster_parameters', { 'default_value' => {} }),
  }

  lookup('lab::more_clusters', { 'default_value' => {} }).each |$title, $parameters| {
    galera::cluster { $title:
      * => $parameters,
    }
  }

  $shop = lookup('lab::shop', { 'default_value' => undef })
  if $shop {
    shop::site { $shop: }
  }
}
