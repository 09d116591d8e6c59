# frozen_string_literal: true

require 'open3'

module Lab
  # Running commands on the host, and telling the user what is going on.
  module Shell
    Result = Struct.new(:out, :err, :status, keyword_init: true) do
      def ok?
        status.zero?
      end
    end

    STARTED = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    PRINT_LOCK = Mutex.new

    module_function

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    # A progress line. On standard error, so that what a command answers on standard output stays clean.
    def say(text)
      PRINT_LOCK.synchronize { warn format('lab %<at>6.1f s  %<text>s', at: now - STARTED, text: text) }
    end

    def puts_locked(text)
      PRINT_LOCK.synchronize do
        $stdout.puts text
        $stdout.flush
      end
    end

    # Says what is done and, afterwards, how long it took. Returns what the block returns.
    def step(text)
      from = now
      result = yield
      say format('%<text>s: %<took>.1f s', text: text, took: now - from)
      result
    end

    # Runs a command to its end and returns a Result; a failure is the caller's to judge.
    def try(*command, input: nil)
      out, err, status = Open3.capture3(*command.map(&:to_s), stdin_data: input.to_s)
      Result.new(out: out, err: err, status: status.exitstatus || (128 + status.termsig))
    rescue Errno::ENOENT => e
      raise Error, "#{command.first} is not installed (#{e.message}); run tools/install-dependencies"
    end

    # Runs a command that must succeed and returns its standard output.
    def run(*command, input: nil)
      result = try(*command, input: input)
      return result.out if result.ok?

      said = [result.err, result.out].map(&:strip).reject(&:empty?).join("\n")
      raise Error, "failed with exit code #{result.status}: #{command.join(' ')}\n#{said}"
    end

    # Polls until the block is true. A lab waits for other machines: there is nothing to be woken by.
    def wait_until(what, seconds:, every: 0.1)
      deadline = now + seconds
      loop do
        value = yield
        return value if value
        raise Error, "gave up after #{seconds} s waiting for #{what}" if now > deadline

        sleep every
      end
    end

    # Runs the block for each item at the same time and returns the results in the order of the items. The first
    # exception is raised once all have ended, so that no thread is left behind half way.
    def in_parallel(items)
      threads = items.map do |item|
        Thread.new do
          Thread.current.report_on_exception = false
          yield item
        end
      end
      threads.each { |thread| thread.join rescue nil } # rubocop:disable Style/RescueModifier
      threads.map(&:value)
    end
  end
end
