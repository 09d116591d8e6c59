# frozen_string_literal: true

# For the specs that apply real catalogs: everything of Puppet is real, only the native engine is a FakeSession.

gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
$LOAD_PATH.unshift(File.expand_path('../../lib', __dir__))

require 'puppet'
require 'puppet/test/test_helper'
require 'tmpdir'
require 'puppet_x/plan/loop'
require 'puppet_x/plan/run'
require 'puppet_x/plan/checker'
require_relative 'fake_session'

module PlanHelper
  MODULE_ROOT = File.expand_path('../..', __dir__)

  # A define around the native type, as galera::host is one, and a target for the plan's own files.
  HOST = <<~PUPPET
    define demo::host(
      $cluster = 'cluster_1', $wait = 120, $ensure = 'present', $takes_over = [], $acts_by = [],
    ) {
      plan_process { "Demo::Host[${title}]":
        ensure       => $ensure,
        plan         => 'demo::host',
        bundle       => { 'format' => 1, 'plan' => 'demo::host', 'digest' => 'x', 'files' => [] },
        parameters   => { 'cluster' => $cluster },
        cluster      => $cluster,
        orchestrator => 'https://puppet.example.com:8146',
        wait         => $wait,
        takes_over   => $takes_over,
        acts_by      => $acts_by,
      }
    }
  PUPPET

  # One real run of a real catalog: what `puppet apply` does after it has compiled.
  Run = Struct.new(:transaction, :report, :logs, :session, :catalog, keyword_init: true) do
    def status(reference)
      report.resource_statuses[reference]
    end

    # In the order in which they were evaluated.
    def evaluated
      report.resource_statuses.keys
    end

    # What `--detailed-exitcodes` would say.
    def exit_code
      report.exit_status
    end

    def messages(level = nil)
      logs.select { |log| level.nil? || log.level == level }.map(&:message)
    end
  end

  def work
    @work
  end

  def compile(manifest)
    data = compile_data(HOST + manifest)
    Puppet::Resource::Catalog.from_data_hash(JSON.parse(JSON.generate(data)))
  end

  # The catalog as a server gives it.
  def compile_data(code)
    Puppet[:code] = code
    environment = Puppet::Node::Environment.create(:production, modulepath)
    name = 'member.example.com'
    facts = Puppet::Node::Facts.new(name, 'networking' => { 'ip' => '192.0.2.1' })
    node = Puppet::Node.new(name, environment: environment, facts: facts)
    node.merge(facts.values)
    node.trusted_data = { 'certname' => name, 'authenticated' => 'remote', 'extensions' => {} }
    Puppet.override(current_environment: environment, loaders: nil) do
      Puppet::Parser::Compiler.compile(node).to_data_hash
    end
  ensure
    Puppet[:code] = '' # an agent has the catalog only
  end

  def modulepath
    []
  end

  # The run may end early by a signal or a failed check: +report+ is what Puppet would send then.
  def apply(manifest)
    ral = compile(manifest).to_ral
    ral.finalize
    report = Puppet::Transaction::Report.new(nil, 'production')
    logs = []
    destination = collect_logs(logs)
    transaction = ral.apply(report: report)
    Run.new(transaction: transaction, report: report, logs: logs, session: FakeSession.opened.last, catalog: ral)
  ensure
    report&.finalize_report
    Puppet::Util::Log.close(destination) if destination
    @report = report
    @logs = logs
  end

  # Puppet keeps what is logged while nobody listens for the next who does: what other examples left is let go first.
  def collect_logs(logs)
    left = Puppet::Test::LogCollector.new([])
    Puppet::Util::Log.newdestination(left)
    Puppet::Util::Log.close(left)
    Puppet::Test::LogCollector.new(logs).tap { |destination| Puppet::Util::Log.newdestination(destination) }
  end

  attr_reader :logs, :report

  def batch(id, *resources)
    { 'kind' => 'batch', 'id' => id, 'resources' => resources }
  end

  def resource(type, title, parameters = {})
    { 'type' => type, 'title' => title, 'parameters' => parameters }
  end

  def file(name, content, more = {})
    resource('File', path(name), { 'ensure' => 'file', 'content' => content }.merge(more))
  end

  def ref(type, title)
    { '__ptype' => 'Resource', 'type' => type, 'title' => title, 'parameters' => nil }
  end

  def path(name)
    File.join(work, name)
  end

  # [reference, changed, failed, skipped, noop] of each result.
  def results(session, id)
    session.told(:synced).find { |call| call[1] == id }[2].map do |result|
      result.values_at('reference', 'changed', 'failed', 'skipped', 'noop')
    end
  end
end

Puppet::Test::TestHelper.initialize

# Puppet's own state for tests. Not for all specs: those of rspec-puppet have it from there.
RSpec.shared_context 'with Puppet' do
  before(:all) { Puppet::Test::TestHelper.before_all_tests }
  after(:all) { Puppet::Test::TestHelper.after_all_tests }
  before { Puppet::Test::TestHelper.before_each_test }
  after { Puppet::Test::TestHelper.after_each_test }
end

# A log destination that keeps what it gets. Puppet knows it by this name, and does not bring the class along.
unless Puppet::Test.const_defined?(:LogCollector)
  module Puppet
    module Test
      class LogCollector
        def initialize(logs)
          @logs = logs
        end

        def <<(message)
          @logs << message
        end
      end
    end
  end
end

RSpec.shared_context 'with a plan run' do
  include_context 'with Puppet'
  include PlanHelper

  around do |example|
    Dir.mktmpdir('plan-run') do |directory|
      @work = directory
      example.run
    end
  end

  before do
    %w[vardir statedir confdir codedir rundir logdir publicdir].each do |setting|
      next unless Puppet.settings.valid?(setting.to_sym)

      Puppet[setting.to_sym] = File.join(work, setting).tap { |directory| FileUtils.mkdir_p(directory) }
    end
    Puppet[:statedir] = path('vardir/state').tap { |directory| FileUtils.mkdir_p(directory) }
    Puppet[:log_level] = 'debug'
    stub_const('PlanEngine', Module.new)
    stub_const('PlanEngine::Session', FakeSession)
    FakeSession.prepare
  end
end
