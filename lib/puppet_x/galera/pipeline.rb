# frozen_string_literal: true

require 'tempfile'
require_relative 'command'

module PuppetX
  module Galera
    # Runs commands joined by pipes, the first fed from a file, without a shell and with a deadline. Meant for much
    # data: nothing of it passes through Ruby. However it ends, no process is left.
    class Pipeline
      QUOTED = 2000

      # commands:: arrays of arguments; a command's standard output feeds the next, the last one's is thrown away
      # input::    path of the file that feeds the first
      def initialize(commands, input:)
        @commands = commands
        @input = input
      end

      # Raises Puppet::Error with the words of the first command that failed, as seen along the pipe.
      def run(timeout:)
        errors = @commands.map { Tempfile.new('galera-pipeline') }
        waiters = spawn_all(errors)
        deadline = Command.monotonic + timeout
        ended = waiters.all? { |waiter| waiter.join([deadline - Command.monotonic, 0].max) }
        raise Puppet::Error, "#{names} did not end within #{timeout} s" unless ended

        check(waiters, errors)
      ensure
        kill(waiters || [])
        (errors || []).each(&:close!)
      end

      private

      def spawn_all(errors)
        source = File.open(@input, 'rb')
        waiters = []
        @commands.each_with_index do |command, index|
          following, sink = index == @commands.size - 1 ? [nil, File.open(File::NULL, 'w')] : IO.pipe
          pid = Process.spawn(Command::ENVIRONMENT, *command, in: source, out: sink, err: errors[index].fileno)
          waiters << Process.detach(pid)
          [source, sink].each(&:close)
          source = following
        end
        waiters
      rescue Errno::ENOENT => e
        kill(waiters)
        raise Puppet::Error, e.message
      end

      # A command whose reader went away dies of SIGPIPE: the reader's own error is the one to show.
      def check(waiters, errors)
        failures = waiters.each_index.reject { |index| waiters[index].value.success? }
        return if failures.empty?

        index = failures.find { |failed| waiters[failed].value.termsig != Signal.list['PIPE'] } || failures.first
        said = File.read(errors[index].path).scrub('?').strip
        said = "it ended with #{waiters[index].value}" if said.empty?
        raise Puppet::Error, "#{@commands[index].first}: #{said[-QUOTED..] || said}"
      end

      def names
        @commands.map(&:first).join(' | ')
      end

      def kill(waiters)
        waiters.select(&:alive?).each do |waiter|
          Process.kill('KILL', waiter.pid)
        rescue Errno::ESRCH
          next
        end
        waiters.each(&:join)
      end
    end
  end
end
