# frozen_string_literal: true

require 'fileutils'
require 'json'
require 'open3'
require 'tempfile'

# Ours and the peers: how each is made, run and read.
module EngineBench
  ROOT = File.expand_path('../../..', __dir__)
  PEERS = "#{ROOT}/bench/peers"
  MADE = "#{ROOT}/build/bench" # what has to be compiled

  # One figure of a workload: {"workload": "G2/1000", "rate": 1.2e6, "unit": "joins/s"}.
  Reading = Struct.new(:workload, :rate, :unit)

  # A program that does workloads. Fails loudly: whatever it prints or returns that is no reading is an Error.
  class Program
    attr_reader :name, :package, :groups

    # package: the Debian package that has what it needs; tool: that package's command
    def initialize(name:, package:, tool:, groups:)
      @name = name
      @package = package
      @tool = tool
      @groups = groups
    end

    def installed?
      ENV.fetch('PATH').split(':').any? { |folder| File.executable?("#{folder}/#{@tool}") }
    end

    # Compiles what must be; needed once before `readings`.
    def prepare; end

    def readings(group, tiny:)
      read(output_of(*command(group, tiny)))
    end

    private

    def read(text)
      text.each_line.map do |line|
        row = JSON.parse(line)
        Reading.new(row.fetch('workload'), Float(row.fetch('rate')), row.fetch('unit'))
      end
    rescue JSON::ParserError, KeyError, TypeError, ArgumentError => e
      raise Error, "#{name} printed what is no reading: #{e.message}"
    end

    def output_of(*command)
      output, problems, status = Open3.capture3(*command)
      return output if status.success?

      said = "#{problems}#{output}".strip.lines.last(3).join.strip
      raise Error, "#{name} (#{command.first(2).join(' ')}) failed: #{said}"
    end

    # Runs the block when `made` is older than `source`.
    def make(made, source)
      return if File.exist?(made) && File.mtime(made) >= File.mtime(source)

      FileUtils.mkdir_p(File.dirname(made))
      yield
    end
  end

  # plan-bench, of the release.
  class PlanEngine < Program
    BINARY = "#{ROOT}/build/release/bin/plan-bench"

    def initialize(binary = BINARY)
      super(name: 'ours', package: 'libbenchmark-dev', tool: binary, groups: GROUPS)
      @binary = binary
    end

    def installed?
      File.executable?(@binary)
    end

    def command(group, tiny)
      [@binary, '--benchmark_format=json', "--benchmark_filter=^#{group}(/|$)",
       *(tiny ? ['--tiny', '--benchmark_min_time=0.001'] : [])]
    end

    private

    def read(text)
      JSON.parse(text).fetch('benchmarks').map do |row|
        raise Error, "ours: #{row['name']}: #{row['error_message']}" if row['error_occurred']

        Reading.new(row.fetch('name').sub(%r{/iterations:\d+\z}, ''), row.fetch('rate'), row.fetch('label'))
      end
    rescue JSON::ParserError, KeyError => e
      raise Error, "plan-bench printed what is not Google Benchmark's JSON: #{e.message}"
    end
  end

  # One scheduler that does not spin: the workloads are of one thread, and its CPU time is what counts.
  class Erlang < Program
    MODULE = "#{MADE}/erlang_peer.beam"

    def initialize(name: 'Erlang', groups: %w[G1 G2 G5], suffix: '')
      super(name: name, package: 'erlang-base', tool: 'erlc', groups: groups)
      @suffix = suffix
    end

    def prepare
      source = "#{PEERS}/erlang_peer.erl"
      make(MODULE, source) { output_of('erlc', '-o', MADE, source) }
    end

    def command(group, tiny)
      # A crash is told in a line, not in a file of megabytes.
      ['env', 'ERL_CRASH_DUMP_BYTES=0', 'erl', '-noshell', '+S', '1', '+sbwt', 'none', '-pa', MADE, '-eval',
       "erlang_peer:main(['#{group}#{@suffix}', #{tiny ? 'tiny' : 'full'}])."]
    end
  end

  # clips.clp, called from a file of calls.
  class Clips < Program
    SEED = 20_240_506

    def initialize
      super(name: 'CLIPS', package: 'clips', tool: 'clips', groups: %w[G1 G2 G3])
    end

    def readings(group, tiny:)
      Tempfile.create(%w[bench .clp]) do |file|
        file.puts("(load* \"#{PEERS}/clips.clp\")", calls(group, tiny), '(exit)')
        file.close
        read(output_of('clips', '-f2', file.path))
      end
    end

    private

    # Partial matches make G3 hopeless beyond a crowd of 8.
    SIZES = { firings: 1_000_000, batches: [1, 10, 100, 1000, 10_000], joins: 10_000,
              crowds: [1, 2, 4, 8], rounds: 100, seconds: 0.5 }.freeze
    TINY = { firings: 100, batches: [1, 10], joins: 20, crowds: [1, 3], rounds: 5, seconds: 0 }.freeze

    def calls(group, tiny)
      sizes = tiny ? TINY : SIZES
      case group
      when 'G1' then ["(G1 #{sizes[:firings]} #{sizes[:seconds]})"]
      when 'G2' then sizes[:batches].map { |size| join(size, sizes) }
      when 'G3' then sizes[:crowds].map { |crowd| "(G3 #{crowd} #{sizes[:rounds]} #{sizes[:seconds]})" }
      end
    end

    def join(size, sizes)
      shuffled = (1..size).to_a.shuffle(random: Random.new(SEED))
      "(G2 #{size} #{sizes[:joins].fdiv(size).ceil} #{sizes[:seconds]} #{shuffled.join(' ')})"
    end
  end

  # A script in bench/peers and what runs it.
  class Script < Program
    def initialize(interpreter:, script:, **rest)
      super(tool: interpreter.first, **rest)
      @interpreter = interpreter
      @script = script
    end

    def command(group, tiny)
      [*@interpreter, "#{PEERS}/#{@script}", group, *('--tiny' if tiny)]
    end
  end

  # Plain C++ that knows everything beforehand.
  class Floor < Program
    BINARY = "#{MADE}/floor"

    def initialize
      super(name: 'C++', package: 'g++', tool: 'g++', groups: %w[G1 G2])
    end

    def prepare
      source = "#{PEERS}/floor.cc"
      make(BINARY, source) { output_of('g++', '-std=c++20', '-O2', '-o', BINARY, source) }
    end

    def command(group, tiny)
      [BINARY, group, *('--tiny' if tiny)]
    end
  end

  # In the order of the table's columns.
  def self.peers
    [Erlang.new, Erlang.new(name: 'Erlang sel.', groups: %w[G2], suffix: '_selective_receive'), Clips.new,
     Script.new(name: 'CHR', package: 'swi-prolog-nox', interpreter: %w[swipl -O], script: 'chr.pl', groups: %w[G2]),
     Script.new(name: 'Lua', package: 'lua5.4', interpreter: %w[lua5.4], script: 'expressions.lua', groups: %w[G4]),
     Script.new(name: 'Puppet', package: 'puppet-agent', interpreter: %w[ruby], script: 'expressions.rb',
                groups: %w[G4]), Floor.new]
  end
end
