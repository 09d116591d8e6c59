# frozen_string_literal: true

require 'tmpdir'

module Lab
  # Releases with other plan texts.
  class Scenario
    MODULE_PARTS = %w[lib manifests types plans data files templates hiera.yaml metadata.json README.md LICENSE
                      CHANGELOG.md].freeze

    # Puts a release of this version, with other plan texts, on the server.
    def roll_out(version)
      Dir.mktmpdir { |dir| server.install_module(release_with_other_plans(version, dir)) }
    end

    # A release of this project's module with other plan texts: each plan has a variable and a queue more, and one
    # action has another name. Returns the archive.
    def release_with_other_plans(version, dir)
      parts = MODULE_PARTS.map { |part| File.join(Settings.project_dir, part) }
      FileUtils.cp_r(parts.select { |part| File.exist?(part) }, dir)
      plans = Dir.glob(File.join(dir, 'plans', '**', '*.plan'))
      expect !plans.empty?, 'the module has no plans to change'
      plans.each { |plan| File.write(plan, other_plan(File.read(plan), version)) }
      built = Shell.run(File.join(Settings.project_dir, 'tools/build-release'),
                        '--module', dir, '--version', version, '--output', log_dir)
      Release.new(built.lines.last.chomp)
    end

    def other_plan(text, version)
      suffix = version.tr('.', '_')
      additions = "\n  Integer $#{added_variable(version)} = 1\n  queue Integer also_added_in_#{suffix}\n"
      text.sub(/^plan [^{]*\{/) { |opening| opening + additions }
          .sub(/^( *action )(\w+)/) { "#{Regexp.last_match(1)}#{Regexp.last_match(2)}_of_#{suffix}" }
    end

    def added_variable(version)
      "added_in_#{version.tr('.', '_')}"
    end

    # The members and the orchestrator run the plans of this version: each has the variable that it added.
    def expect_plans_of(version)
      name = added_variable(version)
      expect cluster_variables.key?(name), "the orchestrator's cluster has no variable #{name}"
      cluster.members.each do |machine|
        state = machine.run('sh', '-c', "cat #{machine.platform.statedir}/galera/*.json")
        expect state.include?(%("#{name}":)), "the state of #{machine.name} has no variable #{name}"
      end
    end

    # What a change of plans must not change: roles, conversations, the map, grants.
    def remembered
      members = cluster.status['members'].to_h do |member|
        [member['certname'], [member['role'], member['orchestrator']&.slice('incarnation', 'former_incarnations')]]
      end
      { 'members' => members, 'cluster' => cluster_variables.slice('map_version', 'grants', 'the_grant', 'leader') }
    end

    # What the block does leaves every mariadbd as it was, and the cluster with all that it remembered.
    def expect_nothing_lost(&block)
      before = remembered
      expect_databases_untouched(&block)
      after = remembered
      expect after == before, "what was remembered has changed: #{before} became #{after}"
      letters = cluster.status.dig('orchestrator', 'dead_letters')
      expect letters == [], "the orchestrator has dead letters: #{letters.inspect}"
      expect_whole
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
    roll_out('0.1.901')
    note 'members first'
    expect_nothing_lost { expect_ok [*run_together, orchestrator_run, *run_together] }
    expect_plans_of('0.1.901')

    roll_out('0.1.902')
    note 'orchestrator first'
    expect_nothing_lost { expect_ok [orchestrator_run, *run_together, orchestrator_run] }
    expect_plans_of('0.1.902')
  ensure
    server.install_module(Lab::Release.find)
    orchestrator_run
  end
  expect_nothing_lost { expect_ok run_together }
end
