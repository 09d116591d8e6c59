# frozen_string_literal: true

require_relative '../support/plan_helper'
require 'open3'

# What Puppet Server does with the module, in processes of its own, from an environment in which no native library is:
# neither the one for agents nor planctl.
RSpec.describe 'the module on a Puppet Server' do
  around do |example|
    Dir.mktmpdir('plan-server') do |directory|
      @confdir = directory
      FileUtils.mkdir_p(["#{environment}/modules/galera", "#{environment}/manifests"])
      install_module
      example.run
    end
  end

  let(:manifest) { <<~PUPPET }
    galera::cluster { 'shop': }
    galera::host { 'member': cluster => 'shop' }
    -> service { 'mariadb': ensure => stopped }
    -> event { 'install_complete': to => Galera::Host['member'] }
    plan_process { 'demo': plan => 'galera::host', bundle => galera::plan_bundle('galera::host') }
  PUPPET

  def environment
    "#{@confdir}/environments/production"
  end

  def install_module
    parts = %w[lib manifests types plans data files templates hiera.yaml metadata.json]
    FileUtils.cp_r(parts.map { |part| File.join(PlanHelper::MODULE_ROOT, part) }, "#{environment}/modules/galera")
    FileUtils.rm_rf("#{environment}/modules/galera/lib/puppet_x/galera/native")
  end

  # Its standard output, and what it had loaded at its end.
  def puppet(*arguments)
    script = <<~RUBY
      require 'puppet/util/command_line'
      at_exit { File.write(#{loaded.inspect}, $LOADED_FEATURES.join("\\n")) }
      Puppet::Util::CommandLine.new('puppet', ARGV).execute
    RUBY
    settings = %w[confdir codedir].flat_map { |name| ["--#{name}", @confdir] } +
               %w[vardir rundir logdir publicdir].flat_map { |name| ["--#{name}", "#{@confdir}/#{name}"] }
    out, err, status = Open3.capture3(RbConfig.ruby, '-e', script, *arguments, '--environment', 'production', *settings)
    expect(status).to be_success, out + err
    [out, File.readlines(loaded, chomp: true)]
  end

  def loaded
    "#{@confdir}/loaded"
  end

  def expect_nothing_native(features)
    ours = features.select { |feature| feature.start_with?(@confdir) }
    expect(ours).not_to be_empty
    expect(ours.grep(%r{\.so\z|puppet_x/plan/(native|shared_object|run)\.rb})).to be_empty
  end

  # The resources of a catalog.
  def compile
    out, features = puppet('catalog', 'compile', 'db1.example.com')
    expect_nothing_native(features)
    JSON.parse(out[/^\{.*\z/m])['resources'].map { |resource| resource.slice('type', 'title', 'parameters') }
  end

  it 'lets `puppet generate types` describe each of its types' do
    _, features = puppet('generate', 'types')
    types = Dir.children("#{environment}/modules/galera/lib/puppet/type")
    expect(Dir.children("#{environment}/.resource_types")).to match_array(types.map { |file| file.sub(/rb\z/, 'pp') })
    expect_nothing_native(features)
  end

  it 'compiles catalogs, with and without the types described' do
    File.write("#{environment}/manifests/site.pp", manifest)
    bare = compile
    puppet('generate', 'types')
    expect(compile).to eq(bare)
    references = bare.map { |resource| "#{resource['type']}[#{resource['title']}]" }
    expect(references).to include('Plan_process[Galera::Host[member]]', 'Event[install_complete]', 'Plan_process[demo]')
  end
end
