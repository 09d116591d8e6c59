# frozen_string_literal: true

# The Ruby extension as an agent loads it: ruby binding_test.rb PATH/plan_engine.so
require 'json'
require 'minitest/autorun'
require 'timeout'
require 'tmpdir'

LIBRARY = ARGV.shift
require LIBRARY

PLAN = <<~TEXT
  plan demo::member {
    public String $cluster
    public Integer $limit = 3
    input String wanted
    Array[String] $heard = []

    action initialize {
      orchestrate(self)
    }

    action hear {
      $event <- events where $event.message == 'hello'
      File.new { title => '/tmp/demo', content => "${event.data}" } -> resources_to_sync
    }

    action applied {
      $result <- synced
      $heard = $heard + [$result.ref]
    }

    action take {
      $text <- wanted awaiting { 'for' => 'the cluster', 'next' => 'declare it' }
      $heard = $heard + [$text]
    }
  }
TEXT

# What the tests have in common.
module Fixtures
  def bundle(text = PLAN)
    { 'format' => 1, 'plan' => 'demo::member', 'digest' => 'd',
      'files' => [{ 'path' => 'demo/plans/member.plan', 'text' => text }] }
  end

  def config(**changes)
    { 'process' => { 'certname' => 'db1', 'resource' => 'Demo::Member[m]', 'title' => 'm', 'plan' => 'demo::member' },
      'bundle' => bundle, 'parameters' => { 'cluster' => 'cluster_1' }, 'cluster' => 'cluster_1',
      'orchestrator' => 'https://localhost:1', 'state_file' => File.join(@directory, 'galera', 'state.json'),
      'tls' => { 'certificate' => '/nowhere', 'private_key' => '/nowhere', 'ca' => '/nowhere', 'crl' => nil },
      'noop' => false }.merge(changes.transform_keys(&:to_s))
  end

  def open_session(**changes)
    PlanEngine::Session.open(JSON.generate(config(**changes)))
  end

  def started(**changes)
    open_session(**changes).tap(&:start)
  end

  def wait(session, seconds = 20)
    JSON.parse(session.wait(seconds))
  end

  def elapsed
    before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - before
  end
end

