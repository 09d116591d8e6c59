# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/server'

RSpec.describe PuppetX::Galera::Server do
  subject(:server) { described_class.new }

  before do
    allow(server).to receive(:socket).and_return('/run/x')
    allow(File).to receive(:socket?).with('/run/x').and_return(true)
  end

  def answer(out: '', err: '', status: 0)
    result = PuppetX::Galera::Command::Result.new(status: status, out: out, err: err, timed_out: false)
    allow(PuppetX::Galera::Command).to receive(:run).and_return(result)
    server.status
  end

  it 'reads the status of a member' do
    status = answer(out: <<~TEXT)
      wsrep_local_state_comment\tSynced
      wsrep_cluster_size\t3
      wsrep_cluster_state_uuid\te3c2ec68-e68e-11f1-bda3-a7f5841afcbc
      wsrep_last_committed\t41
      wsrep_cluster_status\tPrimary
      wsrep_provider_name\tGalera
    TEXT
    expect(status.to_h).to eq(sql: 'ok', cluster_status: 'Primary', local_state: 'Synced', cluster_size: 3,
                              state_uuid: 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc', seqno: 41, galera: true)
    expect(status.synced?).to be true
  end

  it 'is not Synced outside the primary component' do
    expect(answer(out: "wsrep_cluster_status\tnon-Primary\nwsrep_local_state_comment\tSynced\n").synced?).to be false
  end

  it 'sees a server without Galera, and takes null and unknown for unknown' do
    status = answer(out: <<~TEXT)
      wsrep_cluster_state_uuid\t00000000-0000-0000-0000-000000000000
      wsrep_last_committed\t18446744073709551615
      wsrep_provider_name\t
    TEXT
    expect([status.sql, status.galera, status.state_uuid, status.seqno]).to eq(['ok', false, nil, -1])
  end

  it 'tells a server that refuses from one that is not there' do
    refused = answer(err: 'ERROR 1045 (28000): Access denied', status: 1).sql
    gone = answer(err: "ERROR 2002 (HY000): Can't connect", status: 1).sql
    expect([refused, gone]).to eq(%w[refused none])
  end

  it 'asks nobody where there is no socket' do
    allow(File).to receive(:socket?).and_return(false)
    expect(PuppetX::Galera::Command).not_to receive(:run)
    expect(server.status.sql).to eq('none')
  end
end
