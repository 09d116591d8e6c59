# frozen_string_literal: true

require_relative 'spec_helper'

RSpec.describe Lab::AgentRun do
  # Stands for a machine; what would run inside runs here, and is a script instead of an agent.
  fake_machine = Struct.new(:name, :script) do
    def inside(*_command)
      ['sh', '-c', script]
    end
  end

  before { allow($stdout).to receive(:puts) }

  def run(machine, &block)
    described_class.new(machine).call(&block)
  end

  it 'keeps output and exit code, and shows each line with the name before it' do
    outcome = run(fake_machine.new('db1', 'echo one; echo two >&2; exit 2'))
    expect(outcome).to have_attributes(code: 2, output: "one\ntwo\n", ok?: true, meaning: 'changed')
    expect($stdout).to have_received(:puts).with('db1: one').ordered
    expect($stdout).to have_received(:puts).with('db1: two').ordered
  end

  it 'gives each line to the block while the agent runs' do
    seen = []
    run(fake_machine.new('db1', 'echo one; echo two')) { |line| seen << line }
    expect(seen).to eq(%W[one\n two\n])
  end

  it 'does not take failures for well' do
    outcome = run(fake_machine.new('db1', 'exit 6'))
    expect(outcome).to have_attributes(ok?: false, meaning: 'changed, with failures')
  end

  it 'tells a killed agent from a failed one' do
    outcome = run(fake_machine.new('db1', 'kill -9 $$'))
    expect(outcome).to have_attributes(ok?: false, code: 137, meaning: 'killed by signal 9')
  end

  it 'makes a table with a line for each run' do
    outcomes = described_class.together([fake_machine.new('db1', 'exit 0'), fake_machine.new('db2', 'exit 4')])
    expect(described_class.table(outcomes)).to match(
      [/\Adb1  exit code   0 .* nothing to change\z/, /\Adb2  exit code   4 .* failures\z/]
    )
  end
end