# The functions, one by one.
class BindingTest < Minitest::Test
  include Fixtures

  def setup
    @directory = Dir.mktmpdir('plan-test-binding')
  end

  def teardown
    FileUtils.remove_entry(@directory)
  end

  def test_constants
    assert_match(/\A\d+\.\d+\.\d+\z/, PlanEngine::VERSION)
    assert_equal RbConfig::CONFIG['ruby_version'], PlanEngine::RUBY_ABI
  end

  def test_checks_a_bundle
    assert_equal [], JSON.parse(PlanEngine.check(JSON.generate(bundle)))
    text = JSON.generate(bundle("plan demo::member {\n  action x { $a <- }\n}\n"))
    assert_equal 2, JSON.parse(PlanEngine.check(text)).first['line']
    assert_match(/^\s*\^/, PlanEngine.render(text))
    assert_raises(PlanEngine::Error) { PlanEngine.check('{') }
  end

  def test_mistakes_are_errors_with_code_and_help
    error = assert_raises(PlanEngine::Error) { open_session(parameters: { 'cluster' => 1 }) }
    assert_match(/cluster/, error.message)
    assert_kind_of String, error.code
    assert_kind_of String, error.help
    assert_raises(PlanEngine::Error) { open_session(process: nil) }
    assert_raises(TypeError) { PlanEngine::Session.open(1) }
    assert_raises(TypeError) { PlanEngine::Session.new }
  end

  def test_applies_a_batch
    session = started
    assert session.wants_event?('hello')
    refute session.wants_event?('other')
    session.event('hello', JSON.generate('there'), 'Event[hello]')
    answer = wait(session)
    assert_equal 'batch', answer['kind']
    resource = answer['resources'].first
    assert_equal ['File', '/tmp/demo', { 'content' => 'there' }], resource.values_at('type', 'title', 'parameters')
    assert_equal answer['id'], wait(session)['id'], 'the same until it is synced'
    session.synced(answer['id'], JSON.generate([{ 'reference' => 'File[/tmp/demo]', 'changed' => true }]))
    assert_equal 'timeout', wait(session, 0.1)['kind']
    assert_equal(['/tmp/demo'], JSON.parse(session.status)['desired'].map { |one| one['title'] })
    session.close
    assert_equal 0o600, File.stat(config['state_file']).mode & 0o777
  end

  def test_says_what_it_waits_for_and_why_there_is_no_connection
    session = started
    session.catalog_done(JSON.generate('changed' => [], 'failed' => [], 'skipped' => []))
    assert_equal 'timeout', wait(session, 0.5)['kind']
    status = JSON.parse(session.status)
    assert_equal 'the cluster', status['waiting'].first['for']
    assert_equal [true, false, false], status.values_at('orchestrated', 'accepted', 'settled')
    assert_equal [false, 'failed', 'transport.certificate'], status['connection'].values_at('ok', 'state', 'code')
    session.close
  end

  def test_a_timeout_ends_a_wait
    session = started
    seconds = elapsed { assert_raises(Timeout::Error) { Timeout.timeout(0.3) { session.wait(30) } } }
    assert_operator seconds, :<, 1.3
    session.close
  end

  def test_a_signal_ends_a_wait_and_its_trap_runs
    session = started
    trapped = false
    previous = trap('TERM') { trapped = true }
    killer = Thread.new { Process.kill('TERM', Process.pid) }
    kinds = []
    seconds = elapsed { kinds << wait(session, 5)['kind'] until trapped }
    killer.join
    assert_operator seconds, :<, 1
    session.close
  ensure
    trap('TERM', previous || 'DEFAULT')
  end

  def test_other_threads_run_during_a_wait
    session = started
    counted = 0
    counter = Thread.new { loop { counted += 1 } }
    session.wait(0.3)
    counter.kill
    assert_operator counted, :>, 1000
    session.close
  end

  def test_a_closed_session_refuses_and_closes_again
    session = started
    session.close
    session.close
    error = assert_raises(PlanEngine::Error) { session.wait(0) }
    assert_equal 'agent.closed', error.code
  end

  def test_a_forked_child_is_refused
    session = started
    pid = fork do
      session.status
      exit!(1)
    rescue PlanEngine::Error => e
      exit!(e.code == 'agent.fork' ? 0 : 2)
    end
    assert_equal 0, Process.wait2(pid).last.exitstatus
    session.event('hello', nil, 'Event[hello]')
    assert_equal 'batch', wait(session)['kind']
    session.close
  end

  def test_a_session_that_is_thrown_away_is_closed
    path = File.join(@directory, 'galera', 'state.json')
    script = <<~RUBY
      require #{LIBRARY.dump}
      PlanEngine::Session.open(#{JSON.generate(config).dump}).start
    RUBY
    assert system(RbConfig.ruby, '-e', script)
    assert JSON.parse(File.read(path))
  end

  def test_state_goes_on_in_the_next_run
    session = started
    session.event('hello', JSON.generate('there'), 'Event[hello]')
    wait(session)
    session.close
    again = started
    assert_equal 'batch', wait(again)['kind'], 'it was never synced'
    again.close
  end

  def test_noop_settles_and_writes_nothing
    session = started(noop: true)
    session.catalog_done('{}')
    assert_equal 'settled', wait(session)['kind']
    session.close
    refute File.exist?(config['state_file'])
  end
end

# What the library shows to the process that loads it.
class LibraryTest < Minitest::Test
  def test_only_its_init_function_is_exported
    symbols = `nm -D --defined-only #{LIBRARY}`.lines.map { |line| line.split.last }
    assert_equal(['Init_plan_engine'], symbols.reject { |symbol| symbol.start_with?('_end', '__bss', '_edata') })
  end

  def test_it_needs_nothing_that_an_agent_does_not_have
    needed = `objdump -p #{LIBRARY}`.scan(/NEEDED\s+(\S+)/).flatten
    extra = needed.grep_v(/\A(libc|libm|libssl|libcrypto|libruby-?[\d.]*|ld-linux-x86-64|libasan|libubsan)\.so/)
    assert_empty extra
  end

  def test_there_is_one_libssl_in_the_process
    require 'openssl'
    maps = File.read('/proc/self/maps')
    assert_equal 1, maps.scan(%r{/\S*libssl\S*}).uniq.size
    assert_equal 1, maps.scan(%r{/\S*libcrypto\S*}).uniq.size
  end
end
