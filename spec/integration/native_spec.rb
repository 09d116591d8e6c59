# frozen_string_literal: true

require_relative '../support/plan_helper'
require_relative '../support/native_library'
require 'open3'
require 'timeout'

# The real engine in real `puppet apply` processes, with a small plan. What it says to an orchestrator is not tested
# here: there is none at the other end.
RSpec.describe 'puppet apply with the native engine' do
  include_context 'with Puppet'

  include PlanHelper

  before do
    unless NativeLibrary.path
      skip 'plan_engine.so is not built for this Ruby (cmake --build build/dev --target plan_engine_ruby)'
    end
  end

  around do |example|
    Dir.mktmpdir('plan-native') do |directory|
      @work = directory
      example.run
    end
  end

  let(:plan) { <<~PLAN }
    plan demo::host {
      public String $path
      Boolean $installed = false
      Boolean $seen      = false

      action when_installed {
        $e <- events where $e.message == 'installed' and !$installed
        $installed = true
      }

      action write {
        _ <- main::catalog_done
        _ <- $path where $installed
        File.new { title => $path, ensure => 'file', content => "by the plan\\n" } -> resources_to_sync
      }

      action look {
        $result <- synced where $result.changed and !$seen
        $seen = true
        File.new { title => "${path}.seen", ensure => 'file', content => "${result.ref}\\n" } -> resources_to_sync
      }
    }
  PLAN
  let(:waiting_plan) { <<~PLAN }
    plan demo::host {
      public String $path
      queue String answers
      queue Integer later { entries => *[1] }
      action wait { $a <- answers awaiting 'an answer that never comes' }
      action never { $l <- later after 30d  'x' -> answers }
    }
  PLAN
  let(:plan_for_an_event) { <<~PLAN }
    plan demo::host {
      public String $path
      Boolean $installed = false
      action when_installed { $e <- events where $e.message == 'installed'  $installed = true }
      action go_on {
        _ <- main::catalog_done
        _ <- $path where $installed awaiting { 'for' => "the event 'installed'", 'next' => 'see what failed' }
        File.new { title => $path, ensure => 'file' } -> resources_to_sync
      }
    }
  PLAN
  let(:orchestrated_plan) { <<~PLAN }
    plan demo::host {
      public String $path
      public String $cluster = 'cluster_1'
      action initialize { orchestrate(self) }
    }
  PLAN
  let(:state) { path('vardir/state/galera/Demo%3A%3AHost%5Bm%5D.json') }

  # As pluginsync would deliver it: beside the Ruby files.
  def libdir
    @libdir ||= path('lib').tap do |directory|
      FileUtils.cp_r(File.join(PlanHelper::MODULE_ROOT, 'lib'), directory)
      target = File.join(directory, 'puppet_x/galera/native', PuppetX::Plan::Native.flavour)
      FileUtils.mkdir_p(target)
      FileUtils.cp(NativeLibrary.path, target)
    end
  end

  def manifest(text, parameters: "{ 'path' => '#{path('out')}' }", wait: 60)
    bundle = { 'format' => 1, 'plan' => 'demo::host', 'digest' => 'x',
               'files' => [{ 'path' => 'demo/plans/host.plan', 'text' => text }] }
    File.write(path('site.pp'), <<~PUPPET)
      define demo::host() {
        plan_process { "Demo::Host[${title}]":
          plan         => 'demo::host',
          bundle       => parsejson_file,
          parameters   => #{parameters},
          cluster      => 'cluster_1',
          orchestrator => 'https://127.0.0.1:9',
          wait         => #{wait},
        }
      }
      demo::host { 'm': }
      -> file { '#{path('rest')}': content => 'x' }
      -> event { 'installed': to => Demo::Host['m'] }
    PUPPET
    rewrite(path('site.pp'), 'parsejson_file', literal(bundle))
    path('site.pp')
  end

  def rewrite(file, from, to)
    File.write(file, File.read(file).sub(from) { to })
  end

  # As a Puppet literal; single quotes keep everything but themselves and the backslash.
  def literal(value)
    case value
    when Hash then "{ #{value.map { |key, element| "#{literal(key)} => #{literal(element)}" }.join(', ')} }"
    when Array then "[#{value.map { |element| literal(element) }.join(', ')}]"
    when String then "'#{value.gsub(/[\\']/) { |character| "\\#{character}" }}'"
    else value.to_s
    end
  end

  def command(file, *options)
    script = <<~RUBY
      gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
      $LOAD_PATH.unshift(#{libdir.inspect})
      require 'puppet/util/command_line'
      Puppet::Util::CommandLine.new('puppet', ARGV).execute
    RUBY
    settings = %w[vardir confdir codedir rundir logdir reportdir].flat_map { |name| ["--#{name}", path(name)] }
    settings += ['--publicdir', path('publicdir')] if Puppet.settings.valid?(:publicdir)
    [RbConfig.ruby, '-e', script, 'apply', '--detailed-exitcodes', '--color=false', *settings, *options, file]
  end

  def apply_process(file, *options)
    output, status = Open3.capture2e(NativeLibrary.environment, *command(file, *options))
    [status.exitstatus, output]
  end

  def spawn_process(file, *options)
    Process.spawn(NativeLibrary.environment, *command(file, *options), out: path('log'), err: %i[child out])
  end

  def eventually(seconds = 200)
    Timeout.timeout(seconds) { sleep(0.02) until yield }
  end

  it 'applies what the plan asks for, and changes nothing the next time' do
    file = manifest(plan)
    code, output = apply_process(file)
    expect(File.read(path('out'))).to eq("by the plan\n"), output
    expect(File.read(path('out.seen'))).to eq("File[#{path('out')}]\n")
    expect(code).to eq(2)
    code, output = apply_process(file)
    expect([code, output]).to match([0, /Applied catalog/])
  end

  it 'puts back what was changed meanwhile' do
    file = manifest(plan)
    apply_process(file)
    File.write(path('out'), 'by somebody else')
    expect(apply_process(file).first).to eq(2)
    expect(File.read(path('out'))).to eq("by the plan\n")
  end

  it 'changes nothing and writes no state with --noop' do
    code, output = apply_process(manifest(plan), '--noop')
    expect([code, output]).to match([0, /'installed'|Applied catalog/])
    expect(File).not_to exist(path('out'))
    expect(File).not_to exist(state)
  end

  it 'says what it waits for and ends well when the time is over' do
    code, output = apply_process(manifest(waiting_plan, wait: 1))
    expect(output).to include('waiting for an answer that never comes')
    expect(code).to eq(2)
  end

  # Were it waited for, the run would take the whole hour.
  it 'ends at once, and says why, when what it waits for can only come from an event that was skipped' do
    file = manifest(plan_for_an_event, wait: 3600)
    File.write(file, File.read(file).sub("content => 'x'", "content => 'x', validate_cmd => '/bin/false'"))
    pid = spawn_process(file)
    Timeout.timeout(60) { Process.wait(pid) }
    log = File.read(path('log'))
    expect(log).to include("waiting for the event 'installed'; see what failed")
    expect(log).to match(/Event\[installed\].*[Ss]kipping because of failed dependencies/)
    expect(Process.last_status.exitstatus).to eq(4)
  end

  it 'fails the host when the orchestrator is not there and never accepted it, and applies the rest' do
    parameters = "{ 'path' => '/x', 'cluster' => 'c' }"
    code, output = apply_process(manifest(orchestrated_plan, wait: 2, parameters: parameters))
    expect(output).to match(%r{not yet a member of cluster_1.*https://127.0.0.1:9})
    expect(File).to exist(path('rest'))
    expect(code).to eq(6)
  end

  it 'names the parameter that its type refuses' do
    code, output = apply_process(manifest(plan, parameters: "{ 'path' => 7 }"))
    expect(output).to match(/does not run here:.*path.*String/m)
    expect(File).to exist(path('rest'))
    expect(code).to eq(6)
  end

  it 'shows file, line and column of a mistake in the plan' do
    code, output = apply_process(manifest(plan.sub('$e <- events', '$e <- evnts')))
    expect(output).to match(/does not run here:.*host\.plan:7.*evnts.*\^/m)
    expect(code).to eq(6)
  end

  it 'sets a damaged state aside, says so, and begins anew' do
    file = manifest(plan)
    apply_process(file)
    File.write(state, 'not JSON')
    _, output = apply_process(file)
    expect(output).to match(/Warning:.*state/)
    expect(Dir.glob("#{state}.damaged-*").length).to eq(1)
  end

  it 'ends when it gets TERM, long before its wait is over' do
    pid = spawn_process(manifest(waiting_plan, wait: 3600))
    eventually { File.exist?(path('log')) && File.read(path('log')).include?('waiting for') }
    Process.kill('TERM', pid)
    Timeout.timeout(60) { Process.wait(pid) }
    expect(File.read(path('vardir/state/last_run_report.yaml'))).to include('Plan_process')
  end

  it 'tells each message, firing and batch with --debug, and no values' do
    _, output = apply_process(manifest(plan), '--debug')
    expect(output).to match(/Debug: .*event 'installed' of Event\[installed\]$/)
    expect(output).to match(/firing 1 of demo::host\[m\]: when_installed; took events; set \$installed$/)
    expect(output).to match(/batch \d+ is wanted: File\[#{Regexp.escape(path('out'))}\]$/)
    expect(output).to match(/batch \d+ is applied: File\[#{Regexp.escape(path('out'))}\] changed$/)
    expect(output.lines.grep(/Plan_process\[/).join).not_to include('by the plan')
  end

  it 'refuses a second run at the same time, and is not kept from the next by one that was killed' do
    file = manifest(waiting_plan, wait: 3600)
    pid = spawn_process(file)
    eventually { File.exist?(path('log')) && File.read(path('log')).include?('waiting for') }
    code, output = apply_process(file)
    expect(output).to match(/another run of Demo::Host\[m\] is under way on this node: process #{pid} holds/)
    expect(code).to eq(4)
    Process.kill('KILL', pid)
    Process.wait(pid)
    expect(apply_process(manifest(waiting_plan, wait: 1)).last).not_to include('another run')
  end

  it 'goes on in the next run when it was killed in the middle' do
    skip 'under ThreadSanitizer a fork beside a thread does not come to its exec' if NativeLibrary.thread_sanitizer?
    command = %(/bin/sh -c "test -e #{path('go')} || sleep 30")
    slow = plan.sub('File.new', "Exec.new { title => '#{command}' } -> resources_to_sync\n File.new")
               .sub("title => $path, ensure => 'file'", "title => $path, require => Exec['#{command}']")
    pid = spawn_process(manifest(slow), '--debug')
    eventually { File.exist?(path('log')) && File.read(path('log')).include?('sleep 30') }
    Process.kill('KILL', pid)
    Process.wait(pid)
    FileUtils.touch(path('go'))
    code, output = apply_process(manifest(plan))
    expect(File.read(path('out'))).to eq("by the plan\n"), output
    expect(code).to eq(2)
  end
end
