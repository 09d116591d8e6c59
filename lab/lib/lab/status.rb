# frozen_string_literal: true

require 'json'

module Lab
  # What each member says of itself, by its own SQL, beside what the orchestrator says of it.
  class Status
    VARIABLES = %w[wsrep_cluster_size wsrep_cluster_status wsrep_local_state_comment wsrep_ready wsrep_connected
                   wsrep_cluster_state_uuid wsrep_last_committed wsrep_incoming_addresses].freeze
    NUMBERS = %w[wsrep_cluster_size wsrep_last_committed].freeze
    QUERY = "SHOW GLOBAL STATUS WHERE Variable_name IN (#{VARIABLES.map { |name| "'#{name}'" }.join(', ')})"
    SQL_SECONDS = 5
    SYNCED = { 'wsrep_cluster_status' => 'Primary', 'wsrep_local_state_comment' => 'Synced',
               'wsrep_ready' => 'ON' }.freeze

    def initialize(machines, server)
      @machines = machines
      @server = server
    end

    def collect
      orchestrator = OrchestratorView.new(@server).collect
      members = Shell.in_parallel(@machines) { |machine| member(machine) }
      members.each do |member|
        seen = orchestrator.fetch('members', {})[member['certname']]
        member['role'] = seen && seen['role']
        member['orchestrator'] = seen
      end
      { 'cluster' => Settings::CLUSTER, 'members' => members, 'orchestrator' => orchestrator }
    end

    # One SQL query on a member's own socket; nil when it gives no answer.
    def self.query(machine, sql)
      result = machine.try('timeout', SQL_SECONDS, 'mariadb', '--batch', '--skip-column-names', '--execute', sql)
      result.ok? ? result.out : nil
    end

    def self.wsrep(machine)
      answer = query(machine, QUERY) or return nil

      values = answer.lines.to_h { |line| line.chomp.split("\t", 2) }
      values.to_h { |name, value| [name, NUMBERS.include?(name) ? value.to_i : value] }
    end

    # Do all of these say that they are Synced members of one cluster, and that it has no others?
    def self.whole?(machines)
      views = Shell.in_parallel(machines) { |machine| wsrep(machine) }
      return false unless views.all? { |view| view && SYNCED.all? { |name, value| view[name] == value } }

      views.map { |view| view['wsrep_cluster_state_uuid'] }.uniq.one? &&
        views.all? { |view| view['wsrep_cluster_size'] == machines.length }
    rescue Error # one of them is off, or was cut in this very moment
      false
    end

    private

    def member(machine)
      facts = { 'certname' => machine.certname, 'address' => machine.address,
                'power' => machine.running? ? 'on' : 'off',
                'network' => Network.exist?(machine.name) && Network.plugged?(machine.name) ? 'plugged' : 'unplugged' }
      return facts.merge('service' => nil, 'wsrep' => nil) unless machine.running?

      facts.merge('service' => unit(machine), 'wsrep' => self.class.wsrep(machine))
    end

    def unit(machine)
      out = machine.try('systemctl', 'show', Settings::MARIADB_UNIT, '-p', 'ActiveState,SubState,MainPID').out
      values = out.lines.to_h { |line| line.chomp.split('=', 2) }
      { 'active_state' => values['ActiveState'], 'sub_state' => values['SubState'],
        'main_pid' => values['MainPID'].to_i }
    end
  end

  # The orchestrator's own word, asked over HTTPS with the server's certificate as an operator would.
  class OrchestratorView
    SECONDS = 5

    def initialize(server)
      @machine = server.machine
    end

    # Always an object: with 'error' when there was no answer, else with the answer and 'members' by certname.
    def collect
      return { 'error' => 'the server is off', 'members' => {} } unless @machine.running?

      result = @machine.try(*request)
      return { 'error' => result.err.strip, 'members' => {} } unless result.ok?

      view = JSON.parse(result.out)
      view.merge('members' => members(view))
    rescue JSON::ParserError => e
      { 'error' => "the orchestrator's answer is not JSON: #{e.message[0, 80]}", 'members' => {} }
    end

    private

    def request
      certname = @machine.certname
      ['curl', '--silent', '--show-error', '--fail', '--max-time', SECONDS,
       '--cert', "#{Server::SSL_DIR}/certs/#{certname}.pem", '--key', "#{Server::SSL_DIR}/private_keys/#{certname}.pem",
       '--cacert', "#{Server::SSL_DIR}/certs/ca.pem",
       "https://#{certname}:#{Settings::ORCHESTRATOR_PORT}/plan/v1/clusters/#{Settings::CLUSTER}"]
    end

    # The conversations by certname, each with the role that the cluster's plan gave the member.
    def members(view)
      roles = roles(view)
      Array(view['members']).to_h { |member| [member['certname'], member.merge('role' => roles[member['certname']])] }
    end

    # The plan's variable $members is a hash of role and process; one with keys that are no strings is written as a
    # list.
    def roles(view)
      processes = view.dig('state', 'processes') || {}
      members = processes.dig("galera::cluster[#{view['title']}]", 'variables', 'members') || {}
      Array(members['__pvalue']).each_slice(2).to_h { |role, process| [process['certname'], role] }
    end
  end
end
