# frozen_string_literal: true

require_relative '../support/plan_helper'
require 'open3'
require 'timeout'

# Whole `puppet apply` processes: exit codes, signals, the report that is kept.
RSpec.describe 'puppet apply with a plan process' do
  include_context 'with Puppet'

  include PlanHelper

  around do |example|
    Dir.mktmpdir('plan-apply') do |directory|
      @work = directory
      example.run
    end
  end

  let(:manifest) { "demo::host { 'm': wait => 3600 } -> file { '#{path('x')}': content => 'x' }" }

  def command(*options)
    settings = %w[vardir confdir codedir rundir logdir publicdir reportdir].flat_map do |name|
      ["--#{name}", path(name)] if name != 'publicdir' || Puppet.settings.valid?(:publicdir)
    end
    [RbConfig.ruby, File.expand_path('../support/puppet_with_fake_engine.rb', __dir__), 'apply', '--detailed-exitcodes',
     *settings.compact, *options, '-e', PlanHelper::HOST + manifest]
  end

  def environment(script)
    { 'FAKE_SCRIPT' => JSON.generate(script), 'FAKE_WAITING' => path('waiting'), 'FAKE_CLOSED' => path('closed') }
  end

  def apply_process(script, *options)
    output, status = Open3.capture2e(environment(script), *command(*options))
    [status.exitstatus, output]
  end

  # Until the condition holds; a spec that waits in vain fails.
  def eventually(seconds = 30)
    Timeout.timeout(seconds) { sleep(0.02) until yield }
  end

  it 'exits with 2 for changes of the plan, and with 0 the next time' do
    script = [batch(1, file('a', 'a'))]
    expect(apply_process(script).first).to eq(2)
    expect(apply_process(script).first).to eq(0)
  end

  it 'exits with 6 when a resource of the plan fails' do
    code, output = apply_process([batch(1, resource('Exec', '/bin/false'))])
    expect(code).to eq(6)
    expect(output).to match(%r{Stage\[main\]/Main/Demo::Host\[m\]/Exec\[/bin/false\]/returns})
  end

  it 'changes nothing with --noop and exits with 0' do
    code, = apply_process([batch(1, file('a', 'a'))], '--noop')
    expect(code).to eq(0)
    expect(File).not_to exist(path('a'))
  end

  %w[TERM INT].each do |signal|
    it "ends when it gets #{signal}, long before its wait is over, its report written and its session closed" do
      pid = Process.spawn(environment(['hang']), *command, out: path('out'), err: %i[child out])
      eventually { File.exist?(path('waiting')) }
      Process.kill(signal, pid)
      Timeout.timeout(60) { Process.wait(pid) }
      expect(JSON.parse(File.read(path('closed')))).to eq(%w[start catalog_done close])
      expect(File.read(path('vardir/state/last_run_report.yaml'))).to include("resource: File[#{path('x')}]")
    end
  end
end
