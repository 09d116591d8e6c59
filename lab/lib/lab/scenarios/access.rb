# frozen_string_literal: true

require_relative '../stolen_certificate'

# Who may not do what, on real machines.

module Lab
  # What these have in common.
  class Scenario
    # The audit's records of refusals of this certname, as the journal of the orchestrator's host has them.
    def refusals(certname)
      found = server.machine.run('journalctl', '--no-pager', '--output=json', '-u', Server::ORCHESTRATOR_UNIT,
                                 'PLAN_EVENT=refused', "PLAN_CERTNAME=#{certname}")
      found.lines.map { |line| JSON.parse(line)['PLAN_CODE'] }
    end

    # What the node's own catalog of its last run holds.
    def admission_of(machine)
      directory = machine.run('puppet', 'config', 'print', '--section', 'agent', 'client_datadir').chomp
      catalog = JSON.parse(machine.run('cat', "#{directory}/catalog/#{machine.certname}.json"))
      catalog['resources'].find { |resource| resource['type'] == 'Plan_process' }.dig('parameters', 'admission')
    end

    # Everything a thief with a certificate of the CA, and with another node's admission, would try: what, and the code
    # of its refusal.
    def attempts_with(stolen, victim)
      admission = admission_of(victim)
      cluster = "/plan/v1/clusters/#{Settings::CLUSTER}"
      { 'join' => [-> { stolen.join }, 'not_admitted'],
        "join by #{victim.name}'s admission" => [-> { stolen.join(admission: admission) }, 'admission_refused'],
        "send as #{victim.name}" => [-> { stolen.join(owner: victim.certname, admission: admission) },
                                     'wrong_certname'],
        "send in #{victim.name}'s name" => [-> { stolen.join(speaker: victim.certname, admission: admission) },
                                            'wrong_certname'],
        'read the clusters' => [-> { stolen.call('Get', '/plan/v1/clusters') }, 'forbidden'],
        'read the map' => [-> { stolen.call('Get', cluster) }, 'forbidden'],
        'read the members' => [-> { stolen.call('Get', "#{cluster}/members") }, 'forbidden'],
        'read the metrics' => [-> { stolen.call('Get', '/metrics') }, 'forbidden'] }
    end
  end
end

Lab::Scenario.define 'stolen-certificate', 'who has but a certificate of the CA gets 403, and the audit a line' do
  formed_cluster
  stolen = Lab::StolenCertificate.new(server.machine, member(3), "web#{Time.now.to_i}.#{Lab::Settings::DOMAIN}")
  stolen.steal
  begin
    codes = []
    expect_databases_untouched do
      attempts_with(stolen, member(1)).each do |what, (attempt, code)|
        answer = attempt.call
        expect answer == [403, code], "#{what}: the answer was #{answer}, not 403 #{code}"
        codes << code
        expect refusals(stolen.certname) == codes, "#{what}: the audit has #{refusals(stolen.certname)}, not #{codes}"
        note "#{what}: 403 #{code}, and a line in the audit"
      end
    end
    known = cluster.status['orchestrator']['members'].keys
    expect known.sort == cluster.members.map(&:certname).sort, "the orchestrator knows #{known}"
    expect_second_run_changes_nothing
  ensure
    stolen.give_back
  end
end
