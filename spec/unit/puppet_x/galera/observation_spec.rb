# frozen_string_literal: true

require 'json'
require 'spec_helper'
require 'puppet_x/galera/observation'

RSpec.describe PuppetX::Galera::Observation do
  subject(:observation) { described_class.new(unit: unit, datadir: datadir, state: state, server: server) }

  let(:directory) { Dir.mktmpdir }
  let(:datadir) { PuppetX::Galera::Datadir.new(File.join(directory, 'mysql')) }
  let(:state) { PuppetX::Galera::MemberState.new(File.join(directory, 'state'), File.join(directory, 'run')) }
  let(:unit) { instance_double(PuppetX::Galera::Unit, look: look) }
  let(:server) { instance_double(PuppetX::Galera::Server) }
  let(:look) { PuppetX::Galera::Unit::Look.new(active_state: 'inactive', main_pid: 0, job: false, restarts: 0) }
  let(:uuid) { 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc' }
  let(:null) { PuppetX::Galera::Datadir::NULL_UUID }

  before { file('mysql/mysql/user.frm') }
  after { FileUtils.remove_entry(directory) }

  def file(name, content = '')
    FileUtils.mkdir_p(File.join(directory, File.dirname(name)))
    File.write(File.join(directory, name), content)
  end

  def grastate(uuid, seqno)
    file('mysql/grastate.dat', "uuid: #{uuid}\nseqno: #{seqno}\nsafe_to_bootstrap: 0\n")
  end

  def seen(*keys, installed: true)
    allow(observation).to receive(:installed?).and_return(installed)
    observation.to_h.values_at(*keys)
  end

  # A recovery that is not asked for fails the example: nobody stubs it.
  def no_recovery
    expect(datadir).not_to receive(:recover_position)
  end

  it 'is a Hash of JSON with all its keys' do
    no_recovery
    keys = %w[installed running unit_state held sql cluster_status local_state cluster_size state_uuid seqno
              replication cluster_name safe_to_bootstrap user_data snapshot transfer_interrupted grant boot_id
              incarnation data_incarnation knows_view]
    result = observation.to_h
    expect(result.keys).to match_array(keys)
    expect(JSON.parse(JSON.generate(result))).to eq(result)
  end

  it 'knows a fresh node without recovering anything' do
    no_recovery
    expect(seen('state_uuid', 'seqno', 'user_data', 'held',
                'transfer_interrupted')).to eq([nil, -1, false, true, false])
  end

  it 'believes a clean stop' do
    no_recovery
    grastate(uuid, 9)
    expect(seen('state_uuid', 'seqno')).to eq([uuid, 9])
  end

  it 'recovers after a crash' do
    grastate(uuid, -1)
    allow(datadir).to receive(:recover_position).and_return(PuppetX::Galera::Datadir::Position.new(uuid, 41))
    expect(seen('state_uuid', 'seqno')).to eq([uuid, 41])
  end

  it 'leaves the seqno unknown when it cannot be recovered' do
    grastate(uuid, -1)
    allow(datadir).to receive(:recover_position).and_return(nil)
    expect(seen('state_uuid', 'seqno')).to eq([uuid, -1])
  end

  it 'recovers data that came without a grastate, unless it is the snapshot' do
    file('mysql/shop/item.ibd')
    expect(datadir).to receive(:recover_position).once.and_return(PuppetX::Galera::Datadir::Position.new(uuid, 3))
    with_data = seen('state_uuid', 'seqno')
    state.snapshot = { 'sha256' => 'abc' }
    expect([with_data, seen('state_uuid', 'seqno', 'snapshot')]).to eq([[uuid, 3], [nil, -1, 'abc']])
  end

  it 'recovers data that came with the snapshot and was in a cluster since' do
    file('mysql/shop/item.ibd')
    state.snapshot = { 'sha256' => 'abc' }
    file('mysql/galera-incarnation', "#{uuid}\n")
    allow(datadir).to receive(:recover_position).and_return(PuppetX::Galera::Datadir::Position.new(uuid, 3))
    expect(seen('state_uuid', 'seqno')).to eq([uuid, 3])
  end

  it 'does not recover in the middle of a transfer, and says that it was interrupted' do
    no_recovery
    grastate(uuid, -1)
    file('mysql/sst_in_progress')
    expect(seen('seqno', 'transfer_interrupted')).to eq([-1, true])
  end

  it 'takes data without identity for an interrupted transfer' do
    grastate(null, -1)
    file('mysql/shop/item.ibd')
    allow(datadir).to receive(:recover_position).and_return(nil)
    expect(seen('transfer_interrupted')).to eq([true])
  end

  it 'does not claim a snapshot whose data directory was made anew' do
    state.snapshot = { 'sha256' => 'abc' }
    expect(seen('snapshot')).to eq([nil])
  end

  it 'asks the server while one runs, and recovers nothing' do
    no_recovery
    allow(look).to receive(:running?).and_return(true)
    grastate(uuid, -1)
    allow(server).to receive(:status).and_return(PuppetX::Galera::Server::Status.new(sql: 'none'))
    expect(seen('running', 'sql', 'state_uuid', 'seqno', 'transfer_interrupted')).to eq([true, 'none', uuid, -1, false])
  end
end
