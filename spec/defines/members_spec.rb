# frozen_string_literal: true

require_relative '../support/plan_helper'

# The defines of a member, compiled with the real functions; the class `galera` and the plan are the specs' own.
RSpec.describe 'the defines of a member' do
  include_context 'with a plan run'

  before do
    FileUtils.mkdir_p([path('modules/galera/manifests'), path('modules/galera/plans')])
    %w[lib types].each do |name|
      FileUtils.ln_s(File.join(PlanHelper::MODULE_ROOT, name), path("modules/galera/#{name}"))
    end
    %w[host leader follower].each do |name|
      FileUtils.cp(File.join(PlanHelper::MODULE_ROOT, 'manifests', "#{name}.pp"), path('modules/galera/manifests'))
    end
    File.write(path('modules/galera/manifests/init.pp'), "class galera (String $service_name = 'mariadb') { }")
    File.write(path('modules/galera/plans/host.plan'), 'plan galera::host { }')
    allow(PuppetX::Plan::Checker).to receive(:check)
  end

  def modulepath
    [path('modules')]
  end

  def process(manifest)
    compile(manifest).resource('Plan_process[Galera::Host[m]]')
  end

  describe 'galera::host' do
    it 'makes a process of the plan, with what is known of the node' do
      made = process("galera::host { 'm': cluster => 'c' }")
      expect(made[:plan]).to eq('galera::host')
      expect(made[:bundle]['files'].map { |file| file['path'] }).to eq(['galera/plans/host.plan'])
      expect(made[:parameters]).to eq('cluster' => 'c', 'host' => 'member.example.com', 'address' => '192.0.2.1',
                                      'desired_role' => 'any', 'service_name' => 'mariadb')
      expect(made[:cluster]).to eq('c')
      expect(made[:admission]).to be_nil # the spec's compiler has no key
      expect(made[:wait]).to eq(120)
      expect(made[:takes_over]).to eq([%w[Service mariadb]])
      expect(made[:orchestrator]).to be_nil
    end

    it 'passes on what the manifest gives' do
      made = process(<<~PUPPET)
        galera::host { 'm':
          ensure           => absent,
          cluster          => 'c',
          host             => 'db1',
          address          => '192.0.2.7',
          desired_role     => 2,
          orchestrator_url => 'https://orchestrator.example.com:8146',
          wait             => 7,
          service_name     => 'other',
          datadir          => '/data',
          config_file      => '/etc/galera.cnf',
          wsrep_sst_method => 'rsync',
          sst_tls          => true,
          wsrep_provider_options => 'gcache.size=1G',
          override_options => { 'mysqld' => { 'max_connections' => 500 } },
          package_ensure   => 'latest',
          package_name     => 'mariadb-server-10.11',
        }
      PUPPET
      expect(made[:parameters]).to eq('cluster' => 'c', 'host' => 'db1', 'address' => '192.0.2.7', 'desired_role' => 2,
                                      'service_name' => 'other', 'datadir' => '/data',
                                      'config_file' => '/etc/galera.cnf', 'wsrep_sst_method' => 'rsync',
                                      'sst_tls' => true, 'wsrep_provider_options' => 'gcache.size=1G',
                                      'override_options' => { 'mysqld' => { 'max_connections' => 500 } },
                                      'package_ensure' => 'latest', 'package_name' => 'mariadb-server-10.11')
      expect([made[:ensure], made[:orchestrator], made[:wait], made[:takes_over]])
        .to eq(['absent', 'https://orchestrator.example.com:8146', 7, [%w[Service other]]])
    end

    it 'follows the service name of the class' do
      expect(process("class { 'galera': service_name => 'x' } galera::host { 'm': cluster => 'c' }")[:takes_over])
        .to eq([%w[Service x]])
    end

    it 'contains the class, so that it comes before what follows the host' do
      catalog = compile("galera::host { 'm': cluster => 'c' }")
      containers = catalog.adjacent(catalog.resource('Class[Galera]'), direction: :in)
      expect(containers.map(&:ref)).to include('Galera::Host[m]')
    end

    {
      'without a cluster' => ['', /expects a value for parameter 'cluster'/],
      'with a cluster that is no string' => ['cluster => 1', /'cluster' expects a match for Galera::Cluster_title/],
      'with a wish that is no role' => ["cluster => 'c', desired_role => 'boss'", /parameter 'desired_role' expects/],
      'with a URL that is no HTTPS' => ["cluster => 'c', orchestrator_url => 'http://x'", /'orchestrator_url' expects/],
      'with a relative path' => ["cluster => 'c', datadir => 'data'", /parameter 'datadir' expects/],
      'with an attribute that it does not have' => ["cluster => 'c', roll => 1", /no parameter named 'roll'/]
    }.each do |mistake, (attributes, message)|
      it "is refused #{mistake}" do
        expect { compile("galera::host { 'm': #{attributes} }") }.to raise_error(Puppet::Error, message)
      end
    end

    it 'stops the compilation for a plan with a mistake' do
      allow(PuppetX::Plan::Checker).to receive(:check)
        .and_raise(PuppetX::Plan::Checker::Refused, "galera/plans/host.plan:1:7: …\n      ^")
      expect { compile("galera::host { 'm': cluster => 'c' }") }
        .to raise_error(Puppet::Error, /host.plan:1:7.*\n +\^/)
    end

    it 'stops the compilation when there is no such plan' do
      FileUtils.rm(path('modules/galera/plans/host.plan'))
      expect { compile("galera::host { 'm': cluster => 'c' }") }
        .to raise_error(Puppet::Error, /there is no plan galera::host/)
    end

    it 'runs in the catalog of the documentation' do
      run = apply(<<~PUPPET)
        galera::host { 'm': cluster => 'c' }
        -> notify { 'package': }
        -> event { 'install_complete': to => Galera::Host['m'], fire => immediately }
        -> event { 'service_refreshed': to => Galera::Host['m'], fire => on_notify }
      PUPPET
      expect(run.session.config['process']['resource']).to eq('Galera::Host[m]')
      expect(run.session.config['orchestrator']).to eq("https://#{Puppet[:server]}:8146")
      expect(run.session.config['trusted']).to include('certname' => 'member.example.com')
    end
  end

  { 'leader' => 0, 'follower' => 'follower' }.each do |name, wish|
    describe "galera::#{name}" do
      it 'makes the process of a host with its wish' do
        made = process("galera::#{name} { 'm': cluster => 'c', wait => 7, datadir => '/data', service_name => 'x' }")
        expect(made[:parameters]).to include('desired_role' => wish, 'datadir' => '/data', 'service_name' => 'x')
        expect(made[:parameters]).not_to include('config_file', 'wsrep_sst_method')
        expect(made[:wait]).to eq(7)
      end

      it 'is known to events by its own name and as a host' do
        FakeSession.prepare(wants: %w[a b])
        run = apply(<<~PUPPET)
          galera::#{name} { 'm': cluster => 'c' }
          event { 'a': to => Galera::#{name.capitalize}['m'] }
          event { 'b': to => Galera::Host['m'] }
        PUPPET
        expect(run.session.told(:event).map { |call| call[1] }).to contain_exactly('a', 'b')
      end

      it 'has every parameter of a host but the wish' do
        parameters = lambda do |define|
          text = File.read(File.join(PlanHelper::MODULE_ROOT, 'manifests', "#{define}.pp"))
          text[/^define.*?^\)/m].scan(/\$(\w+)\s*(?:=|,)/).flatten
        end
        expect(parameters.call(name)).to eq(parameters.call('host') - ['desired_role'])
      end
    end
  end
end
