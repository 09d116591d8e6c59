# frozen_string_literal: true

require_relative '../orchestrator_load'

# What thousands of members see of a restart. GALERA_LAB_CONNECTIONS and GALERA_LAB_RESTARTS say how many.

Lab::Scenario.define 'restart-under-load', 'systemctl restart under load: no connection is refused, no message lost' do
  connections = Integer(ENV.fetch('GALERA_LAB_CONNECTIONS', '2000'))
  restarts = Integer(ENV.fetch('GALERA_LAB_RESTARTS', '3'))
  every = 20 + (connections / 60) # by then all are back: two cores make some hundred handshakes a second

  # Those that wait for their turn come on top of those that are held.
  server.environment.write('cluster_size' => Lab::Scenario::MEMBERS,
                           'orchestrator_limits' => { 'connections' => connections * 2 })
  server.apply_own_catalog
  server.machine.run('systemctl', 'restart', Lab::Server::ORCHESTRATOR_UNIT)
  begin
    load = Lab::OrchestratorLoad.new(server.machine, from: member(1))
    load.declare
    note "#{connections} connections, #{restarts} restarts, one every #{every} s (see #{log_dir}/load.log)"
    found = load.run(['--connections', connections, '--words', connections / 50, '--drops', connections / 500.0,
                      '--minutes', every * (restarts + 1) / 60.0, '--restart-every', every],
                     log: File.join(log_dir, 'load.log'))
    File.write(File.join(log_dir, 'load.json'), JSON.pretty_generate(found))
    found.slice('words', 'answer_ms', 'handshakes', 'failures', 'refusals', 'restarts', 'back_after_s')
         .each { |name, value| note "#{name}: #{value}" }
    expect found['restarts'] >= restarts && found['restarts_failed'].zero?, "of the restarts came #{found['restarts']}"
    expect found['connections_refused'].zero?, "#{found['connections_refused']} connections were refused"
    expect found['well'], "not all words came, once and in order: #{found['words']}"
  ensure
    server.environment.write('cluster_size' => Lab::Scenario::MEMBERS)
    server.apply_own_catalog
  end
end
