# frozen_string_literal: true

require 'json'
require 'tmpdir'

module AgentBench
  # The whole bench: a first run in which the member joins, then rounds of runs in which there is nothing to do.
  class Run
    def initialize(rounds:, files:, json:)
      @rounds = rounds
      @files = files
      @json = json
    end

    # The exit code: 0 when the goals are met.
    def call
      Dir.mktmpdir('agent-bench') { |dir| measure(dir) }
    end

    private

    def measure(dir)
      @dir = dir
      @authority = Authority.new(dir)
      [Orchestrator::NAME, Agent::NAME].each { |name| @authority.issue(name) }
      modules = { 'galera' => ROOT, 'bench' => File.join(ROOT, 'bench/workloads/agent/modules/bench') }
      orchestrator = Orchestrator.new(dir, @authority, modules)
      orchestrator.start
      report(*rounds(agent(modules), orchestrator))
    ensure
      orchestrator&.stop
    end

    def agent(modules)
      modulepath = File.join(@dir, 'modules')
      FileUtils.mkdir_p([modulepath, File.join(@dir, 'files')])
      modules.each { |name, target| File.symlink(target, File.join(modulepath, name)) }
      Agent.new(File.join(@dir, 'agent'), @authority, modulepath)
    end

    def rounds(agent, orchestrator)
      agent.compile('without', files)
      agent.compile('with', files + member(orchestrator))
      agent.apply('with', changes: true)
      pairs = Array.new(@rounds) { |number| pair(agent, number) }
      [pairs, Array.new(@rounds) { orchestrator.exchange(Agent::NAME) }]
    end

    # Neither is always the first.
    def pair(agent, number)
      warn "round #{number + 1} of #{@rounds}"
      order = number.even? ? %w[without with] : %w[with without]
      order.to_h { |name| [name, agent.apply(name)] }.values_at('without', 'with')
    end

    def files
      Array.new(@files) do |number|
        "file { '#{@dir}/files/#{number}': ensure => file, content => 'file #{number}', mode => '0644' }\n"
      end.join
    end

    def member(orchestrator)
      <<~PUPPET
        bench::member { 'here': file => '#{@dir}/files/word', orchestrator => '#{orchestrator.url}' }
        event { 'installed': to => Bench::Member['here'] }
      PUPPET
    end

    def report(pairs, exchanges)
      table = Table.new(pairs, exchanges)
      puts @json ? JSON.pretty_generate(table.to_h) : table.to_s
      table.met? ? 0 : 1
    end
  end
end
