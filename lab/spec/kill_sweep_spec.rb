# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/scenario'
require 'lab/kill_sweep'

RSpec.describe Lab::KillSweep do
  def plan(**options)
    described_class.new(moments: 10, **options).plan.map { |moment| moment.to_h.merge(machine: moment.machine.name) }
  end

  it 'draws the same moments from the same seed, and others from another' do
    expect(plan(seed: 1)).to eq(plan(seed: 1))
    expect(plan(seed: 1)).not_to eq(plan(seed: 2))
  end

  it 'has all kinds of work killed by each signal' do
    work = plan.group_by { |moment| moment[:signal] }
               .transform_values { |moments| moments.map { |one| one[:work] }.tally }
    expect(work).to eq('TERM' => { new_disk: 6, formation: 2, bare_disk: 2 },
                       'KILL' => { new_disk: 6, formation: 2, bare_disk: 2 })
  end

  it 'kills by one signal alone when told so, at fractions of a run' do
    moments = plan(signals: ['KILL'])
    expect(moments.map { |moment| moment[:signal] }.uniq).to eq(['KILL'])
    expect(moments.map { |moment| moment[:fraction] }).to all(be_between(0, 1))
  end
end

RSpec.describe Lab::KilledRun do
  # As the script on the machine says it: was there a run, when was it signalled, when was it gone.
  def killed(signal, said, status: 0, output: '', report: nil)
    machine = instance_double(Lab::Machine, certname: 'db1.lab.test', platform: Lab::Platform::DEFAULT)
    allow(machine).to receive(:try).and_return(Lab::Shell::Result.new(out: said, err: '', status: status))
    server = instance_double(Lab::Server, last_report: report)
    run = instance_double(Lab::AgentRun)
    allow(run).to(receive(:call) { |&line| output.each_line(&line) })
    allow(Lab::AgentRun).to receive(:new).and_return(run)
    described_class.new(machine, server, signal, 0.1).call
  end

  let(:report) { { 'time' => (Time.now + 1).to_s, 'status' => 'failed' } }

  it 'is content with a run that ended soon, and whose report came' do
    run = killed('TERM', "run 10.0 10.4\n", report: report)
    expect([run.seconds_to_end.round(1), run.report, run.complaints(1.0)]).to eq([0.4, 'failed', []])
  end

  it 'complains of one that took longer, unless it is not about that' do
    run = killed('TERM', "run 10.0 11.5\n", report: report)
    expect([run.complaints(1.0), run.complaints(nil)]).to eq([['it took 1.5 s to end'], []])
  end

  it 'complains where the last report on the server is an older one' do
    run = killed('TERM', "run 10.0 10.1\n", report: report.merge('time' => (Time.now - 60).to_s))
    expect(run.complaints(1.0)).to eq(['no report of it is on the server'])
  end

  it 'asks for no report of what had not begun, nor of what was killed' do
    expect(killed('TERM', "none 10.0 10.1\n").complaints(1.0)).to eq([])
    expect(killed('KILL', "run 10.0 10.1\n").complaints(1.0)).to eq([])
  end

  it 'knows whether the catalog was being applied, and that it came too late' do
    expect(killed('KILL', "run 1 2\n", output: "Info: Applying configuration version '1'\n")).to be_applying
    expect(killed('KILL', "run 1 2\n", output: "Info: Retrieving plugin\n")).not_to be_applying
    expect(killed('TERM', '', status: 3)).to be_missed
  end
end
