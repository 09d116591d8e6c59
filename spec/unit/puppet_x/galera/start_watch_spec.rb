# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/start_watch'
require 'puppet_x/galera/unit'

RSpec.describe PuppetX::Galera::StartWatch do
  subject(:watch) { described_class.new(unit: unit, server: server) }

  let(:unit) { instance_double(PuppetX::Galera::Unit, name: 'mariadb.service') }
  let(:server) { instance_double(PuppetX::Galera::Server) }
  let(:clock) { [0.0] }
  let(:starting) { look('activating', main_pid: Process.pid, job: true) }

  # Time passes only in the naps of the watch.
  before do
    allow(PuppetX::Galera::Command).to receive(:monotonic) { clock[0] }
    allow(Kernel).to receive(:sleep) { |seconds| clock[0] += seconds }
    allow(unit).to receive(:look).and_return(starting)
    allow(server).to receive(:status).and_return(PuppetX::Galera::Server::Status.new(sql: 'none'))
  end

  def look(active, main_pid: 0, job: false, restarts: 0, sub: 'x')
    PuppetX::Galera::Unit::Look.new(active_state: active, sub_state: sub, result: 'exit-code', main_pid: main_pid,
                                    job: job, restarts: restarts, invocation: 'i')
  end

  it 'ends as soon as the node is Synced' do
    synced = PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: 'Primary', local_state: 'Synced')
    allow(server).to receive(:status) { clock[0] < 3 ? PuppetX::Galera::Server::Status.new(sql: 'none') : synced }
    outcome = watch.wait(60, before: starting)
    expect([outcome.synced?, clock[0]]).to match([true, be_between(3, 3.2)])
  end

  it 'ends when time is up, without a failure' do
    outcome = watch.wait(5, before: starting)
    expect([outcome.synced?, outcome.failed, outcome.reason,
            clock[0]]).to match([false, false, nil, be_within(0.1).of(5)])
  end

  it 'ends at a failure and quotes what tells of it' do
    allow(unit).to receive(:look).and_return(look('failed', sub: 'failed'))
    allow(unit).to receive(:journal).with(anything, 'i')
                                    .and_return(['[Note] fine', '[ERROR] WSREP: no', '[Note] bye', '[ERROR] Aborting'])
    outcome = watch.wait(60, before: starting)
    expect(outcome.failed).to be true
    expect(outcome.reason).to eq("mariadb.service is failed/failed (exit-code)\n  " \
                                 "[ERROR] WSREP: no\n  [ERROR] Aborting")
  end

  it 'takes a restart by systemd for a failure of this start' do
    allow(unit).to receive_messages(look: look('activating', main_pid: Process.pid, restarts: 1), journal: [])
    expect(watch.wait(60, before: starting).failed).to be true
  end

  it 'does not flood systemd and the server with questions' do
    watch.wait(10, before: starting)
    expect(unit).to have_received(:look).at_most(45).times
    expect(server).to have_received(:status).at_most(105).times
  end
end
