# frozen_string_literal: true

require_relative '../../../support/plan_helper'

RSpec.describe PuppetX::Plan::RichData do
  include_context 'with Puppet'

  it 'reads a hash whose keys are no strings' do
    expect(described_class.decode('__ptype' => 'Hash', '__pvalue' => [1, 'a', true, { 'b' => nil }]))
      .to eq(1 => 'a', true => { 'b' => nil })
  end

  it 'reads a reference as one' do
    read = described_class.decode('__ptype' => 'Resource', 'type' => 'File', 'title' => '/x', 'parameters' => nil)
    expect(read.ref).to eq('File[/x]')
  end

  it 'reads secrets as secrets, however deep' do
    read = described_class.decode([{ 'a' => { '__ptype' => 'Sensitive', '__pvalue' => 's' } }])
    expect(read.first['a']).to be_a(Puppet::Pops::Types::PSensitiveType::Sensitive)
    expect(read.first['a'].unwrap).to eq('s')
  end

  it 'reads what Puppet has types for' do
    environment = Puppet::Node::Environment.create(:production, [])
    read = Puppet.override(loaders: Puppet::Pops::Loaders.new(environment)) do
      described_class.decode('__ptype' => 'Regexp', '__pvalue' => 'a.b')
    end
    expect(read).to eq(/a.b/)
    expect(described_class.decode('__ptype' => 'Default')).to eq(:default)
  end

  it 'reads a process and a queue as their names' do
    process = { '__ptype' => 'Process', 'certname' => 'a', 'resource' => 'Demo::Host[m]', 'plan' => nil }
    expect(described_class.decode(process)).to eq('Demo::Host[m]')
    expect(described_class.decode('__ptype' => 'Queue', 'process' => process, 'name' => 'q')).to eq('Demo::Host[m].q')
  end
end
