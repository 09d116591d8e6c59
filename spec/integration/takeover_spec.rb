# frozen_string_literal: true

require_relative '../support/plan_helper'

# A service as Puppet has them, whose state is in a file; `mariadb` of the specs.
RSpec.describe 'a resource of the catalog that a plan takes over' do
  include_context 'with a plan run'

  let(:marker) { File.join(Puppet[:statedir], 'galera/Demo%3A%3AHost%5Bm%5D.taken') }
  let(:host) { "demo::host { 'm': takes_over => [['Service', 'db']], acts_by => ['Spec_start'] }" }
  let(:stopped) { service('ensure => stopped') }
  let(:running) { resource('Service', 'db', service_hash.merge('ensure' => 'running')) }
  let(:start) { resource('Spec_start', 'db') }
  let(:service_hash) do
    { 'provider' => 'base', 'hasstatus' => true, 'hasrestart' => true, 'status' => "/usr/bin/test -e #{path('up')}",
      'start' => "/usr/bin/touch #{path('up')}", 'stop' => "/bin/rm #{path('up')}",
      'restart' => "/usr/bin/touch #{path('restarted')}" }
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
    end
    allow_any_instance_of(PuppetX::Plan::Takeover).to receive(:in_cluster?).and_return(false)
  end

  after { Puppet::Type.rmtype(:spec_start) }

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

  it 'is left alone when the state shows that the plan had begun, though the marker is lost' do
    FileUtils.touch(path('up'))
    FakeSession.prepare(status: { 'desired' => [running] })
    apply("#{host} -> #{stopped}")
    expect(File).to exist(path('up'))
    expect(File).to exist(marker)
  end

  it 'is left alone when all is lost but the database is in its cluster' do
    allow_any_instance_of(PuppetX::Plan::Takeover).to receive(:in_cluster?).and_return(true)
    FileUtils.touch(path('up'))
    apply("#{host} -> #{stopped}")
    expect(File).to exist(path('up'))
  end

  it 'is left alone when the native library is missing' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    hide_const('PlanEngine')
    stub_const('PuppetX::Plan::Native::DIRECTORY', path('native'))
    apply("#{host} -> #{stopped}")
    expect(File).to exist(path('up'))
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

  it 'is left alone by a noop run, which reports no change either' do
    FakeSession.prepare(script: [batch(1, start)])
    apply("#{host} -> #{stopped}")
    Puppet[:noop] = true
    run = apply("#{host} -> #{stopped}")
    expect(run.status('Service[db]').events).to be_empty
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
