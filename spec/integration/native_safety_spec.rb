# frozen_string_literal: true

require 'json'
require 'open3'
require 'rbconfig'
require 'tmpdir'
require_relative '../support/native_library'

# The native library and Ruby in one process: garbage collection, forks, exceptions, threads and memory. Each example
# has a Ruby of its own, which runs whole sessions with an orchestrator that is not there.
RSpec.describe 'The native library in a Ruby process' do
  before { skip 'plan_engine.so is not built for this Ruby' unless NativeLibrary.path }

  around do |example|
    Dir.mktmpdir('plan-safety') do |directory|
      @work = directory
      example.run
    end
  end

  let(:prelude) { <<~'RUBY' }
    require 'json'
    require 'timeout'
    LIBRARY, WORK = ARGV
    require LIBRARY

    PLAN = <<~TEXT
      plan demo::member {
        public String $cluster
        input String wanted
        Array[String] $heard = []
        action initialize { orchestrate(self) }
        action hear {
          $event <- events where $event.message == 'hello'
          File.new { title => '/tmp/demo', content => "${event.data}" } -> resources_to_sync
        }
        action applied { $result <- synced  $heard = $heard + [$result.ref] }
        action take { $text <- wanted awaiting 'the cluster'  $heard = $heard + [$text] }
      }
    TEXT
    File.write("#{WORK}/any.pem", 'read only when there is a connection')

    def config(name = 'm', **changes)
      resource = "Demo::Member[#{name}]"
      JSON.generate({ process: { certname: 'db1', resource: resource, title: name, plan: 'demo::member' },
                      bundle: { format: 1, plan: 'demo::member', digest: 'd',
                                files: [{ path: 'demo/plans/member.plan', text: PLAN }] },
                      parameters: { cluster: 'c' }, cluster: 'c', orchestrator: 'https://127.0.0.1:9',
                      state_file: "#{WORK}/#{name}.json", trace: true,
                      tls: { certificate: "#{WORK}/any.pem", private_key: "#{WORK}/any.pem", ca: "#{WORK}/any.pem" } }
                    .merge(changes))
    end

    # Ruby interrupts a wait for reasons of its own, too.
    def next_of(session)
      loop do
        answer = JSON.parse(session.wait(60))
        return answer unless answer['kind'] == 'interrupted'
      end
    end

    # Everything a session can do. +between+ runs before each call.
    def whole_session(name = 'm')
      between = -> { block_given? && yield }
      session = PlanEngine::Session.open(config(name))
      begin
        between.call
        session.start
        between.call
        session.wants_event?('hello') || raise('not wanted')
        between.call
        session.event('hello', JSON.generate('x' * 1000), 'Event[hello]')
        between.call
        answer = next_of(session)
        raise "no batch: #{answer}" unless answer['kind'] == 'batch'

        between.call
        session.synced(answer['id'], JSON.generate([{ reference: 'File[/tmp/demo]', changed: true }]))
        between.call
        session.catalog_done('{}')
        between.call
        JSON.parse(session.wait(0.001))
        between.call
        JSON.parse(session.status).fetch('waiting').first.fetch('since')
        JSON.parse(session.trace).first or raise('no trace')
      ensure
        session.close
      end
      File.delete("#{WORK}/#{name}.json")
    end

    def threads
      Dir.children('/proc/self/task').size
    end

    # Threads end a little after they are joined, as far as the kernel is concerned. (No Timeout: that is a thread.)
    def threads_come_back_to(count)
      Thread.pass until threads <= count
    end

    def resident
      File.read('/proc/self/status')[/VmRSS:\s+(\d+)/, 1].to_i
    end
  RUBY

  # What the script prints, as JSON.
  def run(script)
    command = ['timeout', '240', RbConfig.ruby, '-e', prelude + script, NativeLibrary.path, @work]
    output, errors, status = Open3.capture3(NativeLibrary.environment, *command)
    raise "#{status}\n#{errors}" unless status.success?

    JSON.parse(output.lines.last || 'null')
  end

  describe 'garbage collection' do
    it 'may run at every allocation' do
      expect(run(<<~RUBY)).to eq('done')
        GC.stress = true
        whole_session
        GC.stress = false
        puts JSON.generate('done')
      RUBY
    end

    it 'may move every object between any two calls' do
      expect(run(<<~RUBY)).to eq('done')
        GC.auto_compact = true if GC.respond_to?(:auto_compact=)
        whole_session { GC.respond_to?(:verify_compaction_references) ? GC.verify_compaction_references : GC.start }
        error = begin
          PlanEngine::Session.open('{')
        rescue PlanEngine::Error => e
          GC.verify_compaction_references if GC.respond_to?(:verify_compaction_references)
          e
        end
        raise 'the error moved' unless error.code.is_a?(String)
        puts JSON.generate('done')
      RUBY
    end

    it 'closes what is thrown away, and frees its state for the next' do
      expect(run(<<~RUBY)).to eq('done')
        20.times do
          PlanEngine::Session.open(config).start
          # One that the stack still seems to name is closed by the next collection, or the one after.
          Timeout.timeout(60) do
            begin
              GC.start
              PlanEngine::Session.open(config).close
            rescue PlanEngine::Error => e
              raise unless e.code == 'agent.busy'

              retry
            end
          end
        end
        puts JSON.generate('done')
      RUBY
    end
  end

  describe 'fork' do
    it 'leaves the session to the parent; the child may have one of its own' do
      child, parent = run(<<~RUBY)
        session = PlanEngine::Session.open(config)
        session.start
        reader, writer = IO.pipe
        pid = fork do
          codes = %i[start leaving status close].map { |name| session.send(name) && nil rescue $!.code }
          codes << (session.wait(0) && nil rescue $!.code)
          codes << (PlanEngine::Session.open(config) && nil rescue $!.code)
          session = nil
          GC.start
          whole_session('own')
          writer.puts(JSON.generate(codes))
          # What the parent's thread held at the fork has no owner here: LeakSanitizer would tell.
          exit!(true) if ENV['ASAN_OPTIONS']
        end
        raise 'the child failed' unless Process.wait2(pid).last.success?

        session.event('hello', '"x"', 'Event[hello]')
        kind = next_of(session)['kind']
        session.close
        puts JSON.generate([JSON.parse(reader.gets), kind])
      RUBY
      expect(child).to eq((['agent.fork'] * 5) + ['agent.busy'])
      expect(parent).to eq('batch')
    end

    it 'does not hand the lock to what is executed' do
      expect(run(<<~RUBY)).to eq(['', true])
        session = PlanEngine::Session.open(config)
        inherited = `ls -l /proc/self/fd`.lines.grep(/m\\.json/).join
        session.close
        puts JSON.generate([inherited, Dir.children(WORK).none? { |name| name.end_with?('.lock') }])
      RUBY
    end
  end

  describe 'exceptions' do
    it 'come for arguments of the wrong kind, from every method' do
      expect(run(<<~RUBY)).to eq([])
        session = PlanEngine::Session.open(config)
        session.start
        calls = { wants_event?: [[1], []], event: [[1], [nil], ['x', 1], ['x', nil, 1], ['x', '{'], []], catalog_done: [[1], ['['], []],
                  synced: [['x', '[]'], [1, 1], [1, '{}'], [-1.5e30, '[]'], []], wait: [['x'], [nil], []], status: [[1]],
                  trace: [[1]], start: [[1]], leaving: [[1]], close: [[1]] }
        errors = [TypeError, ArgumentError, RangeError, PlanEngine::Error]
        silent = calls.flat_map { |name, all| all.map { |arguments| [name, arguments] } }.reject do |name, arguments|
          session.send(name, *arguments)
          false
        rescue *errors
          true
        end
        [[1], [nil], ['{'], ['{}'], []].each do |arguments|
          PlanEngine::Session.open(*arguments)
          silent << [:open, arguments]
        rescue *errors
          next
        end
        [Float::INFINITY, -1, 1e300, Float::NAN].each { |time| Timeout.timeout(0.05) { session.wait(time) } rescue Timeout::Error }
        session.close
        puts JSON.generate(silent)
      RUBY
    end

    it 'may change a string that was given: what counts is how it was' do
      expect(run(<<~RUBY)).to eq('batch')
        session = PlanEngine::Session.open(config)
        session.start
        message = +'hello'
        treacherous = Object.new
        treacherous.define_singleton_method(:to_str) do
          message.replace('y' * 100_000)
          GC.start
          '"x"'
        end
        session.event(message, treacherous, 'Event[hello]')
        puts JSON.generate(next_of(session)['kind'])
        session.close
      RUBY
    end

    # A thread that ends during a wait takes with it what Ruby has signals seen by.
    it 'end a wait, also when no other thread is left' do
      expect(run(<<~RUBY)).to eq(%w[Timeout::Error Interrupt RuntimeError])
        session = PlanEngine::Session.open(config)
        session.start
        main = Thread.current
        waiting = -> { Thread.pass until main.status == 'sleep' }
        seen = []
        begin
          Timeout.timeout(0.1) { session.wait(3600) }
        rescue Timeout::Error => e
          seen << e.class
        end
        [-> { Process.kill('INT', Process.pid) }, -> { main.raise('stop') }].each do |blow|
          other = Thread.new { waiting.call; blow.call }
          loop { session.wait(3600) }
        rescue Interrupt, RuntimeError => e
          seen << e.class
          other.join
        end
        session.close
        puts JSON.generate(seen.map(&:name))
      RUBY
    end

    it 'may come at any moment of a session' do
      survived = run(<<~RUBY)
        whole_session
        before = threads + 1
        survived = 0
        150.times do |round|
          worker = Thread.new do
            Thread.current.report_on_exception = false
            loop { whole_session("m\#{round}") }
          end
          # A moment anywhere in the course of a session, another one in each round.
          sleep(round * 0.0002)
          worker.raise('stop')
          begin
            worker.join
          rescue RuntimeError, PlanEngine::Error, Errno::ENOENT
            survived += 1
          end
        end
        GC.start
        threads_come_back_to(before)
        whole_session
        puts JSON.generate(survived)
      RUBY
      expect(survived).to eq(150)
    end
  end

  it 'has a thread from start to close, and none before and after' do
    skip 'ThreadSanitizer has a thread of its own' if NativeLibrary.thread_sanitizer?
    counts = run(<<~RUBY)
      PlanEngine.check(JSON.generate({}))  rescue PlanEngine::Error
      first = threads
      session = PlanEngine::Session.open(config)
      opened = threads
      session.start
      started = threads
      session.close
      threads_come_back_to(first)
      puts JSON.generate([opened - first, started - first, threads - first])
    RUBY
    expect(counts).to eq([0, 1, 0])
  end

  it 'has its memory back after a thousand sessions' do
    skip 'a sanitizer keeps what is freed' if NativeLibrary.environment.any?
    early, late = run(<<~RUBY)
      require 'fiddle'
      trim = Fiddle::Function.new(Fiddle::Handle::DEFAULT['malloc_trim'], [Fiddle::TYPE_SIZE_T], Fiddle::TYPE_INT)
      measure = lambda do |sessions|
        sessions.times { whole_session }
        GC.start
        trim.call(0)
        resident
      end
      puts JSON.generate([measure.call(200), measure.call(1000)])
    RUBY
    RSpec.configuration.reporter.message("      resident after 200 sessions: #{early} KiB, after 1200: #{late} KiB")
    # A session of which as little as a kibibyte stayed would show as 1,000.
    expect(late - early).to be < 1024
  end

  it 'brings no other libssl, libcrypto or libcurl into the process' do
    libraries = run(<<~RUBY)
      require 'openssl'
      whole_session
      puts JSON.generate(File.read('/proc/self/maps').scan(%r{/\\S*/(lib(?:ssl|crypto|curl)[^/\\s]*)}).flatten.uniq.sort)
    RUBY
    expect(libraries).to match([/\Alibcrypto\.so/, /\Alibssl\.so/])
  end
end
