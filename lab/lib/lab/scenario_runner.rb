# frozen_string_literal: true

require 'optparse'

module Lab
  # The command line of lab/scenarios.
  module ScenarioRunner
    USAGE = <<~TEXT
      lab/scenarios [--list] [--platform [MEMBER=]PLATFORM]... [NAME...]: run named scenarios, or all, on the lab's real
      machines. Makes the lab first if it is not up. --platform says what members are made as, as for `lab/lab up`, where
      the scenario is not about that itself. Exits 0 only if all passed; the last line says how many did.
    TEXT

    module_function

    def main(argv)
      return help if (argv & %w[-h --help help]).any?
      return list if argv == ['--list']

      argv = take_platforms(argv)
      unknown = argv - Scenario::REGISTRY.keys
      return complain(unknown) unless unknown.empty?

      raise Error, 'must be run as root' unless Process.uid.zero?

      run(argv.empty? ? Scenario::REGISTRY.values : Scenario::REGISTRY.values_at(*argv))
    rescue OptionParser::ParseError => e
      warn "scenarios: #{e.message}"
      2
    rescue Error => e
      warn "scenarios: #{e.message}"
      1
    end

    # Returns the names of scenarios, which are what is left.
    def take_platforms(argv)
      chosen = {}
      parser = OptionParser.new
      parser.on('--platform [MEMBER=]PLATFORM') { |value| chosen.update(Platform.choice(value)) }
      names = parser.parse(argv)
      Scenario.platforms = chosen
      names
    end

    def help
      puts USAGE
      0
    end

    def list
      Scenario::REGISTRY.each_value { |scenario| puts "#{scenario.name.ljust(32)} #{scenario.summary}" }
      0
    end

    def complain(unknown)
      warn "scenarios: there is no scenario #{unknown.join(', ')}; there are: #{Scenario::REGISTRY.keys.join(', ')}"
      2
    end

    def run(scenarios)
      cluster = Cluster.new
      cluster.choose_platforms(Scenario.platforms)
      cluster.up(count: Scenario::MEMBERS, release: Release.find)
      results = scenarios.map { |scenario| judge(scenario) }
      puts '', results.map(&:last)
      failed = results.count { |passed, _| !passed }
      puts "#{results.length - failed} passed, #{failed} failed"
      failed.zero? ? 0 : 1
    end

    # Returns whether it passed, and the line that says so.
    def judge(scenario)
      puts '', "--- #{scenario.name}: #{scenario.summary}"
      from = Shell.now
      complaint = scenario.call
      took = format('%.1f s', Shell.now - from)
      puts "--- #{scenario.name}: #{complaint ? "FAILED: #{complaint}" : 'passed'}"
      [complaint.nil?, "#{complaint ? 'FAILED' : 'passed'}  #{scenario.name} (#{took})"]
    end
  end
end
