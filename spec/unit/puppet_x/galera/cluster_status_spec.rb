# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/cluster_status'

RSpec.describe PuppetX::Galera::ClusterStatus do
  let(:report) { { 'running' => true, 'cluster_status' => 'Primary', 'local_state' => 'Synced' } }
  let(:variables) do
    { 'cluster_size' => 2,
      'members' => { '__ptype' => 'Hash', '__pvalue' => [0, host('db1'), 1, host('db2')] },
      'evidence' => { '__ptype' => 'Hash', '__pvalue' => [0, report] } }
  end
  let(:cluster) do
    { 'title' => 'c1', 'ended' => nil, 'waiting' => [],
      'state' => { 'processes' => { 'galera::cluster[c1]' => { 'states' => ['born'], 'variables' => variables } } },
      'members' => [host('db1').merge('plan' => 'galera::leader', 'last_exchange_ms' => 1_700_000_000_999),
                    host('db2').merge('plan' => 'galera::follower')] }
  end

  def host(certname)
    { '__ptype' => 'Process', 'certname' => certname, 'resource' => 'Galera::Host[m]' }
  end

  def api(*clusters)
    instance_double(PuppetX::Plan::Operator, clusters: clusters)
  end

  it 'tells the members of a cluster with their roles and what they reported' do
    status = described_class.of('c1', api(cluster))
    expect(status).to include('source' => 'orchestrator', 'health' => 'healthy', 'note' => nil)
    expect(described_class.table(status)).to eq(<<~TABLE.chomp)
      c1: healthy, born, 2 of 2 members
        MEMBER  RESOURCE         ROLE  PLAN              STATE           SEEN
        db1     Galera::Host[m]  0     galera::leader    Primary/Synced  2023-11-14T22:13:20Z
        db2     Galera::Host[m]  1     galera::follower  -               -
    TABLE
  end

  it 'is degraded while members are missing' do
    variables['cluster_size'] = 3
    expect(described_class.of(nil, api(cluster))).to include('health' => 'degraded')
  end

  it 'is blocked by what it waits for, and says it' do
    cluster['waiting'] = [{ 'text' => "db3\e[2J" }]
    status = described_class.of(nil, api(cluster))
    expect(status).to include('health' => 'blocked')
    expect(described_class.table(status).lines[1]).to eq("  waits for db3?[2J\n")
  end

  it 'is as well as the worst of all clusters' do
    failed = cluster.merge('title' => 'c2', 'ended' => { 'failed' => true, 'message' => 'x' })
    expect(described_class.of(nil, api(cluster, failed))).to include('health' => 'failed')
  end

  it 'knows nothing of an orchestrator without clusters' do
    status = described_class.of(nil, api)
    expect(status).to include('health' => 'unknown')
    expect(described_class.table(status)).to eq('nothing is known of any cluster')
  end

  it 'has any process of an orchestrator, whatever its plan keeps' do
    variables.clear
    expect(described_class.of(nil, api(cluster))).to include('health' => 'healthy')
  end

  it 'fails for a cluster that is not there' do
    unknown = instance_double(PuppetX::Plan::Operator)
    allow(unknown).to receive(:clusters).and_raise(PuppetX::Plan::Operator::UnknownCluster, "there is no 'x' here")
    expect { described_class.of('x', unknown) }.to raise_error(Puppet::Error, "there is no 'x' here")
  end

  describe 'what this node wrote down' do
    around do |example|
      Dir.mktmpdir('galera-status') do |directory|
        Puppet[:statedir] = directory
        FileUtils.mkdir_p("#{directory}/galera")
        example.run
      end
    end

    let(:root) do
      { 'plan' => 'galera::follower', 'variables' => { 'cluster' => { 'value' => 'c1' } },
        'regions' => { 'own' => { 'current' => 'stopped' } },
        'actions' => { 'join' => { 'held_up' => { 'reason' => { 'for' => 'leader db1' } } }, 'other' => {} } }
    end

    def write(name, root)
      File.write(File.join(Puppet[:statedir], 'galera', "#{name}.json"),
                 JSON.generate('process' => host('db2'), 'engine' => { 'processes' => [root] }))
    end

    it 'is told when the orchestrator refuses' do
      write('one', root)
      refusing = instance_double(PuppetX::Plan::Operator)
      allow(refusing).to receive(:clusters).and_raise(PuppetX::Plan::Operator::Failed, 'no')
      status = described_class.of('c1', refusing)
      expect(status).to include('source' => 'this node', 'note' => 'no', 'health' => 'blocked')
      expect(described_class.table(status).lines[0..3].join).to eq(<<~TABLE)
        (this node: no)
        c1: blocked, 1 member(s)
          waits for leader db1
          MEMBER  RESOURCE         ROLE  PLAN              STATE    SEEN
      TABLE
    end

    it 'is all that counts when nobody is to be asked' do
      write('one', root.merge('actions' => {}))
      expect(described_class.of(nil, nil)).to include('source' => 'this node', 'health' => 'healthy')
      expect(described_class.of('c2', nil)).to include('health' => 'unknown')
    end

    it 'leaves out what is no state, and what is in no cluster' do
      allow(Puppet).to receive(:warning)
      File.write(File.join(Puppet[:statedir], 'galera', 'broken.json'), '{')
      write('alone', root.merge('variables' => {}))
      expect(described_class.of(nil, nil)['clusters']).to be_empty
      expect(Puppet).to have_received(:warning).with(/broken\.json/)
    end
  end
end
