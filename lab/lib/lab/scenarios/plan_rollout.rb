# frozen_string_literal: true

require 'tmpdir'

module Lab
  # Releases with other plan texts.
  class Scenario
    MODULE_PARTS = %w[lib manifests types plans data files templates hiera.yaml metadata.json README.md LICENSE
                      CHANGELOG.md].freeze

    # A release of this project's module with other plan texts: each plan has a variable and a queue more, and one
    # action has another name. Returns the archive.
    def release_with_other_plans(version, dir)
      parts = MODULE_PARTS.map { |part| File.join(Settings.project_dir, part) }
      FileUtils.cp_r(parts.select { |part| File.exist?(part) }, dir)
      plans = Dir.glob(File.join(dir, 'plans', '*.plan'))
      expect !plans.empty?, 'the module has no plans to change'
      plans.each { |plan| File.write(plan, other_plan(File.read(plan), version.tr('.', '_'))) }
      built = Shell.run(File.join(Settings.project_dir, 'tools/build-release'),
                        '--module', dir, '--version', version, '--output', log_dir)
      Release.new(built.lines.last.chomp)
    end

    def other_plan(text, suffix)
      additions = "\n  Integer $added_in_#{suffix} = 1\n  queue Integer also_added_in_#{suffix}\n"
      text.sub(/^plan [^{]*\{/) { |opening| opening + additions }
          .sub(/^( *action )(\w+)/) { "#{Regexp.last_match(1)}#{Regexp.last_match(2)}_of_#{suffix}" }
    end

    def orchestrator_run
      note "puppet agent -t on the orchestrator's host"
      keep([AgentRun.new(server.machine).call]).first
    end
  end
end

Lab::Scenario.define 'plan-rollout', 'other plan texts, members first and then orchestrator first: the cluster stays' do
  formed_cluster
  begin
    Dir.mktmpdir do |dir|
      server.install_module(release_with_other_plans('0.1.901', dir))
    end
    note 'members first'
    expect_databases_untouched { expect_ok [*run_together, orchestrator_run, *run_together] }
    expect_whole

    Dir.mktmpdir do |dir|
      server.install_module(release_with_other_plans('0.1.902', dir))
    end
    note 'orchestrator first'
    expect_databases_untouched { expect_ok [orchestrator_run, *run_together, orchestrator_run] }
    expect_whole
  ensure
    server.install_module(Lab::Release.find)
    orchestrator_run
  end
  expect_databases_untouched { expect_ok run_together }
  expect_whole
end
