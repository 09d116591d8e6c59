# frozen_string_literal: true

# A cluster that somebody made by hand, and that lives.

module Lab
  # What these have in common.
  class Scenario
    private

    # As someone makes it who has no plans: MariaDB installed, configured and started, with the data of the shop.
    def cluster_by_hand
      formation = HandFormation.new(cluster.members)
      formation.prepare
      formation.call
      member(1).run('mariadb', input: File.read(File.join(Environment.source_dir, Environment::SNAPSHOT)))
    end
  end
end

Lab::Scenario.define 'adoption', 'a cluster made by hand is taken over, nothing restarts; an outage of it ends well' do
  fresh_cluster
  cluster_by_hand
  @bootstraps = self.class.bootstraps(cluster.members)
  keep_ledger do |ledger|
    # Who came first hears in its next run who else is there.
    2.times { expect_databases_untouched { expect_ok run_together } }
    expect_second_run_changes_nothing
    stop_one_after_another(ledger)
    boot(*cluster.members)
    expect_back(ledger, restarts: 1..1)
  end
end

Lab::Scenario.define 'adoption-reboot', 'a member of a cluster that was taken over is rebooted: it is back by itself' do
  fresh_cluster
  cluster_by_hand
  @bootstraps = self.class.bootstraps(cluster.members)
  keep_ledger do |ledger|
    expect_ok run_together
    cut(member(2))
    ledger.wait_for_rows(Lab::Scenario::ROWS)
    boot(member(2))
    wait_until_whole
  end
end
