# frozen_string_literal: true

require_relative '../../../support/plan_helper'

RSpec.describe Puppet::Type.type(:event) do
  include_context 'with a plan run'

  let(:host) { "demo::host { 'm': }" }

  before { FakeSession.prepare(wants: %w[done message]) }

  it 'tells its title to the process, in the order of the catalog' do
    run = apply("#{host} -> exec { '/bin/true': } -> event { 'done': to => Demo::Host['m'] }")
    expect(run.session.calls.map(&:first)).to eq(%i[start event catalog_done close])
    expect(run.session.told(:event)).to eq([[:event, 'done', nil, 'Event[done]']])
    expect(run.messages(:notice)).to include("'done' was told to Demo::Host[m]")
    expect(run.exit_code).to eq(2)
  end

  it 'tells another message and data' do
    event = "event { 'e': to => Demo::Host['m'], message => 'message', data => { 'a' => [1, true, undef] } }"
    run = apply("#{host} #{event}")
    expect(run.session.told(:event)).to eq([[:event, 'message', { 'a' => [1, true, nil] }, 'Event[e]']])
  end

  it 'is in sync when the process has no use for the message' do
    run = apply("#{host} event { 'other': to => Demo::Host['m'] }")
    expect(run.session.told(:event)).to be_empty
    expect(run.exit_code).to eq(0)
  end

  it 'waits for a notification when it is to' do
    event = "event { 'done': to => Demo::Host['m'], fire => on_notify }"
    expect(apply("#{host} #{event}").session.told(:event)).to be_empty
    run = apply("#{host} notify { 'x': } ~> #{event}")
    expect(run.session.told(:event)).to eq([[:event, 'done', nil, 'Event[done]']])
  end

  it 'is told once when it fires immediately and is notified, too' do
    run = apply("#{host} exec { '/bin/true': } ~> event { 'done': to => Demo::Host['m'] }")
    expect(run.session.told(:event).length).to eq(1)
  end

  it 'is told by a notification of what the plan applies' do
    FakeSession.prepare(script: [batch(1, file('a', 'a', 'notify' => ref('Event', 'done')))])
    run = apply("#{host} event { 'done': to => Demo::Host['m'], fire => on_notify }")
    expect(run.session.calls.map(&:first)).to eq(%i[start catalog_done event synced close])
  end

  it 'tells nothing in a noop run' do
    Puppet[:noop] = true
    run = apply("#{host} event { 'done': to => Demo::Host['m'] }")
    expect(run.session.told(:event)).to be_empty
    expect(run.status('Event[done]').events.map(&:status)).to eq(['noop'])
  end

  it 'is skipped when what it depends on failed' do
    run = apply("#{host} exec { '/bin/false': } -> event { 'done': to => Demo::Host['m'] }")
    expect(run.session.told(:event)).to be_empty
    expect(run.session.told(:catalog_done).first[1]['skipped']).to eq(['Event[done]'])
  end

  it 'finds the process through a define that contains the one it names' do
    run = apply("define outer { demo::host { $title: } } outer { 'm': } event { 'done': to => Outer['m'] }")
    expect(run.session.told(:event).length).to eq(1)
  end

  it 'finds a process by its own resource' do
    run = apply("#{host} event { 'done': to => Plan_process['Demo::Host[m]'] }")
    expect(run.session.told(:event).length).to eq(1)
  end

  it 'stops the run before any change when it names nothing' do
    manifest = "file { '#{path('x')}': content => 'x' } #{host} event { 'done': to => Demo::Host['typo'] }"
    expect { apply(manifest) }.to raise_error(Puppet::Error, /pre-run checks failed/)
    expect(logs.map(&:message).join)
      .to include('Event[done]: `to` names Demo::Host[typo]', 'this catalog has Demo::Host[m]')
    expect(File).not_to exist(path('x'))
  end

  it 'refuses a `to` that is no reference' do
    expect { apply("event { 'done': to => 'somebody' }") }.to raise_error(Puppet::Error, /`to` is a reference such as/)
  end

  it 'refuses to be without `to`' do
    expect { apply("event { 'done': }") }.to raise_error(Puppet::Error, /`to` is missing/)
  end
end
