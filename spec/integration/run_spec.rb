# frozen_string_literal: true

require_relative '../support/plan_helper'

RSpec.describe 'how a run with a plan process ends' do
  include_context 'with a plan run'

  let(:manifest) { "demo::host { 'm': wait => 1 }" }
  let(:refused) { { 'state' => 'failed', 'error' => 'refused' } }
  let(:timeout) { ->(_session, seconds) { sleep(seconds) && { 'kind' => 'timeout' } } }

  def host_status(run)
    run.status('Plan_process[Demo::Host[m]]')
  end

  it 'gives the session all that it needs' do
    run = apply(manifest)
    expect(run.session.config).to include(
      'process' => { 'certname' => Puppet[:certname], 'resource' => 'Demo::Host[m]', 'title' => 'm',
                     'plan' => 'demo::host' },
      'parameters' => { 'cluster' => 'cluster_1' }, 'cluster' => 'cluster_1', 'noop' => false,
      'orchestrator' => 'https://puppet.example.com:8146',
      'state_file' => File.join(Puppet[:statedir], 'galera/Demo%3A%3AHost%5Bm%5D.json')
    )
    expect(run.session.config['tls'].keys).to eq(%w[certificate private_key ca crl])
  end

  it 'gives the node\'s own certificate to a plan that names what is trusted' do
    FileUtils.mkdir_p(File.dirname(Puppet[:hostcert]))
    File.write(Puppet[:hostcert], 'a certificate')
    found = ['$facts', '$trusted'].map do |text|
      run = apply(<<~PUPPET)
        plan_process { 'Demo::Host[m]':
          plan   => 'demo::host',
          bundle => { 'format' => 1, 'plan' => 'demo::host', 'digest' => 'x',
                      'files' => [{ 'path' => 'p', 'text' => '#{text}' }] },
        }
      PUPPET
      run.session.config['trusted']['certificate']
    end
    expect(found).to eq([nil, 'a certificate'])
  end

  it 'starts the process before the first resource is applied' do
    seen = nil
    allow_any_instance_of(FakeSession).to receive(:start) { seen = File.exist?(path('x')) }
    apply("file { '#{path('x')}': content => 'x' } -> #{manifest}")
    expect(seen).to be(false)
  end

  it 'ends well, and says so, when it waits for another member' do
    FakeSession.prepare(
      script: Array.new(9, timeout),
      status: { 'waiting' => [{ 'text' => 'leader db1 to run', 'next' => 'its next run goes on' }] }
    )
    run = apply(manifest)
    expect(run.exit_code).to eq(0)
    expect(run.messages(:notice)).to include('waiting for leader db1 to run; its next run goes on')
  end

  it 'fails the host when the orchestrator cannot be reached and the member was never accepted' do
    FakeSession.prepare(script: Array.new(9, timeout),
                        status: { 'accepted' => false, 'connection' => refused })
    run = apply("#{manifest} -> file { '#{path('rest')}': content => 'x' }")
    expect(host_status(run).failed).to be(true)
    expect(run.messages(:err)).to eq(
      ['not yet a member of cluster_1, waiting to be accepted: ' \
       'the orchestrator https://puppet.example.com:8146 cannot be used: refused']
    )
    expect(File).to exist(path('rest'))
    expect(run.exit_code).to eq(6)
  end

  it 'ends well when the plan asks for no orchestrator' do
    FakeSession.prepare(status: { 'accepted' => false, 'orchestrated' => false, 'connection' => { 'state' => 'none' } })
    expect(apply(manifest).exit_code).to eq(0)
  end

  it 'only warns when the orchestrator cannot be reached and the member is in its cluster' do
    FakeSession.prepare(script: Array.new(9, timeout), status: { 'connection' => refused })
    run = apply(manifest)
    expect(run.exit_code).to eq(0)
    expect(run.messages(:warning)).to include(/cannot be used: refused; what was agreed before stays as it is/)
  end

  it 'says which clusters there are when its own is unknown' do
    FakeSession.prepare(
      script: Array.new(9, timeout),
      status: { 'accepted' => false,
                'connection' => { 'state' => 'failed', 'code' => 'unknown_cluster', 'error' => 'unknown',
                                  'clusters' => %w[cluster_2 cluster_3] } }
    )
    run = apply(manifest)
    expect(host_status(run).failed).to be(true)
    expect(run.messages(:err)).to eq(
      ['not yet a member of cluster_1, which the orchestrator https://puppet.example.com:8146 does not know: ' \
       'the clusters there are cluster_2, cluster_3. ' \
       "Correct `cluster`, or declare the cluster on the orchestrator's host"]
    )
  end

  it 'shows nothing that was logged before it began' do
    Puppet.err('of an earlier run')
    expect(apply(manifest).messages(:err)).to be_empty
  end

  it 'fails the host when the plan failed' do
    FakeSession.prepare(script: [{ 'kind' => 'ended', 'failed' => true, 'message' => 'no disk' }],
                        status: { 'ended' => { 'failed' => true, 'message' => 'no disk' } })
    run = apply(manifest)
    expect(host_status(run).failed).to be(true)
    expect(run.messages(:err)).to eq(['no disk'])
  end

  it 'warns of messages that were refused' do
    letter = { 'message' => 'role 9 is out of range', 'place' => 'host.plan:7:3' }
    FakeSession.prepare(status: { 'dead_letters' => [letter], 'warnings' => ['the state file was damaged'] })
    expect(apply(manifest).messages(:warning))
      .to include('a message was refused: role 9 is out of range (host.plan:7:3)', 'the state file was damaged')
  end

  context 'when the plan cannot run' do
    before do
      hide_const('PlanEngine')
      stub_const('PuppetX::Plan::Native::DIRECTORY', path('native'))
    end

    it 'says once what is wanted and what is there, applies the rest, and fails the host' do
      FileUtils.mkdir_p(path('native/2.7.0-sparc-gnu'))
      File.write(path('native/2.7.0-sparc-gnu/plan_engine.so'), '')
      run = apply("#{manifest} -> file { '#{path('rest')}': content => 'x' } -> event { 'e': to => Demo::Host['m'] }")
      expect(run.messages(:err).length).to eq(1)
      expect(run.messages(:err).first).to include(PuppetX::Plan::Native.flavour, 'there is 2.7.0-sparc-gnu')
      expect(File).to exist(path('rest'))
      expect(host_status(run).failed).to be(true)
      expect(run.status('Event[e]').changed).to be(false)
      expect(run.exit_code).to eq(6)
    end

    it 'says why a library that is there does not load' do
      library = path("native/#{PuppetX::Plan::Native.flavour}/plan_engine.so")
      FileUtils.mkdir_p(File.dirname(library))
      File.write(library, 'not a library')
      run = apply(manifest)
      expect(run.messages(:err)).to match([/is no library/])
      expect(run.exit_code).to eq(4)
    end
  end

  it 'fails the host with the help of the engine when a parameter is refused' do
    error = Class.new(StandardError) do
      def help
        'give a String'
      end
    end
    FakeSession.refuse = error.new("the parameter 'host' is an Integer")
    run = apply("#{manifest} -> file { '#{path('rest')}': content => 'x' }")
    expect(run.messages(:err))
      .to eq(["The plan demo::host does not run here: the parameter 'host' is an Integer; give a String"])
    expect(host_status(run).failed).to be(true)
    expect(File).to exist(path('rest'))
  end

  it 'starts nothing when tags deselect the host' do
    Puppet[:tags] = 'other'
    run = apply("#{manifest} file { '#{path('x')}': content => 'x', tag => 'other' }")
    expect(FakeSession.opened).to be_empty
    expect(File).to exist(path('x'))
    expect(run.exit_code).to eq(2)
  end

  it 'starts nothing when tags to skip deselect the host' do
    Puppet[:skip_tags] = 'demo::host'
    apply(manifest)
    expect(FakeSession.opened).to be_empty
  end

  it 'applies batches when tags select the host' do
    Puppet[:tags] = 'demo::host'
    FakeSession.prepare(script: [batch(1, file('a', 'a'))])
    apply("#{manifest} file { '#{path('x')}': content => 'x' }")
    expect(File).to exist(path('a'))
    expect(File).not_to exist(path('x'))
  end

  it 'gets nothing done for a host that was skipped' do
    FakeSession.prepare(script: [batch(1, file('a', 'a'))])
    run = apply("exec { '/bin/false': } -> #{manifest}")
    expect(File).not_to exist(path('a'))
    expect(run.session.calls.map(&:first)).to eq(%i[start close])
  end

  context 'with noop' do
    it 'sends nothing, changes nothing and waits for nobody' do
      Puppet[:noop] = true
      FakeSession.prepare(script: [batch(1, file('a', 'a'))], wants: ['done'],
                          status: { 'desired' => [file('kept', 'kept')] })
      run = apply("#{manifest} -> event { 'done': to => Demo::Host['m'] }")
      expect(run.session.config['noop']).to be(true)
      expect(run.session.calls.map(&:first)).to eq(%i[start close])
      expect(Dir.children(work)).not_to include('a', 'kept')
      expect(Dir).not_to exist(File.join(Puppet[:statedir], 'galera'))
      expect(run.report.noop).to be(true).or be_nil
      expect(run.status("File[#{path('kept')}]").events.map(&:status)).to eq(['noop'])
      expect(run.exit_code).to eq(0)
    end

    it 'holds for a host that alone is noop, and what its plan would apply' do
      FakeSession.prepare(status: { 'desired' => [file('kept', 'kept')] })
      apply("demo::host { 'm': noop => true } -> file { '#{path('x')}': content => 'x' }")
      expect(File).to exist(path('x'))
      expect(File).not_to exist(path('kept'))
    end
  end

  describe 'what the plan put in place' do
    before { FakeSession.prepare(status: { 'desired' => [file('kept', 'kept')] }) }

    it 'is put in place again before the plan goes on' do
      run = apply(manifest)
      expect(File.read(path('kept'))).to eq('kept')
      expect(run.exit_code).to eq(2)
      expect(run.session.told(:synced)).to be_empty
      expect(run.session.told(:catalog_done).first[1]['changed']).to be_empty
    end

    it 'is there again when the plan hears that the catalog is done' do
      seen = nil
      allow_any_instance_of(FakeSession).to receive(:catalog_done) { seen = File.exist?(path('kept')) }
      apply(manifest)
      expect(seen).to be(true)
    end

    it 'is no change when it is as it was' do
      File.write(path('kept'), 'kept')
      expect(apply(manifest).exit_code).to eq(0)
    end

    it 'is not what the plan acted with, or has taken over' do
      Puppet::Type.newtype(:spec_act) do
        newparam(:name) { isnamevar }
        def self.plan_act?
          true
        end
      end
      FakeSession.prepare(status: { 'desired' => [resource('Spec_act', 'x'), file('owned', 'x')] })
      run = apply("demo::host { 'm': takes_over => [['File', '#{path('owned')}']] }")
      expect(run.evaluated.grep(/Spec_act|owned/)).to be_empty
    ensure
      Puppet::Type.rmtype(:spec_act)
    end
  end

  describe 'a host that is absent' do
    let(:manifest) { "demo::host { 'm': ensure => absent, wait => 1 }" }
    let(:state) { File.join(Puppet[:statedir], 'galera/Demo%3A%3AHost%5Bm%5D.json') }

    before do
      FileUtils.mkdir_p(File.dirname(state))
      File.write(state, '{}')
    end

    it 'takes its leave and is forgotten' do
      run = apply(manifest)
      expect(run.session.calls.map(&:first)).to eq(%i[start leaving catalog_done close])
      expect(File).not_to exist(state)
    end

    it 'fails, and remembers, while it could not take its leave' do
      FakeSession.prepare(script: Array.new(9, timeout), status: { 'connection' => refused })
      run = apply(manifest)
      expect(run.messages(:err)).to include(/could not be released yet.*refused/)
      expect(File).to exist(state)
      expect(run.exit_code).to eq(4)
    end

    it 'does nothing when nothing is left' do
      FileUtils.rm_f(state)
      expect(apply(manifest).exit_code).to eq(0)
      expect(FakeSession.opened).to be_empty
    end
  end
end
