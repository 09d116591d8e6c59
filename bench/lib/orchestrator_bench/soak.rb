# frozen_string_literal: true

require 'json'
require 'open3'
require 'tmpdir'

module OrchestratorBench
  # `plan-load soak`, and what it found as a table.
  class Soak
    # `options`: as plan-load takes them, by name.
    def initialize(options)
      @options = options.flat_map { |name, value| ["--#{name}", value.to_s] }
      @own_daemon = !options.key?(:listen)
    end

    # Whether all was well.
    def call(json: false)
      figures = Dir.mktmpdir('plan-soak') { |directory| run(directory) }
      puts json ? JSON.pretty_generate(figures) : rows(figures).map { |name, value| format('%-24s %s', name, value) }
      figures['well']
    end

    private

    def run(directory)
      own = ['--daemon', File.join(Load::BIN, 'plan-orchestrator'), '--directory', directory]
      program = File.join(Load::BIN, 'plan-load')
      raise Error, "#{program} is not built: ninja -C build/release plan-load" unless File.exist?(program)

      out, = Open3.capture2(program, 'soak', *(own if @own_daemon), *@options)
      raise Error, 'plan-load soak did not come to an end' if out.empty?

      JSON.parse(out)
    end

    def rows(figures)
      { 'members, connections' => figures.values_at('members', 'connections').join(', '),
        'exchanges' => figures['exchanges'],
        'words' => counts(figures['words']),
        'answer, ms' => counts(figures['answer_ms'].transform_values { |value| value.round(1) }),
        'handshakes' => figures['handshakes'],
        'churn' => counts(figures.slice('dropped', 'left', 'begun_anew')),
        'connections refused' => figures['connections_refused'],
        'other failures' => counts(figures['failures']),
        'refusals' => counts(figures['refusals']),
        'restarts' => restarts(figures),
        'memory, MB each minute' => figures['memory_mb'].map(&:round).join(' '),
        'growth, % an hour' => growth(figures),
        'all well' => figures['well'] ? 'yes' : 'NO' }
    end

    def counts(values)
      values.empty? ? 'none' : values.map { |name, count| "#{name} #{count}" }.join(', ')
    end

    def restarts(figures)
      back = figures['back_after_s'].map { |seconds| "#{seconds.round(1)} s" }
      "#{figures['restarts']}#{", all back after #{back.join(', ')}" unless back.empty?}"
    end

    def growth(figures)
      percent = figures['growth_percent_per_hour']
      return 'not judged' unless percent

      "#{percent.round(1)} (#{figures['flat'] ? 'flat' : 'NOT flat'})"
    end
  end
end
