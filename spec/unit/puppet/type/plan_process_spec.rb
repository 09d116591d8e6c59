# frozen_string_literal: true

require_relative '../../../support/plan_helper'

RSpec.describe Puppet::Type.type(:plan_process) do
  include_context 'with Puppet'

  let(:good) { { name: 'Demo::Host[m]', plan: 'demo::host', bundle: { 'files' => [] } } }

  it 'takes a plan, its bundle and the name of the process' do
    process = described_class.new(good)
    expect(process[:wait]).to eq(120)
    expect(process[:ensure]).to eq(:present)
  end

  {
    name: [' ', /must not be empty/],
    plan: ['Demo::Host', /`plan` is the name of a plan/],
    bundle: ['text', /what the function galera::plan_bundle returns/],
    parameters: ['text', /`parameters` is a hash/],
    orchestrator: ['http://puppet:8146', /`orchestrator` is a URL such as https:/],
    wait: ['soon', /`wait` is a number of seconds/]
  }.each do |name, (value, message)|
    it "refuses #{value.inspect} as #{name}" do
      expect { described_class.new(good.merge(name => value)) }.to raise_error(Puppet::Error, message)
    end
  end

  it 'needs a plan and a bundle' do
    expect { described_class.new(name: 'Demo::Host[m]') }.to raise_error(Puppet::Error, /`plan` is missing/)
    expect { described_class.new(good.merge(bundle: nil).compact) }
      .to raise_error(Puppet::Error, /`bundle` is missing: give galera::plan_bundle\('demo::host'\)/)
  end

  it 'goes by the reference that its define gives it, or by its own' do
    expect(described_class.new(good).reference).to eq('Demo::Host[m]')
    expect(described_class.new(good.merge(name: 'm')).reference).to eq('Plan_process[m]')
  end

  it 'takes one pair or several to take over' do
    expect(described_class.new(good.merge(takes_over: %w[Service db]))[:takes_over]).to eq([%w[Service db]])
    expect(described_class.new(good.merge(takes_over: [%w[Service db], %w[File /x]]))[:takes_over])
      .to eq([%w[Service db], %w[File /x]])
  end

  it 'loads without the native library' do
    hide_const('PlanEngine')
    expect { described_class.new(good) }.not_to raise_error
  end
end
