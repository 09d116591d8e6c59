# frozen_string_literal: true

require_relative '../../../support/plan_helper'

# What depends on time, with a clock that the spec moves: the session's `wait` takes as long as the spec says.
RSpec.describe PuppetX::Plan::Loop do
  include_context 'with a plan run'

  let(:time) { { now: 0.0 } }
  let(:idle) do
    lambda do |_session, seconds|
      time[:now] += seconds
      { 'kind' => 'timeout' }
    end
  end

  before do
    clock = time
    allow(described_class).to receive(:new).and_wrap_original do |original, resource, run|
      original.call(resource, run, clock: -> { clock[:now] })
    end
  end

  def waiting_for(text)
    { 'waiting' => [{ 'text' => text }] }
  end

  it 'waits as long as it may, in slices' do
    FakeSession.prepare(script: Array.new(1000, idle))
    apply("demo::host { 'm': wait => 120 }")
    expect(time[:now]).to be_within(0.001).of(120)
  end

  it 'does not count the time that the resources of the plan take' do
    FakeSession.prepare(script: [idle, batch(1, file('a', 'a')), *Array.new(20, idle)])
    allow_any_instance_of(FakeSession).to receive(:synced) { time[:now] += 1000 }
    apply("demo::host { 'm': wait => 3 }")
    expect(time[:now]).to be_within(0.001).of(1003)
  end

  it 'says what it waits for after some seconds, and again when that changes' do
    change = lambda do |session, seconds|
      session.status_hash['waiting'] = [{ 'text' => 'member db2' }]
      idle.call(session, seconds)
    end
    FakeSession.prepare(script: Array.new(20, idle) + [change] + Array.new(20, idle), status: waiting_for('leader db1'))
    run = apply("demo::host { 'm': wait => 60 }")
    expect(run.messages(:notice).grep(/at most/))
      .to eq(['waiting for leader db1 (this run waits at most 55 s more)',
              'waiting for member db2 (this run waits at most 50 s more)'])
  end

  it 'does not tell of each answer that comes soon, but of one that does not come' do
    waits_for = lambda do |waiting|
      lambda do |session, seconds|
        session.status_hash['waiting'] = waiting
        idle.call(session, seconds)
      end
    end
    looks = [waits_for.call([{ 'text' => 'db2 to be Synced' }]), idle, waits_for.call([])]
    FakeSession.prepare(script: (looks * 10) + Array.new(20, idle), status: waiting_for('db2 to be Synced'))
    expect(apply("demo::host { 'm': wait => 60 }").messages(:notice).grep(/at most/))
      .to eq(['waiting for db2 to be Synced (this run waits at most 55 s more)',
              'waiting for an answer of https://puppet.example.com:8146 (this run waits at most 40 s more)'])
  end

  it 'says so again once a minute, and since when' do
    at = Time.now.utc - 30
    waiting = [{ 'text' => 'leader db1', 'since' => at.iso8601, 'next' => 'look there' }]
    FakeSession.prepare(script: Array.new(1000, idle), status: { 'waiting' => waiting })
    run = apply("demo::host { 'm': wait => 130 }")
    text = "waiting for leader db1, since #{at.localtime.strftime('%H:%M:%S')}; look there"
    expect(run.messages(:notice).grep(/waiting/))
      .to eq([*[125, 65, 5].map { |left| "#{text} (this run waits at most #{left} s more)" }, text])
  end

  it 'gives the date of what is waited for since an earlier one' do
    FakeSession.prepare(script: Array.new(4, idle),
                        status: { 'waiting' => [{ 'text' => 'leader db1', 'since' => '2024-02-03T12:00:00Z' }] })
    at = Time.utc(2024, 2, 3, 12).localtime.strftime('%Y-%m-%d %H:%M:%S')
    expect(apply("demo::host { 'm': wait => 1 }").messages(:notice)).to include("waiting for leader db1, since #{at}")
  end

  it 'waits for several processes at once, not for one after the other' do
    FakeSession.prepare(script: Array.new(1000, idle))
    apply("demo::host { 'm': wait => 50 } demo::host { 'n': wait => 20 }")
    expect(time[:now]).to be_within(1).of(50)
  end

  it 'waits beside a host that the run leaves out, and one that is absent already' do
    FakeSession.prepare(script: Array.new(1000, idle))
    run = apply("demo::host { 'm': wait => 2 } demo::host { 'n': schedule => 'never' }
                 demo::host { 'o': ensure => absent }")
    expect(run.messages(:err)).to be_empty
    expect(time[:now]).to be_within(0.001).of(2)
  end

  it 'says nothing when it had to wait for a moment only' do
    FakeSession.prepare(script: Array.new(8, idle), status: waiting_for('leader db1'))
    expect(apply("demo::host { 'm': }").messages(:notice).grep(/at most/)).to be_empty
  end

  it 'names the orchestrator, and what is wrong with it, when nothing else is waited for' do
    FakeSession.prepare(script: Array.new(20, idle),
                        status: { 'connection' => { 'state' => 'failed', 'error' => 'connection refused' } })
    expect(apply("demo::host { 'm': }").messages(:notice).grep(/at most/))
      .to eq(['waiting for an answer of https://puppet.example.com:8146: connection refused ' \
              '(this run waits at most 115 s more)'])
  end

  it 'lets several processes wait side by side' do
    FakeSession.prepare(script: [idle, idle, idle, batch(1, file('a', 'a'))])
    apply("demo::host { 'm': wait => 50 } demo::host { 'n': wait => 50 }")
    expect(FakeSession.opened.map { |session| session.told(:synced).length }).to eq([1, 1])
    expect(time[:now]).to be_within(0.001).of(3)
  end

  it 'stops when Puppet is asked to stop' do
    stop = lambda do |session, seconds|
      Puppet::Application.stop!
      idle.call(session, seconds)
    end
    FakeSession.prepare(script: [stop, *Array.new(50, idle)])
    run = apply("demo::host { 'm': }")
    expect(time[:now]).to be < 1
    expect(run.messages(:notice)).to include('interrupted; the next run goes on from here')
    expect(run.session.calls.last).to eq([:close])
  ensure
    Puppet::Application.clear!
  end

  it 'stops when the daemon that made this process is gone' do
    allow(Puppet.run_mode).to receive(:agent?).and_return(true)
    Puppet[:onetime] = false
    parents = [100, 100, 100, 1, 1]
    allow(Process).to receive(:ppid) { parents.length > 1 ? parents.shift : parents.first }
    FakeSession.prepare(script: Array.new(100, idle))
    apply("demo::host { 'm': }")
    expect(time[:now]).to be < 5
  end

  it 'goes on after a signal that was for somebody else, but not for ever' do
    FakeSession.prepare(script: [{ 'kind' => 'interrupted' }, batch(1, file('a', 'a'))])
    apply("demo::host { 'm': }")
    expect(File).to exist(path('a'))
    FakeSession.prepare(script: Array.new(1000, 'kind' => 'interrupted'))
    expect(apply("demo::host { 'm': }").messages(:notice)).to include('interrupted; the next run goes on from here')
  end

  it 'fails the host when the engine has an error, and closes the session' do
    FakeSession.prepare(script: [->(*) { raise 'broken' }])
    run = apply("demo::host { 'm': }")
    expect(run.messages(:err)).to eq(['The plan process ended by an error of its engine: broken'])
    expect(run.status('Plan_process[Demo::Host[m]]').failed).to be(true)
    expect(run.session.calls.last).to eq([:close])
  end

  it 'fails the host also when the session does not close after an error' do
    broken = lambda do |session, *|
      session.define_singleton_method(:close) { raise 'not closed' }
      raise 'broken'
    end
    FakeSession.prepare(script: [broken])
    run = apply("demo::host { 'm': }")
    expect(run.status('Plan_process[Demo::Host[m]]').failed).to be(true)
    expect(run.exit_code).to eq(4)
  end

  it 'closes the session when the run is aborted' do
    abort_run = Class.new(Exception) # rubocop:disable Lint/InheritException -- as Puppet's own timeout of a run
    FakeSession.prepare(script: [->(*) { raise abort_run, 'runtimeout' }])
    expect { apply("demo::host { 'm': }") }.to raise_error(abort_run)
    expect(FakeSession.opened.last.calls.last).to eq([:close])
  end
end
