# frozen_string_literal: true

require 'json'
require 'tmpdir'

module AgentBench
  # The whole bench: a first run in which the member joins, then rounds of runs in which there is nothing to do.
  #
  # Where in a run Ruby collects its garbage depends on the number of objects made until then, to the object, and one
  # more is 7 ms, a part of what is measured. So the rounds take catalogs of several sizes.
  class Run
    SIZES = 5
    STEP = 8

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
      compile(agent, orchestrator)
      agent.apply("with #{SIZES - 1}", changes: true)
      pairs = Array.new(@rounds) { |number| pair(agent, number) }
      [pairs, Array.new(@rounds) { orchestrator.exchange(Agent::NAME) }]
    end

    # The last catalog is the largest and has the files of all.
    def compile(agent, orchestrator)
      SIZES.times do |size|
        warn "compiling: #{size + 1} of #{SIZES}"
        files = files(@files + (STEP * size))
        agent.compile("without #{size}", files + member)
        agent.compile("with #{size}", files + member(orchestrator) + event)
      end
    end

    # Neither is always the first.
    def pair(agent, number)
      warn "round #{number + 1} of #{@rounds}"
      order = number.even? ? %w[without with] : %w[with without]
      order.to_h { |name| [name, agent.apply("#{name} #{number % SIZES}")] }.values_at('without', 'with')
    end

    def files(count)
      Array.new(count) do |number|
        "file { '#{@dir}/files/#{number}': ensure => file, content => 'file #{number}', mode => '0644' }\n"
      end.join
    end

    # In both catalogs, as in every real one, a define and a type that Puppet does not load for itself: it looks for the
    # one in all folders of all gems, and has Ruby 3.1 look anew at all files that were loaded (10 ms each).
    def member(orchestrator = nil)
      <<~PUPPET
        bench::member { 'here':
          file         => '#{@dir}/files/word',
          orchestrator => #{orchestrator ? "'#{orchestrator.url}'" : 'undef'},
        }
      PUPPET
    end

    def event
      "event { 'installed': to => Bench::Member['here'] }\n"
    end

    def report(pairs, exchanges)
      table = Table.new(pairs, exchanges)
      puts @json ? JSON.pretty_generate(table.to_h) : table.to_s
      table.met? ? 0 : 1
    end
  end
end
