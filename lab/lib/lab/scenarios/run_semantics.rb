# frozen_string_literal: true

# What an agent's run does with a member of a cluster, as spec/situations has it for a run without a server: here with
# one that compiles, keeps the reports and can be down, and with a database that must run on as the process it is.

module Lab
  # What the parts of it have in common.
  class Scenario
    # Each leaves every mariadbd alone, changes nothing, and says so in a report that the server gets.
    QUIET_RUNS = [
      %w[--noop], %w[--tags galera::host], %w[--tags event], %w[--tags service], %w[--skip_tags galera::host],
      %w[--evaltrace], %w[--use_cached_catalog]
    ].freeze

    def expect_quiet_run(machine, arguments)
      before = report_of(machine)
      run = expect_databases_untouched { run_agent(machine, *arguments) }
      what = "puppet agent -t #{arguments.join(' ')}"
      expect run.code.zero?, "#{what} ended with #{run.code} (#{run.meaning})"
      report = report_of(machine)
      expect report['transaction_uuid'] != before['transaction_uuid'], "#{what}: no report on the server"
      expect report['status'] == 'unchanged', "#{what}: its report says #{report['status']}"
    end

    def report_of(machine)
      server.last_report(machine.certname)
    end

    # The member keeps nothing of what its plan did, and has a catalog that stops the database unless the plan runs it.
    def expect_untouched_without_memory(machine)
      machine.run('find', "#{machine.platform.statedir}/galera", '-type', 'f', '-delete')
      expect_quiet_run(machine, %w[--tags service])
      expect_quiet_run(machine, %w[--skip_tags galera::host])
      expect_ok(expect_databases_untouched { run_agent(machine) })
      expect_quiet_run(machine, [])
    end

    # As the daemon runs it, which `-t` does not: with the catalog of the last run.
    DAEMONS_RUN = %w[puppet agent --onetime --no-daemonize --detailed-exitcodes --verbose --color=false
                     --logdest=console].freeze

    def expect_quiet_run_without_server(machine)
      server.machine.run('systemctl', 'stop', 'puppetserver')
      run = expect_databases_untouched { machine.try(*DAEMONS_RUN) }
      said = run.out + run.err
      expect run.ok?, "a run with a cached catalog ended with #{run.status}: #{said}"
      expect said.include?('Using cached catalog'), "the run does not say that its catalog is a cached one: #{said}"
    ensure
      server.machine.run('systemctl', 'start', 'puppetserver')
    end

    # A run when it starts, one more when it is asked for; and it ends with all that it started.
    def expect_daemon(machine)
      seen = report_of(machine)['transaction_uuid']
      machine.run('systemd-run', '--unit=agent', 'puppet', 'agent', '--no-daemonize', '--runinterval=3600')
      seen = expect_next_report(machine, seen, 'the daemon')
      machine.run('systemctl', 'kill', '--kill-whom=main', '--signal=USR1', 'agent')
      expect_next_report(machine, seen, 'the daemon, asked by USR1,')
    ensure
      machine.run('systemctl', 'stop', 'agent')
      expect machine.try('pgrep', '-f', 'puppet agent').out.empty?, 'an agent outlived its daemon'
    end

    def expect_next_report(machine, seen, who)
      Shell.wait_until("a report of #{who}", seconds: 120, every: 1) { report_of(machine)['transaction_uuid'] != seen }
      report = report_of(machine)
      expect report['status'] == 'unchanged', "#{who} reported #{report['status']}"
      report['transaction_uuid']
    end
  end
end

Lab::Scenario.define 'run-semantics', 'a member runs its agent in every way there is, and its database runs on' do
  formed_cluster
  machine = member(2)
  expect_quiet_run(machine, [])
  Lab::Scenario::QUIET_RUNS.each { |arguments| expect_quiet_run(machine, arguments) }
  note 'all that the member remembers of its plan is lost'
  expect_untouched_without_memory(machine)
  note 'the server is down'
  expect_quiet_run_without_server(machine)
  note 'the agent as a daemon'
  expect_databases_untouched { expect_daemon(machine) }
  expect_second_run_changes_nothing
end
