# frozen_string_literal: true

require 'json'
require 'fileutils'

module CrashSweep
  # The daemon in a directory of its own, with or without a fault that awaits it.
  class Daemon
    NAME = 'localhost'
    FILES = %w[store store-wal store-journal store-shm store.witness].freeze

    attr_reader :port, :status

    def initialize(program, directory, certificates, declaration)
      @program = program
      @directory = directory
      FileUtils.mkdir_p("#{directory}/clusters")
      File.write("#{directory}/clusters/cluster.json", JSON.generate(declaration))
      File.write("#{directory}/orchestrator.yaml", <<~YAML)
        listen: 127.0.0.1:0
        status_listen: ''
        certificate: #{certificates.certificate_file(NAME)}
        private_key: #{certificates.key_file(NAME)}
        ca: #{certificates.ca_file}
        store: store
        clusters: clusters
      YAML
    end

    # Is it up? Without a point, nothing happens to it; :count only counts.
    def start(point = nil)
      @injected = nil
      output, input = IO.pipe
      # A leak cannot be looked for under strace.
      @pid = Process.spawn({ 'ASAN_OPTIONS' => 'detect_leaks=0' }, *strace(point), @program,
                           '--config', "#{@directory}/orchestrator.yaml", %i[out err] => input)
      @status = nil
      input.close
      @port = output.each_line.lazy.filter_map { |line| line[/, port (\d+)/, 1] }.first&.to_i
      @reader = Thread.new { output.each_line { |line| @last_line = line } }
      await_end unless @port
      !@port.nil?
    end

    def stop(signal)
      Process.kill(signal, @pid)
      await_end
    end

    def await_end
      return @status if @status

      @status = Process.wait2(@pid).last
      @reader.join
      @port = nil
      @status
    end

    def ended?
      return true if @status

      _, status = Process.wait2(@pid, Process::WNOHANG)
      @status = status
      @port = nil if status
      !status.nil?
    end

    # Has the fault come to pass?
    def injected?
      File.exist?(log) && File.read(log).include?('(INJECTED)')
    end

    # SQLite syncs the directory, too, without a look at the outcome. The daemon has done so itself before anything is
    # in a new file, by fsync.
    def repeated_by_sqlite?
      theirs = /\A(openat\(.*, "#{@directory}",(?!.*O_DIRECTORY)|fdatasync\(\d+<#{@directory}>\)).*\(INJECTED\)/
      File.foreach(log).any? { |line| line.match?(theirs) }
    end

    # How often each call was made.
    def counts
      File.readlines(log).filter_map { |line| line[/^(\w+)\(/, 1] }.tally
    end

    private

    def log
      "#{@directory}/strace.log"
    end

    # The tracer is a grandchild (-D): signals and the exit code are the daemon's own.
    def strace(point)
      return [] unless point

      FileUtils.rm_f(log)
      paths = FILES.flat_map { |name| ['-P', "#{@directory}/#{name}"] } + ['-P', @directory]
      inject = point == :count ? [] : ['-e', "inject=#{point.call}:#{FAULTS.fetch(point.fault)}:when=#{point.number}"]
      ['strace', '-D', '-qq', '-y', '-o', log, '-e', "trace=#{CALLS.join(',')}", *paths, *inject]
    end
  end
end
