# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/scenario'
require 'lab/scenario_words'

RSpec.describe 'what scenarios say' do
  let(:waiting) do
    "Notice: Plan_process[x]: waiting for db3.lab.test (at risk: it may hold newer data); run 'puppet agent -t'\n"
  end

  def run(text)
    Lab::AgentRun::Outcome.new(name: 'db1', code: 2, seconds: 1.0, lines: [[0.5, text]])
  end

  # What a scenario with this body complains of; nil when it passes.
  def complaint(&body)
    Dir.mktmpdir do |dir|
      scenario = Lab::Scenario.new('trial', 'one of the specs', body)
      allow(scenario).to receive(:log_dir).and_return(File.join(dir, 'trial'))
      allow(scenario).to receive(:keep_journals)
      scenario.call
    end
  end

  it 'is content with who says whom it waits for, at what risk, and what to do' do
    runs = [run(waiting)]
    expect(complaint { expect_waiting_for(runs, 'db3.lab.test', risk: 'it may hold newer data') }).to be_nil
  end

  {
    'names another one' => ['waiting for db2.lab.test; see there', /does not say that it waits for db3/],
    'does not say what to do' => ['waiting for db3.lab.test (at risk: it may)', /does not say what to do/],
    'names no risk' => ["waiting for db3.lab.test; run 'puppet agent -t' on it", /names no risk/]
  }.each do |what, (text, said)|
    it "complains of who #{what}" do
      runs = [run(text)]
      expect(complaint { expect_waiting_for(runs, 'db3.lab.test', risk: 'it may') }).to match(said)
    end
  end

  it 'acts at the moment that was waited for, and gives what the block gave' do
    there = acted = nil
    found = complaint do
      given = at_the_moment(-> { there }, -> { acted = true }) do
        there = true
        Thread.pass until acted
        7
      end
      expect given == 7, "the block gave #{given}"
    end
    expect([found, acted]).to eq([nil, true])
  end

  it 'complains of a moment that never came, and does not act' do
    acted = false
    expect(complaint { at_the_moment(-> { false }, -> { acted = true }) { nil } }).to match(/the moment never came/)
    expect(acted).to be(false)
  end
end
