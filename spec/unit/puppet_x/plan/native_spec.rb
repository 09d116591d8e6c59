# frozen_string_literal: true

require_relative '../../../support/plan_helper'

RSpec.describe PuppetX::Plan::Native do
  include_context 'with Puppet'

  {
    { 'ruby_version' => '3.1.0', 'target_cpu' => 'x86_64', 'host_os' => 'linux-gnu' } => '3.1.0-x86_64-gnu',
    { 'ruby_version' => '2.7.0', 'target_cpu' => 'aarch64', 'host_os' => 'linux' } => '2.7.0-aarch64-gnu',
    { 'ruby_version' => '3.2.0', 'target_cpu' => 'x86_64', 'host_os' => 'linux-musl' } => '3.2.0-x86_64-musl'
  }.each do |config, flavour|
    it "wants #{flavour} for a Ruby of #{config['host_os']}" do
      expect(described_class.flavour(config)).to eq(flavour)
    end
  end

  it 'looks beside the Ruby files, where pluginsync puts it' do
    expect(described_class::DIRECTORY).to eq(File.join(PlanHelper::MODULE_ROOT, 'lib/puppet_x/galera/native'))
  end

  it 'refuses a library that says it is for another Ruby' do
    Dir.mktmpdir do |directory|
      stub_const('PuppetX::Plan::Native::DIRECTORY', directory)
      FileUtils.mkdir_p(File.join(directory, described_class.flavour))
      FileUtils.touch(File.join(directory, described_class.flavour, 'plan_engine.so'))
      allow(described_class).to receive(:require) { stub_const('PlanEngine::RUBY_ABI', '2.5.0') }
      expect { described_class.load }.to raise_error(described_class::Missing, /was built for the Ruby ABI 2\.5\.0/)
    end
  end
end
