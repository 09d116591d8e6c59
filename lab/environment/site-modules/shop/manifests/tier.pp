# @summary A machine of a shop in three tiers, run by the plan of its tier.
#
# @param site
#   The title of the `shop::site` on the orchestrator's host.
# @param tier
#   Which tier it is of.
# @param wait
#   How many seconds a run waits for others, at most.
define shop::tier (
  String[1]                                  $site,
  Enum['database', 'application', 'client']  $tier,
  Integer[0]                                 $wait = 120,
) {
  file { '/usr/local/bin/shopd':
    mode   => '0755',
    source => 'puppet:///modules/shop/shopd',
  }

  if $tier == 'database' {
    file { '/etc/shop':
      ensure => directory,
    }

    file { '/etc/shop/stock':
      source => 'puppet:///modules/shop/stock',
    }
  }

  $below = {
    'database'    => '',
    'application' => 'database',
    'client'      => 'application',
  }

  plan_process { "Shop::Tier[${title}]":
    plan       => 'shop::tier',
    bundle     => galera::plan_bundle('shop::tier'),
    parameters => {
      'cluster' => $site,
      'address' => $facts['networking']['ip'],
      'tier'    => $tier,
      'needs'   => $below[$tier],
    },
    cluster    => $site,
    admission  => galera::admission($site, "Shop::Tier[${title}]"),
    wait       => $wait,
  }
}
