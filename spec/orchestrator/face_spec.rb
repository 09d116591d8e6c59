# frozen_string_literal: true

require 'open3'
require 'puppet'
require_relative '../../lib/puppet_x/plan/bundler'
require_relative '../support/daemon'

# `puppet galera` as a command, against a real orchestrator.
RSpec.describe 'puppet galera' do
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

  def status(identity, *arguments)
    galera(identity, 'status', *arguments)
  end

  # As the node with this certificate.
  def galera(identity, *arguments)
    certname = identity.first.subject.to_a.first[1]
    confdir = File.join(@daemon.directory, "puppet-#{certname}")
    { "certs/#{certname}.pem" => identity.first, "private_keys/#{certname}.pem" => identity.last }
      .each { |name, pem| @daemon.file("puppet-#{certname}/ssl/#{name}", pem.to_pem) }
    @daemon.file("puppet-#{certname}/ssl/certs/ca.pem", File.read(@daemon.ca))
    settings = ['--confdir', confdir, '--vardir', "#{confdir}/var", '--ssldir', "#{confdir}/ssl",
                '--certname', certname, '--certificate_revocation', 'false',
                '--orchestrator', "https://localhost:#{@daemon.port}"]
    out, err, code = Open3.capture3({ 'RUBYLIB' => File.expand_path('../../lib', __dir__) },
                                    'puppet', 'galera', *arguments, *settings)
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

  context "with the module's own plan" do
    report = { boot_id: 'b', running: true, held: false, cluster_status: 'Primary', local_state: 'Synced',
               cluster_size: 3, state_uuid: 'u', seqno: 5, user_data: true, snapshot: nil }
    host = { host: 'h', address: '192.0.2.1', desired_role: 'any',
             service_name: 'mariadb', datadir: '/d',
             config_file: '/c', wsrep_provider: '/p', wsrep_sst_method: 'rsync' }.transform_keys(&:to_s)

    # A cluster of its own for each: an exclusion stays.
    before do
      bundle = PuppetX::Plan::Bundler.bundle('galera::cluster', 'galera' => File.expand_path('../..', __dir__))
      files = bundle['files'].to_h { |file| [file['path'], file['text']] }
      @desk = @daemon
      @daemon = Daemon.new(title: 'cluster_1', plan: 'galera::cluster', files: files).start
      %w[db1 db2].each do |name|
        @daemon.join(name, 'cluster_1', 'galera::host', { reports: report }, published: host.merge('host' => name))
      end
    end

    after do
      @daemon.stop
      @daemon = @desk
    end

    it 'shows roles and what members reported' do
      code, out, = status(@daemon.own)
      expect(code).to eq(2)
      expect(out.lines.first).to eq("cluster_1: degraded, born, 2 of 3 members\n")
      expect(out.lines[2..3].map { |line| line.split.first(5) })
        .to eq([%w[db1 Galera::Host[m] 0 galera::host Primary/Synced],
                %w[db2 Galera::Host[m] 1 galera::host Primary/Synced]])
    end

    it 'shows what an exclusion loses, does it when it is told so, and refuses it a second time' do
      code, out, err = galera(@daemon.own, 'exclude', 'cluster_1', 'db2')
      expect([code, err]).to eq([0, ''])
      expect(out.lines.map(&:chomp)).to include(
        'db2 was Primary when it last spoke, at position 5 of u: should it still run there will be two clusters; ' \
        'what was written after that is lost', 'nothing was done yet',
        'to do it: puppet galera exclude cluster_1 db2 --yes'
      )
      expect(status(@daemon.own)[1].lines.first).to include('2 of 3 members')
      code, out, = galera(@daemon.own, 'exclude', 'cluster_1', 'db2', '--yes')
      expect([code, out.lines.map(&:chomp)]).to match([0, include('done, by localhost')])
      expect(status(@daemon.own)[1].lines.first).to include('1 of 3 members')
      code, _, err = galera(@daemon.own, 'exclude', 'cluster_1', 'db2', '--yes')
      expect([code, err]).to match([1, /db2 is excluded already/])
    end

    it 'starts no cluster with older data while it runs' do
      code, _, err = galera(@daemon.own, 'bootstrap', 'cluster_1', 'db1', '--accept-data-loss')
      expect([code, err]).to match([1, /accepted_losses/])
    end

    it 'lets nobody decide who is no operator' do
      code, _, err = galera(@daemon.identity('db1'), 'exclude', 'cluster_1', 'db1', '--yes')
      expect([code, err]).to match([1, /db1/])
      expect(status(@daemon.own)[1]).to include('db1')
    end
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
