# frozen_string_literal: true

require 'json'
require 'spec_helper'

RSpec.describe 'galera::cluster' do
  let(:title) { 'cluster_1' }
  let(:node) { 'puppet.example.com' }
  let(:file) { '/etc/plan-orchestrator/clusters.d/cluster_1.json' }
  let(:declaration) { JSON.parse(catalogue.resource('file', file)[:content]) }

  before do
    %w[lib/puppet/functions/galera/plan_bundle.rb lib/puppet/functions/galera/to_json.rb
       plans/cluster.plan].each do |path|
      skip "#{path} is not there" unless File.exist?(File.join(MODULE_ROOT, path))
    end
  end

  it { is_expected.to compile.with_all_deps }

  it 'declares the cluster with its plan, parameters and bundle' do
    expect(declaration).to include('resource' => 'Galera::Cluster[cluster_1]', 'title' => 'cluster_1',
                                   'plan' => 'galera::cluster', 'parameters' => { 'cluster_size' => 3 })
    expect(declaration['bundle']).to be_a(Hash)
  end

  it 'reloads the daemon' do
    is_expected.to contain_file(file).with_mode('0640').that_notifies('Exec[reload plan-orchestrator]')
  end

  context 'with a size and more parameters' do
    let(:params) { { cluster_size: 5, parameters: { 'patience' => 10 } } }

    it { expect(declaration['parameters']).to eq('cluster_size' => 5, 'patience' => 10) }
  end

  context 'with what members share' do
    let(:params) { { sst_secret_version: 2, replication_tls: false } }

    it { expect(declaration['parameters']).to include('sst_secret_version' => 2, 'replication_tls' => false) }
  end

  context 'with a size of 0' do
    let(:params) { { cluster_size: 0 } }

    it { is_expected.to compile.and_raise_error(/cluster_size/) }
  end

  context 'with a title that is no file name' do
    let(:title) { '../x' }

    it { is_expected.to compile.and_raise_error(/cannot be a cluster's name/) }
  end

  context 'when absent' do
    let(:params) { { ensure: 'absent' } }

    it { is_expected.to contain_file(file).with_ensure('absent') }
  end
end
