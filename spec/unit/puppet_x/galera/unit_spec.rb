# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/unit'

RSpec.describe PuppetX::Galera::Unit do
  subject(:unit) { described_class.new('mariadb') }

  let(:asked) { [] }
  let(:shown) { [] }

  # Answers `systemctl show` with +shown+ in turn (the last one stays), everything else with success.
  before do
    allow(Kernel).to receive(:sleep)
    allow(PuppetX::Galera::Command).to receive(:run) do |*argv, **|
      asked << argv[1..]
      text = if argv[1] == 'show'
               shown.size > 1 ? shown.shift : shown.first
             else
               ''
             end
      PuppetX::Galera::Command::Result.new(status: 0, out: text, err: '', timed_out: false)
    end
  end

  def state(active, sub: 'x', pid: 0, job: nil)
    "MainPID=#{pid}\nNRestarts=2\nActiveState=#{active}\nSubState=#{sub}\nJob=#{job}\n" \
      "LoadState=loaded\nResult=success\n"
  end

  def looks_failed(*arguments, **options)
    shown.replace([state(*arguments, **options)])
    unit.look.failed?
  end

  it 'knows a failed start from one that is under way' do
    expect([looks_failed('failed'), looks_failed('activating', sub: 'auto-restart'), looks_failed('inactive')])
      .to eq([true, true, true])
    expect([looks_failed('inactive', job: 7), looks_failed('activating', sub: 'start', pid: Process.pid),
            looks_failed('active', pid: Process.pid)]).to eq([false, false, false])
  end

  it 'takes the main process that is gone for not running' do
    shown << state('active', pid: (2**22) + 1)
    expect(unit.look.running?).to be false
  end

  describe 'of a running main process' do
    def called(*command_line)
      look = described_class::Look.new(main_pid: 4711)
      allow(File).to receive(:binread).with('/proc/4711/cmdline').and_return(command_line.join("\0").concat("\0"))
      unit.makes_new_cluster?(look)
    end

    it 'knows by its arguments whether it makes a new cluster' do
      expect(called('/usr/sbin/mariadbd', '--wsrep-new-cluster', '--wsrep_start_position=x:-1')).to be true
      expect(called('/usr/sbin/mariadbd', '--wsrep_start_position=x:-1')).to be false
      expect(called('/usr/sbin/mysqld')).to be false
    end

    it 'does not rule it out before mariadbd was called' do
      expect(called('/bin/sh', '/usr/local/lib/galera/start-mariadbd')).to be true
    end

    it 'makes none when it is gone' do
      expect(unit.makes_new_cluster?(described_class::Look.new(main_pid: 2**30))).to be false
    end
  end

  it 'stops without blocking and waits for the process to go' do
    shown.push(state('active', pid: Process.pid), state('deactivating', pid: Process.pid), state('inactive'))
    unit.stop(patience: 60)
    expect(asked.reject { |argv| argv.first == 'show' }).to eq([%w[stop --no-block mariadb.service]])
  end

  it 'kills what hangs while it starts, after the request to stop' do
    stub_const("#{described_class}::STARTING_GRACE", 0)
    shown.push(state('activating', pid: Process.pid), state('deactivating', pid: Process.pid), state('failed'))
    unit.stop(patience: 60)
    expect(asked.reject { |argv| argv.first == 'show' })
      .to eq([%w[stop --no-block mariadb.service], %w[kill --signal=KILL mariadb.service]])
  end

  it 'says so when nothing stops it' do
    stub_const("#{described_class}::COMMAND_TIMEOUT", 0)
    shown << state('active', pid: Process.pid)
    expect { unit.stop(patience: 0) }.to raise_error(Puppet::Error, /does not stop, not even by SIGKILL/)
  end

  it 'starts without blocking, after forgetting a failure' do
    shown << state('failed')
    unit.start
    expect(asked.reject { |argv| argv.first == 'show' })
      .to eq([%w[reset-failed mariadb.service], %w[start --no-block mariadb.service]])
  end
end
