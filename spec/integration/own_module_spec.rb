# frozen_string_literal: true

require_relative '../support/plan_helper'
require_relative '../support/native_library'
require 'open3'
require 'yaml'

# A module of a user's own, with a plan, a define around it and a type, beside this one in a module path; real `puppet
# apply` processes and the real engine.
RSpec.describe "a plan of a user's own module" do
  include PlanHelper

  before { skip 'plan_engine.so is not built for this Ruby' unless NativeLibrary.path }

  around do |example|
    Dir.mktmpdir('plan-own-module') do |directory|
      @work = directory
      install_galera
      install_shop
      example.run
    end
  end

  # A copy: the native library belongs beside the Ruby files that look for it.
  def install_galera
    FileUtils.mkdir_p(path('modules/galera'))
    %w[lib manifests types plans files templates metadata.json].each do |part|
      FileUtils.cp_r(File.join(PlanHelper::MODULE_ROOT, part), path('modules/galera'))
    end
    return unless NativeLibrary.path

    target = path("modules/galera/lib/puppet_x/galera/native/#{PuppetX::Plan::Native.flavour}")
    FileUtils.mkdir_p(target)
    FileUtils.cp(NativeLibrary.path, target)
  end

  def install_shop
    FileUtils.cp_r(File.expand_path('../fixtures/modules/shop', __dir__), path('modules'))
    FileUtils.mkdir_p(path('root/site/leftovers'))
    File.write(path('root/site/old'), 'old')
  end

  # The tool that the module's provider needs is brought by the plan itself.
  def environment
    NativeLibrary.environment.merge('PATH' => "#{path('root/bin')}:#{ENV.fetch('PATH')}")
  end

  def puppet_apply(manifest, *options)
    File.write(path('site.pp'), manifest)
    names = %w[vardir confdir codedir rundir logdir reportdir publicdir]
    settings = names.flat_map { |name| ["--#{name}", path(name)] }
    script = "gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION'];" \
             "require 'puppet/util/command_line'; Puppet::Util::CommandLine.new('puppet', ARGV).execute"
    output, status = Open3.capture2e(environment, RbConfig.ruby, '-e', script, 'apply', '--color=false',
                                     '--detailed-exitcodes', '--modulepath', path('modules'), *settings, *options,
                                     path('site.pp'))
    [status.exitstatus, output]
  end

  def changed
    report = YAML.unsafe_load_file(path('vardir/state/last_run_report.yaml'))
    report.resource_statuses.values.select(&:changed).to_h { |status| [status.resource, status.containment_path] }
  end

  let(:with_a_define) { <<~PUPPET }
    shop::node { 'front': root => '#{path('root')}', port => 8080 }
    -> event { 'released': to => Shop::Node['front'], data => { 'by' => 'ann' } }
  PUPPET
  let(:plain) { <<~PUPPET }
    plan_process { 'front':
      plan       => 'shop::node',
      bundle     => galera::plan_bundle('shop::node'),
      parameters => { 'root' => '#{path('root')}', 'port' => 8080, 'token' => Sensitive('s3same') },
    }
    event { 'released': to => Plan_process['front'], data => { 'by' => 'ann' } }
  PUPPET

  it 'runs in a define, brings resources of every kind into the one report, and then changes nothing' do
    code, output = puppet_apply(with_a_define)
    expect(code).to eq(2), output
    expect(File.read(path('root/site/port'))).to eq("8080 by ann\n")
    expect(Dir.children(path('root/site'))).to match_array(%w[port token])
    expect([File.read(path('root/index')), File.read(path('root/finished'))]).to eq(["port\ntoken\n"] * 2)
    expect(File.read(path('root/count'))).to eq("once\n")
    expect(changed["File[#{path('root/finished')}]"])
      .to eq(['Stage[main]', 'Main', 'Shop::Node[front]', "File[#{path('root/finished')}]"])
    expect(changed).to include('Shop_index[main]', 'Exec[count]', "File[#{path('root/site/old')}]")

    code, output = puppet_apply(with_a_define)
    expect([code, changed, output]).to match([0, {}, /Applied catalog/])
  end

  it 'runs without a define, told of events by its own name' do
    code, output = puppet_apply(plain)
    expect(code).to eq(2), output
    expect(File.read(path('root/site/port'))).to eq("8080 by ann\n")
    expect(changed["File[#{path('root/finished')}]"])
      .to eq(['Stage[main]', 'Main', "File[#{path('root/finished')}]"])
  end

  it 'keeps its secrets' do
    _, output = puppet_apply(with_a_define, '--debug', '--show_diff')
    expect(File.read(path('root/site/token'))).to eq('s3same')
    said = [output, File.read(path('vardir/state/last_run_report.yaml'))].join
    expect(said).not_to include('s3same')
  end

  it 'is told of by file, line and column when it has a mistake' do
    plan = path('modules/shop/plans/node.plan')
    File.write(plan, File.read(plan).sub('$port by', '$prt by').sub('${port} by', '${prt} by'))
    code, output = puppet_apply(with_a_define)
    expect(code).to eq(4)
    expect(output).to match(/node\.plan:\d+:\d+.*prt/m)
  end

  it 'is told of by all that there are when its name is misspelt' do
    code, output = puppet_apply(plain.sub("plan_bundle('shop::node')", "plan_bundle('shop::nod')"))
    expect(code).to eq(1)
    expect(output).to include('there is no plan shop::nod', 'the plans of shop are shop::node')
  end
end
