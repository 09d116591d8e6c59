# frozen_string_literal: true

# The installed Puppet: the expressions of G4, each parsed once and evaluated many times in one process, and its parser.
#
#   ruby expressions.rb G4 [--tiny]

require 'json'
require 'tmpdir'
require 'puppet'
require 'puppet_pal'

# The rows of G4 as Puppet's evaluator does them.
class ExpressionBench
  SECONDS = 0.5
  WORKLOADS = File.expand_path('../workloads', __dir__)

  def initialize(compiler, workload, tiny:)
    @compiler = compiler
    @expressions = workload.fetch('expressions')
    @seconds = tiny ? 0 : SECONDS
    @elements = workload.fetch('variables').fetch('list').length
    @repetitions = tiny ? 1 : 20
  end

  def call
    @expressions.each { |name, row| evaluate(name, row) }
    parse
  end

  private

  def evaluate(name, row)
    model = @compiler.parse_string(row.fetch('text')).body
    check(name, @compiler.evaluate(model), wanted(name, row))
    rate = measure(100) { @compiler.evaluate(model) }
    return print_rate(name, rate, 'evaluations/s') unless row['calls']

    print_rate(name, rate * @elements, 'lambda calls/s')
  end

  def wanted(name, row)
    case name
    when 'map' then (2..@elements + 1).to_a
    when 'reduce' then (1..@elements).sum
    else row.fetch('value')
    end
  end

  def check(name, found, wanted)
    abort "puppet: wrong result of #{name}: #{found.inspect}" unless found == wanted
  end

  # Only the parser; what Puppet checks of a tree afterwards is not counted.
  def parse
    statements = File.read("#{WORKLOADS}/statements.pp")
    text = "with({}, 'example.com') |$settings, $domain| {\n#{statements * @repetitions}}\n"
    parser = Puppet::Pops::Parser::Parser.new
    rate = measure(1) { parser.parse_string(text) }
    print_rate('parse', rate * text.bytesize / 1000, 'kB/s')
  end

  # Calls a second of CPU time, in passes of `times`.
  def measure(times, &block)
    passes = 0
    from = cpu
    loop do
      times.times(&block)
      passes += 1
      break if cpu - from >= @seconds
    end
    passes * times / (cpu - from)
  end

  def cpu
    Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  end

  def print_rate(name, rate, unit)
    puts JSON.generate(workload: "G4/#{name}", rate: rate.round(1), unit: unit)
  end
end

unless ARGV.first == 'G4' && [[], ['--tiny']].include?(ARGV.drop(1))
  warn 'usage: ruby expressions.rb G4 [--tiny]'
  exit 2
end
tiny = ARGV[1] == '--tiny'
workload = JSON.parse(File.read("#{ExpressionBench::WORKLOADS}/expressions.json"))
workload['variables']['list'] = (1..(tiny ? 20 : 1000)).to_a
Dir.mktmpdir do |directory|
  Puppet.initialize_settings(['--confdir', directory, '--vardir', directory])
  Puppet[:strict] = :error
  Puppet[:strict_variables] = true
  Puppet::Pal.in_tmp_environment('bench', modulepath: []) do |pal|
    pal.with_script_compiler(variables: workload['variables']) do |compiler|
      ExpressionBench.new(compiler, workload, tiny: tiny).call
    end
  end
end
