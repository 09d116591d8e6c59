# frozen_string_literal: true

module Lab
  # What may not be left of runs that are over, once the cluster is whole.
  class Leftovers
    ON_MEMBERS = {
      'an agent lock' => 'cat %<statedir>s/agent_catalog_run.lock',
      'half a state file' => 'find %<statedir>s/galera -type f -not -name "*.json" -not -name "*.taken"',
      'a token to bootstrap with' => 'find /var/lib/galera-member/token -type f',
      'a mariadbd beside the service' =>
        'pgrep -x mariadbd | grep -vx "$(systemctl show -P MainPID mariadb)"',
      'an agent' => 'pgrep -f "[p]uppet agent"'
    }.freeze

    def initialize(cluster)
      @cluster = cluster
    end

    # One sentence for each.
    def complaints
      at_the_orchestrator + @cluster.members.flat_map { |machine| on(machine) }
    end

    private

    # A born cluster has used its grant; nothing may lie there for a run that is over. What a member with a new disk
    # had not received before is told, and is as it should be.
    def at_the_orchestrator
      view = @cluster.status['orchestrator']
      process = view.dig('state', 'processes', "galera::cluster[#{Settings::CLUSTER}]") || {}
      found = []
      found << "its states are #{process['states']}, not born" unless process['states'] == ['born']
      letters = Array(view['dead_letters']).reject do |letter|
        letter['reason'].to_s.end_with?('of the member that is gone')
      end
      found << "dead letters: #{letters}" unless letters.empty?
      queues = (process['queues'] || {}).reject { |_, tokens| tokens.empty? }
      found << "tokens nobody took: #{queues}" unless queues.empty?
      found.map { |text| "the orchestrator: #{text}" }
    end

    def on(machine)
      ON_MEMBERS.filter_map do |what, command|
        found = machine.try('sh', '-c', "#{format(command, statedir: machine.platform.statedir)} 2>/dev/null").out
        "#{what} is left on #{machine.name}: #{found.split.join(' ')}" unless found.strip.empty?
      end
    end
  end
end
