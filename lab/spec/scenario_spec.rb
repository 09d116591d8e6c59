# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/scenario'

RSpec.describe Lab::Scenario do
  def run(code, *said)
    lines = said.map { |text| [0.5, "#{text}\n"] }
    Lab::AgentRun::Outcome.new(name: 'db1', code: code, seconds: 1.0, lines: lines)
  end

  def result(&body)
    Dir.mktmpdir do |dir|
      scenario = described_class.new('trial', 'one of the specs', body)
      allow(scenario).to receive(:log_dir).and_return(File.join(dir, 'trial'))
      allow(scenario).to receive(:keep_journals)
      scenario.call
    end
  end

  it 'passes when all that is expected is so' do
    one = run(2)
    both = [run(0), run(2)]
    expect(result { [one, both].each { |outcomes| expect_ok(outcomes) } }).to be_nil
  end

  it 'names the run that failed, be it alone or among others' do
    failed = run(6)
    good = run(0)
    expect(result { expect_ok failed }).to match(/agent runs failed: db1 .*6.*changed, with failures/)
    expect(result { expect_ok [good, failed] }).to match(/agent runs failed: db1 .*6/)
  end

  it 'takes no run for good in which a plan failed' do
    broken = run(2, 'Warning: Plan_process[x]: a message was refused: undef has no queues (host.plan:1:2)')
    expect(result { expect_ok broken }).to match(/a plan failed: .*undef has no queues/)
  end

  it 'has the next one begin with a new cluster when it failed' do
    described_class.spoilt = false
    result { expect true, 'never said' }
    expect(described_class.spoilt).to be(false)
    result { expect false, 'said' }
    expect(described_class.spoilt).to be(true)
  end

  it 'says so when it is the scenario that is wrong' do
    expect(result { nil.no_such_method }).to match(/the scenario itself is broken.*no_such_method/m)
  end
end
