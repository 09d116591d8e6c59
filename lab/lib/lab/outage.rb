# frozen_string_literal: true

module Lab
  # One outage as it was drawn: who goes, how and when, who comes back when, and what becomes of the orchestrator
  # meanwhile.
  class Outage
    # A power cut; kill -9 of mariadbd, which systemd starts again; a clean stop of mariadbd; a shutdown of the machine.
    WAYS = %i[cut kill stop shutdown].freeze
    CRASHES = %i[cut kill].freeze
    # How many go, in turns; nil: all of them.
    SCOPES = [nil, nil, 1, nil, 2].freeze
    ORCHESTRATOR = %i[up up down restarted killed].freeze
    # Seconds a run waits for others: one gives up before they come, another sees them come.
    WAITS = [10, 30, 120].freeze
    # Seconds within which the members are back after the last has gone, and the orchestrator is.
    BACK = 25.0
    # Rows that are acknowledged between two who go one after the other.
    ROWS = (1..15).freeze

    Departure = Struct.new(:name, :way)

    attr_reader :number, :groups, :rows, :returns, :orchestrator, :orchestrator_at, :wait, :pauses

    # Those of a group go at the same instant. `returns`: seconds after the last has gone, by name, of those who stay,
    # too: they run their agents as well. `pauses`: seconds between a member's runs, by name.
    def initialize(number, names, random)
      @number = number
      @size = names.length
      @groups = draw_groups(names.sample(SCOPES[(number - 1) % SCOPES.length] || @size, random: random), random)
      @rows = random.rand(ROWS)
      @returns = draw_returns(names, random)
      @orchestrator = ORCHESTRATOR.sample(random: random)
      @orchestrator_at = random.rand(0.0..BACK)
      @wait = WAITS.sample(random: random)
      @pauses = names.to_h { |name| [name, random.rand(1.0..8.0)] }
    end

    def departures
      groups.flatten
    end

    def full?
      departures.length == @size
    end

    # Is there surely a Primary component when the first `count` groups have gone? Who crashes counts against those who
    # are left; who leaves says so.
    def primary_after?(count)
      component = @size
      groups.first(count).all? do |group|
        crashed = group.count { |departure| CRASHES.include?(departure.way) }
        component -= group.length
        crashed < component
      end
    end

    # How often the cluster may be bootstrapped by it: never where a part of it stayed Primary.
    def restarts
      primary_after?(groups.length) ? (0..0) : (0..1)
    end

    def to_s
      gone = groups.map { |group| group.map { |departure| "#{departure.way} #{departure.name}" }.join(' + ') }
      back = returns.sort_by(&:last).map { |name, at| format('%<name>s %<at>.0f', name: name, at: at) }
      "#{gone.join(', then ')}; runs: #{back.join(', ')} (wait #{wait})#{about_orchestrator}"
    end

    private

    def about_orchestrator
      return if orchestrator == :up

      format('; orchestrator %<what>s, %<at>.0f', what: orchestrator, at: orchestrator_at)
    end

    def draw_groups(names, random)
      names.each_with_object([]) do |name, groups|
        departure = Departure.new(name, WAYS.sample(random: random))
        if groups.empty? || random.rand < 0.5
          groups << [departure]
        else
          groups.last << departure
        end
      end
    end

    # Half of the time all at once, as after a power cut of the whole house.
    def draw_returns(names, random)
      together = random.rand < 0.5
      names.to_h { |name| [name, together ? 0.0 : random.rand(0.0..BACK)] }
    end
  end
end
