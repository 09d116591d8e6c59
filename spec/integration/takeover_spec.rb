# frozen_string_literal: true

require_relative '../support/plan_helper'

# A service as Puppet has them, whose state is in a file; `mariadb` of the specs.
RSpec.describe 'a resource of the catalog that a plan takes over' do
  include_context 'with a plan run'

  let(:marker) { File.join(Puppet[:statedir], 'galera/Demo%3A%3AHost%5Bm%5D.taken') }
  let(:stopped) { service('ensure => stopped') }
  let(:running) { resource('Service', 'db', service_hash.merge('ensure' => 'running')) }
  let(:start) { resource('Spec_start', 'db') }
  let(:service_hash) do
    { 'provider' => 'base', 'hasstatus' => true, 'hasrestart' => true, 'status' => "/usr/bin/test -e #{path('up')}",
      'start' => "/usr/bin/touch #{path('up')}", 'stop' => "/bin/rm #{path('up')}",
      'restart' => "/usr/bin/touch #{path('restarted')}" }
  end

  def host(more = nil)
    "demo::host { 'm': takes_over => [['Service', 'db']], acts_by => ['Spec_start'], #{more} }"
  end

  def service(more)
    attributes = service_hash.map { |name, value| "#{name} => #{value == true ? 'true' : "'#{value}'"}" }
    "service { 'db': #{attributes.join(', ')}, #{more} }"
  end

  before do
    directory = work
    Puppet::Type.newtype(:spec_start) do
      newparam(:name) { isnamevar }
      define_method(:retrieve) do
        FileUtils.touch(File.join(directory, 'up'))
        {}
      end
      def self.plan_act?
        true
      end
      # What a database leaves behind when it was in a cluster.
      define_singleton_method(:plan_acted?) { |_| File.exist?(File.join(directory, 'grastate')) }
    end
  end

  after { Puppet::Type.rmtype(:spec_start) }

  # What is remembered of the plan's having begun.
  memories = {
    'remembered' => ->(spec) { spec.remember_marker },
    'known from the state only' => ->(spec) { spec.remember_state },
    'forgotten but for the traces of the database' => ->(spec) { FileUtils.touch(spec.path('grastate')) }
  }
  # How a run can come about: settings, the host's attributes, what stands before the host, whether there is an engine.
  runs = {
    'a run as ever' => {},
    'a run with --noop' => { settings: { noop: true } },
    'a run with --tags that select the service only' => { settings: { tags: 'service' } },
    'a run with --skip_tags that leave the host out' => { settings: { skip_tags: 'demo::host' } },
    'a run of which a schedule leaves the host out' => { host: "schedule => 'never'" },
    'a run with a host that is noop' => { host: 'noop => true' },
    'a run whose host is skipped because something failed' => { before: "exec { '/bin/false': } -> " },
    'a run without the native library' => { engine: false },
    'a run in which the plan does not begin' => { refused: true }
  }

  memories.each do |memory, remember|
    runs.each do |run, how|
      [%w[stopped up], %w[running down]].each do |catalog, member|
        it "is left #{member} by #{run}, though the catalog says #{catalog}: #{memory}" do
          remember.call(self)
          FileUtils.touch(path('up')) if member == 'up'
          apply_so(how, service("ensure => #{catalog}"))
          expect([File.exist?(path('up')), File.exist?(path('restarted'))]).to eq([member == 'up', false])
        end
      end
    end
  end

  def remember_marker
    FileUtils.mkdir_p(File.dirname(marker))
    File.write(marker, '{}')
  end

  # As the engine writes it, and as a session tells it.
  def remember_state
    FileUtils.mkdir_p(File.dirname(marker))
    File.write(marker.sub('.taken', '.json'), JSON.generate('engine' => { 'desired' => [running, start] }))
    FakeSession.prepare(status: { 'desired' => [running, start] })
  end

  # The service is notified by something that has changed.
  def apply_so(how, service)
    (how[:settings] || {}).each { |name, value| Puppet[name] = value }
    FakeSession.refuse = RuntimeError.new('a parameter is wrong') if how[:refused]
    without_engine if how[:engine] == false
    apply("#{how[:before]}#{host(how[:host])} file { '#{path('conf')}': content => 'x' } ~> #{service}")
  end

  def without_engine
    hide_const('PlanEngine')
    stub_const('PuppetX::Plan::Native::DIRECTORY', path('native'))
  end

  {
    'another title' => ['other', "name => 'db',"],
    'an alias' => ['db', "alias => 'other',"],
    "systemd's longer name" => ['db.service', '']
  }.each do |what, (title, more)|
    it "is left alone under #{what}" do
      remember_marker
      FileUtils.touch(path('up'))
      apply("#{host} #{service("#{more} ensure => stopped").sub("'db'", "'#{title}'")}")
      expect(File).to exist(path('up'))
    end
  end

  it 'is left alone when it is found and would be purged' do
    remember_marker
    FileUtils.touch(path('up'))
    found = Puppet::Type.type(:service).new(service_hash.merge(name: 'db'))
    allow(Puppet::Type.type(:service)).to receive(:instances).and_return([found])
    apply("#{host} resources { 'service': purge => true }")
    expect(File).to exist(path('up'))
  end

  it 'is the only service that is taken over' do
    remember_marker
    FileUtils.touch(path('up'))
    FileUtils.touch(path('up.other'))
    other = service('ensure => stopped').gsub('/up', '/up.other').sub("'db'", "'other'")
    apply("#{host} #{service('ensure => stopped')} #{other}")
    expect([File.exist?(path('up')), File.exist?(path('up.other'))]).to eq([true, false])
  end

  it 'obeys a catalog without the host' do
    remember_marker
    FileUtils.touch(path('up'))
    apply(stopped)
    expect(File).not_to exist(path('up'))
  end

  [%w[stopped up], %w[running down]].each do |catalog, member|
    it "obeys the catalog while nothing is known of a plan that has begun: #{catalog} where it is #{member}" do
      FileUtils.touch(path('up')) if member == 'up'
      apply("#{host} #{service("ensure => #{catalog}")}")
      expect(File.exist?(path('up'))).to eq(catalog == 'running')
    end
  end

  it 'says that a refresh restarts nothing, and who hears of it' do
    remember_marker
    run = apply("#{host} file { '#{path('conf')}': content => 'x' } ~> #{stopped}")
    expect(run.messages(:notice)).to include('nothing is restarted: this is for Demo::Host[m], which is told')
    without_engine
    run = apply("#{host} file { '#{path('conf')}': content => 'y' } ~> #{stopped}")
    expect(run.messages(:notice)).to include('nothing is restarted: this is for Demo::Host[m], which does not run')
  end

  it 'is what the catalog says on the first run, until the plan acts' do
    FileUtils.touch(path('up'))
    FakeSession.prepare(script: [->(*) { { 'kind' => 'timeout', 'up' => File.exist?(path('up')) } }, batch(1, start)])
    run = apply("#{host} -> #{stopped}")
    expect(run.status('Service[db]').changed).to be(true)
    expect(File).to exist(path('up'))
    expect(File).to exist(marker)
  end

  it 'is not stopped by the second run, which changes nothing' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    FakeSession.prepare
    run = apply("#{host} -> #{stopped}")
    expect(File).to exist(path('up'))
    expect(run.exit_code).to eq(0)
  end

  it 'is not started by the catalog after an outage' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    FileUtils.rm(path('up'))
    FakeSession.prepare(status: { 'desired' => [running, start] })
    run = apply("#{host} -> #{service('ensure => running')}")
    expect(File).not_to exist(path('up'))
    expect(run.exit_code).to eq(0)
  end

  it 'is left alone when it cannot be remembered that it is taken over, and the host fails' do
    FileUtils.touch(path('up'))
    allow_any_instance_of(PuppetX::Plan::Takeover).to receive(:write_marker).and_raise(Errno::EROFS)
    FakeSession.prepare(status: { 'desired' => [running] })
    run = apply("#{host} -> #{stopped}")
    expect(File).to exist(path('up'))
    expect(run.messages(:err)).to include(/Read-only file system/)
    expect(run.exit_code).to eq(4)
  end

  it 'obeys the catalog again when the host is absent' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    FakeSession.prepare
    File.write(marker.sub('.taken', '.json'), '{}')
    apply("demo::host { 'm': ensure => absent, takes_over => [['Service', 'db']] } -> #{stopped}")
    expect(File).not_to exist(path('up'))
    expect(File).not_to exist(marker)
  end

  it 'tells a refresh to the process instead of restarting' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    FakeSession.prepare
    run = apply("#{host} file { '#{path('conf')}': content => 'x' } ~> #{stopped}")
    expect(File).not_to exist(path('restarted'))
    expect(run.session.told(:event))
      .to eq([[:event, 'service_refreshed', { 'resource' => 'Service[db]' }, 'Service[db]']])
  end

  it 'tells a refresh by what the plan applies to the process as well' do
    FakeSession.prepare(script: [batch(1, start), batch(2, file('conf', 'x', 'notify' => ref('Service', 'db')))])
    run = apply("#{host} -> #{stopped}")
    expect(File).not_to exist(path('restarted'))
    expect(run.session.told(:event).map { |call| call[1] }).to eq(['service_refreshed'])
  end

  it 'is restarted as ever while the plan has not begun' do
    FileUtils.touch(path('up'))
    apply("#{host} file { '#{path('conf')}': content => 'x' } ~> #{service('ensure => running')}")
    expect(File).to exist(path('restarted'))
  end

  it 'remembers that the plan acts before it acts' do
    there = nil
    seen = ->(*) { there = File.exist?(marker) }
    Puppet::Type.type(:spec_start).send(:define_method, :retrieve) { seen.call && {} }
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    expect(there).to be(true)
  end
end
