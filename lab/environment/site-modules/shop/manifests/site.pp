# @summary A shop in three tiers, declared on the orchestrator's host.
define shop::site {
  galera::orchestrating_process { $title:
    plan    => 'shop::site',
    process => "Shop::Site[${title}]",
  }
}
