# frozen_string_literal: true

module PuppetX
  module Galera
    # Runs one command with a deadline and never through a shell.
    #
    # The output is kept in memory (both streams are meant to be short); a command that outlasts its deadline is killed
    # together with the processes it started. A program that is not there is a result like any other, with status 127.
    module Command
      Result = Struct.new(:status, :out, :err, :timed_out, keyword_init: true) do
        def ok?
          !timed_out && status.zero?
        end

        # What to show when it failed: the error stream, else the output, else the status.
        def complaint
          return 'it did not end in time and was killed' if timed_out

          text = [err, out].map { |stream| stream.to_s.strip }.find { |stream| !stream.empty? }
          text || "exit status #{status}"
        end
      end

      ENVIRONMENT = { 'LC_ALL' => 'C', 'LANG' => 'C', 'LANGUAGE' => nil }.freeze
      READ_SIZE = 65_536
      PIPE_SIZE = 65_536

      module_function

      # argv::    program and arguments
      # timeout:: seconds
      # env::     variables beside ENVIRONMENT
      # input::   what it reads from its standard input: no more than a pipe holds
      def run(*argv, timeout: 30, env: {}, input: '')
        in_reader = given(input)
        out_reader, out_writer = IO.pipe
        err_reader, err_writer = IO.pipe
        pid = Process.spawn(ENVIRONMENT.merge(env), *argv,
                            in: in_reader, out: out_writer, err: err_writer, pgroup: true, close_others: true)
        [out_writer, err_writer].each(&:close)
        collect(pid, out_reader, err_reader, monotonic + timeout)
      rescue Errno::ENOENT, Errno::EACCES => e
        Result.new(status: 127, out: '', err: "#{argv.first}: #{e.message}", timed_out: false)
      ensure
        [in_reader, out_reader, out_writer, err_reader, err_writer].each { |io| io.close if io && !io.closed? }
      end

      # A pipe that holds it all, so that nobody has to wait for a reader.
      def given(input)
        raise ArgumentError, "#{input.bytesize} bytes are too many for a pipe" if input.bytesize > PIPE_SIZE

        reader, writer = IO.pipe
        writer.write(input)
        reader
      ensure
        writer&.close
      end
      private_class_method :given

      def monotonic
        Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end

      def collect(pid, out_reader, err_reader, deadline)
        buffers = { out_reader => +'', err_reader => +'' }
        finished = drain(buffers, deadline)
        Process.kill('KILL', -pid) unless finished
        _, status = Process.wait2(pid)
        pid = nil
        Result.new(status: status.exitstatus || (128 + status.termsig), timed_out: !finished,
                   out: text(buffers[out_reader]), err: text(buffers[err_reader]))
      ensure
        # Interrupted (an agent run that is told to stop): leave no process behind.
        if pid
          kill_quietly(pid)
          Process.wait(pid)
        end
      end
      private_class_method :collect

      # True when both streams came to their end before the deadline.
      def drain(buffers, deadline)
        open = buffers.keys
        until open.empty?
          left = deadline - monotonic
          ready = left.positive? ? IO.select(open, nil, nil, left) : nil
          return false unless ready

          ready.first.each { |io| open.delete(io) unless read_some(io, buffers[io]) }
        end
        true
      end
      private_class_method :drain

      def read_some(io, buffer)
        buffer << io.read_nonblock(READ_SIZE)
      rescue IO::WaitReadable
        buffer
      rescue EOFError
        nil
      end
      private_class_method :read_some

      def text(bytes)
        bytes.force_encoding(Encoding::UTF_8).scrub('?')
      end
      private_class_method :text

      def kill_quietly(pid)
        Process.kill('KILL', -pid)
      rescue Errno::ESRCH
        nil
      end
      private_class_method :kill_quietly
    end
  end
end
