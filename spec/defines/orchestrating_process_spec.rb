# frozen_string_literal: true

require 'json'
require 'spec_helper'

RSpec.describe 'galera::orchestrating_process' do
  let(:title) { 'shop_1' }
  let(:node) { 'puppet.example.com' }
  let(:params) { { plan: 'galera::cluster', parameters: { 'cluster_size' => 2 } } }
  let(:file) { '/etc/plan-orchestrator/clusters.d/shop_1.json' }
  let(:declaration) { JSON.parse(catalogue.resource('file', file)[:content]) }

  it { is_expected.to compile.with_all_deps }

  it 'declares the process with its plan, bundle and no other parameters than those given' do
    expect(declaration).to include('resource' => 'Galera::Orchestrating_process[shop_1]', 'title' => 'shop_1',
                                   'plan' => 'galera::cluster', 'parameters' => { 'cluster_size' => 2 })
    expect(declaration['bundle']['files']).not_to be_empty
  end

  context 'when a define gives its own reference' do
    let(:params) { super().merge(process: 'Shop::Site[shop_1]') }

    it { expect(declaration['resource']).to eq('Shop::Site[shop_1]') }
  end

  context 'with a title that is no file name' do
    let(:title) { '../x' }

    it { is_expected.to compile.and_raise_error(/cannot be a cluster's name/) }
  end
end
