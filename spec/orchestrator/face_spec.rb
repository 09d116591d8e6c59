# frozen_string_literal: true

require 'open3'
require_relative '../support/daemon'

# `puppet galera status` as a command, against a real orchestrator.
RSpec.describe 'puppet galera status' do
  plan = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
      Integer $cluster_size = 1
      action admit {
        $request <- requests where $request['kind'] == 'add'
      }
    }

    plan desk::member {
      public String $cluster
    }
  PLAN

  before :all do
    @daemon = Daemon.new(title: 'desk_1', plan: 'desk::counter', files: { 'desk/plans/counter.plan' => plan }).start
    @daemon.join('db1', 'desk_1', 'desk::member')
  end

  after(:all) { @daemon.stop }

  # As the node with this certificate.
  def status(identity, *arguments)
    certname = identity.first.subject.to_a.first[1]
    confdir = File.join(@daemon.directory, "puppet-#{certname}")
    { "certs/#{certname}.pem" => identity.first, "private_keys/#{certname}.pem" => identity.last }
      .each { |name, pem| @daemon.file("puppet-#{certname}/ssl/#{name}", pem.to_pem) }
    @daemon.file("puppet-#{certname}/ssl/certs/ca.pem", File.read(@daemon.ca))
    settings = ['--confdir', confdir, '--vardir', "#{confdir}/var", '--ssldir', "#{confdir}/ssl",
                '--certname', certname, '--certificate_revocation', 'false',
                '--orchestrator', "https://localhost:#{@daemon.port}"]
    out, err, code = Open3.capture3({ 'RUBYLIB' => File.expand_path('../../lib', __dir__) },
                                    'puppet', 'galera', 'status', *arguments, *settings)
    [code.exitstatus, out, err]
  end

  it 'shows an operator what the orchestrator knows; the exit code says how the cluster is' do
    code, out, err = status(@daemon.own, 'desk_1', '--render-as', 'json')
    expect([code, err]).to eq([2, ''])
    told = JSON.parse(out)
    expect(told).to include('source' => 'orchestrator', 'health' => 'degraded')
    expect(told['clusters'].first['members'].map { |one| one['certname'] }).to eq(['db1'])
  end

  it 'shows a table' do
    _, out, = status(@daemon.own)
    expect(out.lines[0..1].map(&:chomp)).to eq(['desk_1: degraded, 1 of 1 members',
                                                '  MEMBER  RESOURCE         ROLE  PLAN          STATE  SEEN'])
  end

  it 'shows a member only what itself knows' do
    code, out, = status(@daemon.identity('db1'))
    expect(code).to eq(1)
    expect(out).to match(/\A\(this node: .*'db1'.*\)\nnothing is known of any cluster\n\z/)
  end

  it 'says that there is no such cluster' do
    code, _, err = status(@daemon.own, 'none')
    expect(code).to eq(1)
    expect(err).to include("there is no cluster 'none' here")
  end
end
