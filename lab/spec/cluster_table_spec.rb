# frozen_string_literal: true

require_relative 'spec_helper'

RSpec.describe Lab::ClusterTable do
  def wsrep(changes = {})
    { 'wsrep_cluster_status' => 'Primary', 'wsrep_local_state_comment' => 'Synced', 'wsrep_cluster_size' => 2,
      'wsrep_ready' => 'ON', 'wsrep_cluster_state_uuid' => 'a-uuid' }.merge(changes)
  end

  def table(members, orchestrator: {}, rows: described_class::SNAPSHOT_ROWS)
    machines = members.map { instance_double(Lab::Machine, running?: true) }
    cluster = instance_double(Lab::Cluster, members: machines,
                                            status: { 'members' => members, 'orchestrator' => orchestrator })
    allow(Lab::Status).to receive(:query).and_return(rows && rows.join("\n"))
    described_class.new(cluster)
  end

  def member(number, role, values = wsrep)
    { 'certname' => "db#{number}.lab.test", 'role' => role, 'wsrep' => values }
  end

  it 'has nothing to say of a whole cluster' do
    expect(table([member(1, 1), member(2, 0)]).complaints).to eq([])
  end

  it 'shows one line for each member' do
    lines = table([member(1, 0), member(2, nil, nil)]).lines
    expect(lines[1]).to match(/\Adb1\.lab\.test +0 +Primary +Synced +2 +5: apple bread cheese dates eggs\z/)
    expect(lines[2]).to match(/\Adb2\.lab\.test +- +no SQL answer/)
  end

  {
    'a member without an answer' => [1, nil, /db2\.lab\.test gives no SQL answer/],
    'a member that is not Synced' => [1, { 'wsrep_local_state_comment' => 'Joined' }, /is Joined, not Synced/],
    'a member without the majority' => [1, { 'wsrep_cluster_status' => 'non-Primary' }, /is non-Primary, not Primary/],
    'a cluster that is too small' => [1, { 'wsrep_cluster_size' => 1 }, /wsrep_cluster_size is 1, not 2/],
    'two clusters' => [1, { 'wsrep_cluster_state_uuid' => 'another' }, /of different clusters: a-uuid, another/],
    'a role given twice' => [0, {}, /roles are \[0, 0\]/],
    'a role not given' => [nil, {}, /roles are \[0, nil\]/]
  }.each do |what, (role, changes, complaint)|
    it "complains of #{what}" do
      second = member(2, role, changes && wsrep(changes))
      expect(table([member(1, 0), second]).complaints).to include(complaint)
    end
  end

  it 'complains of rows that are not the snapshot\'s' do
    complaints = table([member(1, 0), member(2, 1)], rows: %w[apple]).complaints
    expect(complaints).to include(/db1\.lab\.test: rows of the snapshot are \["apple"\]/)
  end

  it 'complains of an orchestrator that does not answer' do
    expect(table([member(1, 0), member(2, 1)], orchestrator: { 'error' => 'refused' }).complaints)
      .to eq(['the orchestrator does not answer: refused'])
  end

  it 'complains when there is nobody' do
    expect(table([]).complaints).to include('there are no members')
  end
end
