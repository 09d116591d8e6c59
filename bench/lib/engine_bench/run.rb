# frozen_string_literal: true

module EngineBench
  # The rounds of one invocation: every program in every round, ours and the peers in turns.
  class Run
    def initialize(rounds:, only:, json:, tiny:, programs: [PlanEngine.new] + EngineBench.peers)
      @rounds = rounds
      @only = only
      @json = json
      @tiny = tiny
      @programs = programs
      @problems = []
    end

    # Prints the table; returns the exit code.
    def call
      ours = @programs.first
      raise Error, "#{PlanEngine::BINARY} is not there: #{HOW_TO_BUILD}" unless ours.installed?

      @absent, present = @programs.partition { |program| !program.installed? }
      present = present.select { |program| prepared?(program) }
      table = Table.new(rows(present), columns: @programs.map(&:name), absent: @absent, groups: @only)
      puts @json ? JSON.pretty_generate(table.to_a) : table.to_s
      @problems.uniq.each { |problem| warn "engine: #{problem}" }
      @problems.empty? ? 0 : 1
    end

    HOW_TO_BUILD = 'install libbenchmark-dev, then ' \
                   'cmake --preset release && cmake --build --preset release --target plan-bench'

    private

    def prepared?(program)
      program.prepare
      true
    rescue Error => e
      @problems << e.message
      false
    end

    # {[program, workload] => readings}
    def rows(programs)
      readings = Hash.new { |hash, key| hash[key] = [] }
      (1..@rounds).each do |round|
        @only.product(programs).each do |group, program|
          next unless program.groups.include?(group)

          warn "round #{round} of #{@rounds}: #{group} #{program.name}" if $stderr.tty?
          read(program, group).each { |reading| readings[[program.name, reading.workload]] << reading }
        end
      end
      readings
    end

    # A program that failed has no figures; the others go on.
    def read(program, group)
      program.readings(group, tiny: @tiny)
    rescue Error => e
      @problems << e.message
      []
    end
  end
end
