# frozen_string_literal: true

require 'spec_helper'
require 'puppet'

# The types with which plans look and act, with their real providers; systemd, SQL and the clock are doubles.
RSpec.describe 'The types with which plans act' do
  let(:directory) { Dir.mktmpdir }
  let(:state) { PuppetX::Galera::MemberState.new(File.join(directory, 'state'), File.join(directory, 'run')) }
  let(:server) { instance_double(PuppetX::Galera::Server, status: no_answer) }
  let(:unit) { instance_double(PuppetX::Galera::Unit, name: 'mariadb.service', start: nil, stop: nil) }
  let(:boot_id) { '6ccbd2e1-52e0-4556-997b-db403b6cfe72' }
  let(:no_answer) { PuppetX::Galera::Server::Status.new(sql: 'none') }
  let(:synced) do
    PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: 'Primary', local_state: 'Synced', cluster_size: 1,
                                        state_uuid: 'U')
  end

  before do
    %i[statedir statefile transactionstorefile].each { |name| Puppet[name] = File.join(directory, name.to_s) }
    # The providers are loaded with their types.
    %i[galera_observe galera_bootstrap galera_member].each { |name| Puppet::Type.type(name).provider(:mariadb) }
    allow(PuppetX::Galera::Observation).to receive(:boot_id).and_return(boot_id)
    allow(PuppetX::Plan::RunId).to receive(:of).and_return('n')
    allow(Kernel).to receive(:sleep)
    allow(unit).to receive_messages(look: look('inactive'), makes_new_cluster?: true,
                                    journal: ['[ERROR] no such thing'])
  end

  after { FileUtils.remove_entry(directory) }

  def look(active, running: false, job: false, loaded: 'loaded')
    PuppetX::Galera::Unit::Look.new(active_state: active, sub_state: active, main_pid: running ? Process.pid : 0,
                                    job: job, restarts: 0, load_state: loaded, result: 'x')
  end

  def resource(type, parameters = {})
    made = Puppet::Type.type(type).new({ name: 'x', datadir: directory }.merge(parameters))
    allow(made.provider).to receive_messages(state: state, server: server, unit: unit)
    made
  end

  def other_file_says(what)
    settings = instance_double(PuppetX::Galera::ServerSettings, contradiction: what)
    allow(PuppetX::Galera::ServerSettings).to receive(:new).with('/etc/mysql/own.cnf').and_return(settings)
  end

  # Applies it as a catalog of its own and gives its status in the report.
  def apply(made)
    catalog = Puppet::Resource::Catalog.new
    catalog.add_resource(made)
    catalog.apply.report.resource_statuses[made.ref]
  end

  it 'is never applied again for drift' do
    acts = %i[galera_observe galera_bootstrap galera_member].map { |name| Puppet::Type.type(name).plan_act? }
    expect(acts).to eq([true, true, true])
  end

  it 'refuses parameters that cannot be right' do
    { service: 'a b', datadir: 'x', watch: 'soon', port: 'galera' }.each do |name, value|
      expect { Puppet::Type.type(:galera_member).new(name: 'x', name => value) }
        .to raise_error(Puppet::ResourceError, /#{name} must be/)
    end
    expect { Puppet::Type.type(:galera_bootstrap).new(name: 'x', grant: 'g', boot_id: boot_id) }
      .to raise_error(Puppet::Error, /needs nonce/)
    expect { Puppet::Type.type(:galera_bootstrap).new(name: 'x', grant: '../g', nonce: 'n', boot_id: boot_id) }
      .to raise_error(Puppet::Error, /grant must be an id/)
  end

  describe 'galera_observe' do
    it 'only looks unless it is told to hold' do
      status = apply(resource(:galera_observe))
      expect([status.changed, status.failed]).to eq([false, false])
      expect(unit).not_to have_received(:stop)
    end

    it 'holds before it stops, so that nothing starts behind it' do
      state.release
      allow(unit).to receive(:stop) { expect(state.held?).to be true }
      expect(apply(resource(:galera_observe, hold: true)).changed).to be true
      expect(unit).to have_received(:stop).with(patience: 60)
      expect(apply(resource(:galera_observe, hold: true)).changed).to be false
    end

    it 'stops one that runs without Primary, or is on its way to be' do
      lost = PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: 'non-Primary')
      { 'active' => lost, 'activating' => no_answer }.each do |active, status|
        state.release
        allow(unit).to receive(:look).and_return(look(active, running: true))
        allow(server).to receive(:status).and_return(status)
        expect(apply(resource(:galera_observe, hold: true)).changed).to be true
      end
      expect(unit).to have_received(:stop).twice
    end

    it 'leaves a server alone that is Primary, or may be' do
      state.release
      allow(unit).to receive(:look).and_return(look('active', running: true))
      [synced, PuppetX::Galera::Server::Status.new(sql: 'refused'), no_answer].each do |status|
        allow(server).to receive(:status).and_return(status)
        expect(apply(resource(:galera_observe, hold: true)).changed).to be false
      end
      expect(state.held?).to be false
      expect(unit).not_to have_received(:stop)
    end

    it 'leaves a server alone that is being sent its data' do
      state.release
      File.write(File.join(directory, 'sst_in_progress'), '')
      allow(unit).to receive(:look).and_return(look('activating', running: true))
      expect(apply(resource(:galera_observe, hold: true)).changed).to be false
      expect(state.held?).to be false
    end

    it 'tells the incarnation, and leaves it with the data once it is Synced' do
      made = resource(:galera_observe)
      id = made.plan_data['incarnation']
      expect(made.plan_data).to include('incarnation' => /\A\h{8}-/, 'data_incarnation' => nil)
      allow(unit).to receive(:look).and_return(look('active', running: true))
      allow(server).to receive(:status).and_return(synced)
      expect(made.plan_data).to include('incarnation' => id, 'data_incarnation' => id, 'held' => false)
      expect(state.held?).to be false
      expect(File.read(File.join(directory, 'galera-incarnation'))).to eq("#{id}\n")
    end

    it 'touches nothing in a simulation' do
      state.release
      apply(resource(:galera_observe, hold: true, noop: true))
      expect(state.held?).to be false
    end
  end

  describe 'galera_bootstrap' do
    def bootstrap(grant: 'g1', **parameters)
      @resource = resource(:galera_bootstrap,
                           { grant: grant, nonce: 'n', boot_id: boot_id, user: Etc.getpwuid.name }.merge(parameters))
      apply(@resource)
    end

    # The start consumes the token, as start-mariadbd does.
    def start_well
      allow(unit).to receive(:start) do
        File.unlink(File.join(state.path, 'token/bootstrap'))
        allow(unit).to receive(:look).and_return(look('active', running: true))
        allow(server).to receive(:status).and_return(synced)
      end
    end

    it 'starts once by a grant' do
      start_well
      expect(bootstrap.changed).to be true
      expect(@resource.plan_data).to include('grant' => 'g1', 'started' => true, 'synced' => true, 'cluster_size' => 1,
                                             'state_uuid' => 'U', 'reason' => nil)
      expect(bootstrap.changed).to be false
      expect(@resource.plan_data).to include('started' => true, 'reason' => /was used on this node before/)
      expect(unit).to have_received(:start).once
    end

    # A run that was killed has left the mark, and what came after it.
    describe 'with a grant that an earlier run marked as used' do
      before { state.use_grant('g1') }

      def started_of_second_run
        expect(bootstrap.changed).to be false
        expect(@resource.plan_data['reason']).to match(/was used on this node before/)
        @resource.plan_data['started']
      end

      it 'has started while mariadbd runs that was called for a new cluster, and not when it was called without' do
        allow(unit).to receive(:look).and_return(look('activating', running: true))
        allow(unit).to receive(:makes_new_cluster?).and_return(true, false)
        expect(Array.new(2) { started_of_second_run }).to eq([true, false])
      end

      it 'is about to start while the token waits for a start that was asked for' do
        state.write_token(grant: 'g1', boot_id: boot_id, user: Etc.getpwuid.name)
        allow(unit).to receive(:look).and_return(look('activating', job: true))
        expect([started_of_second_run, state.token]).to eq([true, 'g1'])
      end

      it 'has started on a node that was in a cluster since, though nothing runs' do
        File.write(File.join(directory, 'grastate.dat'), "uuid: 6ccbd2e1-52e0-4556-997b-db403b6cfe72\nseqno: -1\n")
        expect(started_of_second_run).to be true
      end

      it 'has not started on a node that never was in a cluster' do
        expect(started_of_second_run).to be false
      end

      it 'takes the token back that nobody consumed, so that it never starts' do
        state.write_token(grant: 'g1', boot_id: boot_id, user: Etc.getpwuid.name)
        expect([started_of_second_run, state.token, state.unspent?('g1')]).to eq([false, nil, true])
        expect(started_of_second_run).to be false
      end

      it 'leaves the token of another grant alone' do
        state.write_token(grant: 'g2', boot_id: boot_id, user: Etc.getpwuid.name)
        started_of_second_run
        expect(state.token).to eq('g2')
      end
    end

    it 'has the grant marked and the token written when it starts' do
      seen = nil
      allow(unit).to receive(:start) { seen = [state.grant_used?('g1'), state.token, state.held?] }
      bootstrap
      expect(seen).to eq(['g1', true].then { |id, yes| [yes, id, false] })
    end

    {
      'another run' => [{ nonce: 'm' }, /for another agent run/],
      'another boot' => [{ boot_id: '6ccbd2e1-52e0-4556-997b-db403b6cfe73' }, /is for boot/],
      'a grant for a running server' => [{ running: true }, /is running/],
      'an interrupted installation' => [{ interrupted: true }, /snapshot was interrupted/]
    }.each do |what, (circumstances, reason)|
      it "refuses #{what} without a failure" do
        allow(unit).to receive(:look).and_return(look('active', running: true)) if circumstances.delete(:running)
        state.installing = { 'datadir' => '/x' } if circumstances.delete(:interrupted)
        status = bootstrap(**circumstances)
        expect([status.changed, status.failed, state.grant_used?('g1')]).to eq([false, false, false])
        expect(@resource.plan_data).to include('started' => false, 'reason' => reason)
      end
    end

    it 'gives up the state UUID for a new history, and the data keeps its own word until the cluster is there' do
      FileUtils.mkdir_p([File.join(directory, 'mysql'), File.join(directory, 'shop')])
      File.write(File.join(directory, 'shop/a.ibd'), 'x')
      File.write(File.join(directory, 'grastate.dat'),
                 "version: 2.1\nuuid:    #{boot_id}\nseqno:   7\nsafe_to_bootstrap: 0\n")
      seen = nil
      allow(unit).to receive(:start) do
        seen = [File.read(File.join(directory, 'grastate.dat')), state.new_history['given_up'],
                resource(:galera_observe).plan_data['transfer_interrupted']]
      end
      bootstrap(new_history: true)
      expect(seen).to eq(["version: 2.1\nuuid:    #{PuppetX::Galera::Datadir::NULL_UUID}\nseqno:   -1\n" \
                          "safe_to_bootstrap: 1\n", boot_id, false])
    end

    it 'leaves no token behind when the start fails before mariadbd took it, and holds again' do
      allow(unit).to receive(:start) { allow(unit).to receive(:look).and_return(look('failed')) }
      expect(bootstrap.failed).to be true
      expect([state.token, state.held?]).to eq([nil, true])
      expect(@resource.plan_data).to include('started' => false, 'synced' => false, 'reason' => /no such thing/)
    end

    it 'says that mariadbd was executed when the start fails later' do
      start_well
      allow(unit).to receive(:start) do
        File.unlink(File.join(state.path, 'token/bootstrap'))
        allow(unit).to receive(:look).and_return(look('failed'))
      end
      expect(bootstrap.failed).to be true
      expect(@resource.plan_data).to include('started' => true, 'synced' => false)
    end

    it 'is refused while another member answers on the port of the group, and was not used then' do
      allow(PuppetX::Galera::Reach).to receive(:any?).with(['10.0.0.2'], 4567).and_return(true)
      bootstrap(peers: ['10.0.0.2'])
      expect(unit).not_to have_received(:start)
      expect(@resource.plan_data).to include('started' => false, 'reason' => /somebody runs already/)
      expect(state.grant_used?('g1')).to be false
    end

    it 'is refused where the data is not what was reported' do
      found = 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc'
      File.write(File.join(directory, 'grastate.dat'), "uuid: #{found}\nseqno: 5\nsafe_to_bootstrap: 0\n")
      bootstrap(state_uuid: '8bcf4a34-aedb-14e5-bcc3-d3e36277729f')
      expect(unit).not_to have_received(:start)
      expect(@resource.plan_data).to include('started' => false, 'reason' => /of another history than was reported/)
    end

    it 'is refused while another file makes the server one of another cluster' do
      other_file_says("wsrep_cluster_name is 'other'")
      bootstrap(config_file: '/etc/mysql/own.cnf')
      expect(unit).not_to have_received(:start)
      expect(@resource.plan_data).to include('started' => false, 'reason' => "wsrep_cluster_name is 'other'")
    end

    it 'may have been used while the service is still starting, though its token is there' do
      allow(unit).to receive(:look).and_return(look('inactive'), look('inactive'), look('activating', running: true))
      bootstrap(watch: 0)
      expect(@resource.plan_data).to include('started' => true, 'synced' => false)
      expect(state.token).to eq('g1')
    end

    it 'fails where there is no such service' do
      allow(unit).to receive(:look).and_return(look('inactive', loaded: 'not-found'))
      expect(bootstrap.failed).to be true
    end

    it 'touches nothing in a simulation' do
      bootstrap(noop: true)
      expect([state.grant_used?('g1'), @resource.plan_data['started']]).to eq([false, false])
    end
  end

  describe 'galera_member' do
    it 'changes nothing on a Synced node' do
      state.release
      allow(unit).to receive(:look).and_return(look('active', running: true))
      allow(server).to receive(:status).and_return(synced)
      made = resource(:galera_member)
      expect(apply(made).changed).to be false
      expect(made.plan_data).to include('synced' => true, 'failed' => false, 'reason' => nil, 'progress' => nil)
    end

    it 'destroys a token that was left before it starts' do
      state.write_token(grant: 'g1', boot_id: boot_id, user: Etc.getpwuid.name)
      seen = nil
      allow(unit).to receive(:start) do
        seen = [state.token, state.held?]
        allow(unit).to receive(:look).and_return(look('active', running: true))
        allow(server).to receive(:status).and_return(synced)
      end
      expect(apply(resource(:galera_member)).changed).to be true
      expect(seen).to eq([nil, false])
    end

    it 'starts nothing when nobody answers whom it could join, which is no change' do
      allow(PuppetX::Galera::Reach).to receive(:any?).with(%w[10.0.0.2 10.0.0.3], 4567).and_return(false)
      made = resource(:galera_member, peers: %w[10.0.0.2 10.0.0.3])
      expect(apply(made).changed).to be false
      expect(unit).not_to have_received(:start)
      expect(made.plan_data).to include('failed' => true, 'synced' => false, 'reason' => /none of 10.0.0.2, 10.0.0.3/)
      expect(state.held?).to be true
    end

    it 'starts when one of them answers' do
      allow(PuppetX::Galera::Reach).to receive(:any?).and_return(true)
      allow(unit).to receive(:start) do
        allow(unit).to receive(:look).and_return(look('active', running: true))
        allow(server).to receive(:status).and_return(synced)
      end
      expect(apply(resource(:galera_member, peers: ['10.0.0.2'])).changed).to be true
      expect(unit).to have_received(:start)
    end

    it 'lets others start before it, held until then' do
      allow(Kernel).to receive(:sleep).with(2) { expect(state.held?).to be true }
      allow(unit).to receive(:start) do
        expect(Kernel).to have_received(:sleep).with(2)
        allow(unit).to receive(:look).and_return(look('active', running: true))
        allow(server).to receive(:status).and_return(synced)
      end
      expect(apply(resource(:galera_member, delay: 2)).failed).to be_falsey
      expect(unit).to have_received(:start)
    end

    describe 'with the history of a cluster' do
      let(:history) { 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc' }
      let(:beginning) do
        instance_double(PuppetX::Galera::Snapshot::Beginning, digest: 'what it began with', enter: true)
      end

      before do
        allow(PuppetX::Galera::Snapshot::Beginning).to receive(:new).and_return(beginning)
        allow(unit).to receive(:start) do
          expect(state.held?).to be false
          allow(unit).to receive(:look).and_return(look('active', running: true))
          allow(server).to receive(:status).and_return(synced)
        end
      end

      def join(began_with)
        apply(resource(:galera_member, history: history, beginning: began_with))
      end

      it 'enters it, while the member is held, with data that the cluster began with' do
        allow(beginning).to receive(:enter) { state.held? || raise('it is not held') }
        expect(join('what it began with').changed).to be true
        expect(beginning).to have_received(:enter).with(history, user: 'mysql')
      end

      it 'takes all with other data' do
        expect(join('something else').changed).to be true
        expect(beginning).not_to have_received(:enter)
      end

      it 'leaves the data alone that a server may be started on at any time' do
        state.release
        join('what it began with')
        expect(beginning).not_to have_received(:enter)
      end
    end

    it 'lifts the hold of a server that runs, and does not start it' do
      allow(unit).to receive(:look).and_return(look('active', running: true))
      allow(server).to receive(:status).and_return(synced)
      expect(apply(resource(:galera_member)).changed).to be true
      expect(state.held?).to be false
      expect(unit).not_to have_received(:start)
    end

    it 'stops a server that runs in no component, and starts it anew' do
      running = true
      state.release
      allow(unit).to receive(:look) { look(running ? 'active' : 'inactive', running: running) }
      allow(unit).to receive(:stop) { running = false }
      allow(unit).to receive(:start) do
        running = true
        allow(server).to receive(:status).and_return(synced)
      end
      lost = PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: 'Disconnected', local_state: 'Initialized')
      allow(server).to receive(:status).and_return(lost)
      expect(apply(resource(:galera_member)).changed).to be true
      expect(unit).to have_received(:stop).ordered
      expect(unit).to have_received(:start).ordered
    end

    describe 'with anew, of a server that runs and is not Primary' do
      before do
        running = true
        state.release
        allow(unit).to receive(:look) { look(running ? 'activating' : 'inactive', running: running) }
        allow(unit).to receive(:stop) { running = false }
        allow(unit).to receive(:start) { running = true }
        allow(PuppetX::Galera::Reach).to receive_messages(connected?: false, any?: true)
      end

      def anew
        apply(resource(:galera_member, anew: true, peers: ['10.0.0.2'], watch: 0))
      end

      it 'starts it anew when it is connected to nobody though somebody is there' do
        anew
        expect(unit).to have_received(:stop).ordered
        expect(unit).to have_received(:start).ordered
      end

      { 'one that is connected, as by a state transfer' => { connected?: true },
        'one to which nobody answers' => { any?: false } }.each do |which, found|
        it "leaves #{which}" do
          allow(PuppetX::Galera::Reach).to receive_messages(found)
          anew
          expect(unit).not_to have_received(:stop)
        end
      end

      it 'leaves one that has become Primary' do
        allow(server).to receive(:status).and_return(synced)
        anew
        expect(unit).not_to have_received(:stop)
      end
    end

    [[false, {}], [true, { restart: true, members: 1 }]].each do |running, parameters|
      it "fails, and leaves a server that #{running ? 'runs' : 'does not run'}, while another file has the last word" do
        allow(unit).to receive(:look).and_return(look(running ? 'active' : 'inactive', running: running))
        allow(server).to receive(:status).and_return(synced) if running
        other_file_says("wsrep_cluster_name is 'other'")
        made = resource(:galera_member, parameters.merge(config_file: '/etc/mysql/own.cnf'))
        expect(apply(made).failed).to be true
        expect(unit).not_to have_received(:stop)
        expect(unit).not_to have_received(:start)
        expect(made.plan_data).to include('failed' => true, 'reason' => "wsrep_cluster_name is 'other'")
      end
    end

    it 'restarts a server that is to take up what has changed, when all are there' do
      running = true
      state.release
      allow(unit).to receive(:look) { look(running ? 'active' : 'inactive', running: running) }
      allow(unit).to receive(:stop) { running = false }
      allow(unit).to receive(:start) { running = true }
      allow(server).to receive(:status).and_return(synced)
      made = resource(:galera_member, restart: true, members: 1)
      expect(apply(made).changed).to be true
      expect(made.plan_data).to include('started' => true, 'synced' => true)
      expect(unit).to have_received(:stop).ordered
      expect(unit).to have_received(:start).ordered
    end

    it 'does not restart a server that misses others' do
      state.release
      allow(unit).to receive(:look).and_return(look('active', running: true))
      allow(server).to receive(:status).and_return(synced)
      made = resource(:galera_member, restart: true, members: 3)
      expect(apply(made).changed).to be false
      expect(made.plan_data).to include('started' => false,
                                        'reason' => 'its component has 1 of 3 members: it was not restarted')
      expect(unit).not_to have_received(:stop)
    end

    it 'fails in the words of mariadbd' do
      allow(unit).to receive(:look).and_return(look('failed'))
      made = resource(:galera_member)
      expect(apply(made).failed).to be true
      expect(made.plan_data).to include('synced' => false, 'failed' => true, 'reason' => /no such thing/)
    end

    it 'ends well when it found nobody Primary, and says so' do
      allow(unit).to receive_messages(look: look('failed'), journal: [
                                        "[ERROR] WSREP: gcs.cpp:gcs_open():1701: Failed to open channel 'c': -110"
                                      ])
      made = resource(:galera_member)
      expect(apply(made).failed).to be false
      expect(made.plan_data).to include('synced' => false, 'failed' => true, 'reason' => /Failed to open channel/)
    end

    it 'ends well when the transfer outlasts the watch, and shows how far it is' do
      allow(unit).to receive(:start) { allow(unit).to receive(:look).and_return(look('activating', running: true)) }
      made = resource(:galera_member, watch: 0)
      expect(apply(made).failed).to be false
      expect(made.plan_data).to include('synced' => false, 'failed' => false, 'reason' => /activating/,
                                        'progress' => include('unit_state' => 'activating', 'bytes' => Integer))
    end
  end
end
