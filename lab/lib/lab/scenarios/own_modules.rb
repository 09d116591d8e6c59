# frozen_string_literal: true

# What users make of it: plans of their own, and the tools of a Puppet Server.

module Lab
  # What these have in common.
  class Scenario
    SHOP = 'shop_1'
    TIERS = %w[database application client].freeze
    PAGE = '/var/lib/shop.page'

    # One machine for each tier, from the lowest, that never ran an agent; and the shop in the orchestrator.
    def fresh_shop(wait: 120)
      fresh_cluster('shop' => SHOP, 'shop_wait' => wait)
      TIERS.each_with_index do |tier, at|
        server.environment.write_node(member(at + 1).certname, 'shop_tier' => tier)
      end
      server.apply_own_catalog
      TIERS.each_index.map { |at| member(at + 1) }
    end

    def expect_served(client)
      page = client.try('cat', PAGE).out.strip
      expect page == 'apples 3, says db1, says db2', "the client got the page '#{page}'"
    end

    def expect_waits(run, tier)
      expect_ok run
      said = run.output.match?(/waiting for an? #{tier} of the shop #{SHOP}/)
      expect said, "the run of #{run.name} does not say that it waits for the #{tier}"
    end
  end
end

Lab::Scenario.define 'three-tier', 'a plan of a module of its own: each tier waits for the one below, in any order' do
  database, application, client = fresh_shop(wait: 5)
  note 'the wrong way round'
  expect_waits run_agent(client), 'application'
  expect_waits run_agent(application), 'database'
  [database, application, client].each { |machine| expect_ok run_agent(machine) }
  expect_served client
  codes = run_together.map(&:code)
  expect codes == [0, 0, 0], "exit codes of the runs that follow are #{codes}, not all 0"
  expect_reports('unchanged')

  _, _, client = fresh_shop
  note 'at the same time'
  runs = run_together
  expect_ok runs
  expect runs.map(&:code) == [2, 2, 2], "not every machine came to be by its first run: #{runs.map(&:code)}"
  expect_served client
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
end

Lab::Scenario.define 'generate-types', 'puppet generate types and catalogs, on a server without the native library' do
  sources = Dir.glob(File.join(Lab::Settings.project_dir, 'lib/puppet/type/*.rb'))
  begin
    server.machine.run('rm', '-r', server.environment.path('modules/galera/lib/puppet_x/galera/native'))
    said = server.machine.run('puppet', 'generate', 'types', '--environment', 'production')
    missing = sources.map { |file| server.environment.path(".resource_types/#{File.basename(file, '.rb')}.pp") }
                     .reject { |file| server.machine.try('test', '-s', file).ok? }
    expect missing.empty?, "not generated: #{missing.join(', ')}: #{said}"
    fresh_cluster('member_parameters' => { 'wait' => 10 })
    expect_only_host_failed run_agent(member(1)), saying: /plan_engine\.so/
  ensure
    server.machine.run('rm', '-rf', server.environment.path('.resource_types'))
    server.reinstall_module(Lab::Release.find)
  end
end
