# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/scenario'

RSpec.describe Lab::Scenario do
  def run(code)
    Lab::AgentRun::Outcome.new(name: 'db1', code: code, seconds: 1.0, lines: [])
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

  it 'says so when it is the scenario that is wrong' do
    expect(result { nil.no_such_method }).to match(/the scenario itself is broken.*no_such_method/m)
  end
end
