# frozen_string_literal: true

require 'json'
require 'tmpdir'

module CrashSweep
  # All points, several at a time, and what is said of them.
  class Sweep
    def initialize(options)
      @options = options
      @recording = JSON.parse(File.read(options.recording))
    end

    # True when no point shows a violation.
    def call
      Dir.mktmpdir('crash-sweep-') do |directory|
        @directory = directory
        members = @recording['exchanges'].map { |exchange| exchange['certname'] }.uniq
        @certificates = Certificates.new(directory, [Daemon::NAME, *members])
        counts = undisturbed
        points = @options.point ? [chosen] : choose(all(counts))
        puts "#{counts.map { |call, count| "#{count} #{call}" }.join(', ')}: #{points.size} points"
        report(points, try_all(points))
      end
    end

    private

    # The calls of a run without a fault, and what it comes to, twice the same.
    def undisturbed
      first = replay(:count, 'count')
      @expected = first.call
      again = replay(nil, 'again').call
      raise Violation, "two runs without a fault differ: #{difference(again)}" if again != @expected

      CALLS.to_h { |call| [call, first.counts.fetch(call, 0)] }.reject { |_, count| count.zero? }
    end

    def all(counts)
      calls = counts.flat_map { |call, count| (1..count).map { |number| [call, number] } }
      @options.faults.flat_map { |fault| calls.map { |call, number| Point.new(fault, call, number) } }
    end

    def choose(points)
      points.each_slice(@options.every).filter_map { |slice| slice[@options.offset] || slice.last }
    end

    def chosen
      fault, call, number = @options.point.split(':')
      Point.new(fault, call, Integer(number))
    end

    # Each worker takes every @options.jobs-th point and writes a line for each.
    def try_all(points)
      pipes = Array.new(@options.jobs) do |worker|
        output, input = IO.pipe
        fork do
          output.close
          worker.step(points.size - 1, @options.jobs) { |i| input.puts(JSON.generate([i, try(points[i])])) }
          exit!(0)
        end
        input.close
        output
      end
      found = pipes.map { |pipe| Thread.new { pipe.each_line.map { |line| JSON.parse(line) } } }.flat_map(&:value).to_h
      Process.waitall
      found
    end

    # What is wrong at this point; nothing when all is well.
    def try(point)
      place = "#{@directory}/#{point}"
      found = replay(point, point.to_s).call
      found == @expected ? nil : "differs from a run without a fault: #{difference(found)}"
    rescue Violation => e
      e.message
    rescue StandardError => e
      "the sweep itself: #{e.full_message(highlight: false)}"
    ensure
      FileUtils.rm_rf(place)
    end

    def replay(point, name)
      Replay.new(@options.daemon, @recording, "#{@directory}/#{name}", @certificates, point)
    end

    def difference(found)
      @expected.filter_map { |key, value| "#{key}: #{found[key].to_json}, not #{value.to_json}" if found[key] != value }
               .join('; ')[0, 2000]
    end

    def report(points, found)
      wrong = points.each_index.select { |i| found.fetch(i, 'no answer') }
      wrong.each { |i| puts "#{points[i]}: #{found.fetch(i, 'no answer')}" }
      @options.faults.each do |fault|
        tried = points.count { |point| point.fault == fault }
        failed = wrong.count { |i| points[i].fault == fault }
        puts "#{fault}: #{tried} points, #{failed} violations" unless tried.zero?
      end
      puts "#{points.size - wrong.size} passed, #{wrong.size} failed"
      wrong.empty?
    end
  end
end
