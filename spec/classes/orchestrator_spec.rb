# frozen_string_literal: true

require 'spec_helper'

RSpec.describe 'galera::orchestrator' do
  let(:node) { 'puppet.example.com' }

  config = '/etc/plan-orchestrator/orchestrator.yaml'
  unit = '/etc/systemd/system/plan-orchestrator.service'
  socket = '/etc/systemd/system/plan-orchestrator.socket'

  it { is_expected.to compile.with_all_deps }

  it "takes this host's certificate from where Debian's Puppet keeps it" do
    is_expected.to contain_file(unit)
      .with_content(%r{^LoadCredential=certificate:/var/lib/puppet/ssl/certs/puppet\.example\.com\.pem$})
      .with_content(%r{^LoadCredential=ca:/var/lib/puppet/ssl/certs/ca\.pem$})
  end

  it 'writes a configuration that is YAML with exactly the keys the daemon knows' do
    content = catalogue.resource('file', config)[:content]
    expect(YAML.safe_load(content).keys)
      .to match_array(%w[listen certificate private_key ca crl store clusters status_listen control])
  end

  context 'with other compilers, rules and limits' do
    rule = { 'name' => 'monitoring', 'routes' => '/metrics', 'allow' => [{ 'extensions' => { 'pp_role' => 'mon' } }] }
    let(:params) { { compilers: %w[puppet1 puppet2], authorization: [rule], limits: { 'connections' => 5 } } }

    it 'writes them as they are' do
      expect(YAML.safe_load(catalogue.resource('file', config)[:content]))
        .to include('compilers' => %w[puppet1 puppet2], 'authorization' => [rule], 'limits' => { 'connections' => 5 })
    end
  end

  context 'with a rule without routes' do
    let(:params) { { authorization: [{ 'name' => 'x', 'allow' => 'y' }] } }

    it { is_expected.to compile.and_raise_error(/routes/) }
  end

  it 'gives the private key through systemd and not by a right on the file' do
    is_expected.to contain_file(unit)
      .with_content(%r{^LoadCredential=private_key:/var/lib/puppet/ssl/private_keys/puppet\.example\.com\.pem$})
    is_expected.to contain_file(config)
      .with_content(%r{^private_key: "/run/credentials/plan-orchestrator\.service/private_key"$})
  end

  it 'shows the daemon the directory of the revocation list, so that it can follow the file' do
    is_expected.to contain_file(unit)
      .with_content(%r{^BindReadOnlyPaths=/var/lib/puppet/ssl:/run/plan-orchestrator/crl$})
    is_expected.to contain_file(config).with_content(%r{^crl: "/run/plan-orchestrator/crl/crl\.pem"$})
  end

  it 'reloads for configuration, restarts for a program or the unit' do
    is_expected.to contain_file(config).that_notifies('Exec[reload plan-orchestrator]')
    is_expected.to contain_file('/etc/plan-orchestrator/clusters.d')
      .with(purge: true, recurse: true).that_notifies('Exec[reload plan-orchestrator]')
    is_expected.to contain_file('/usr/bin/plan-orchestrator').that_notifies('Service[plan-orchestrator]')
    is_expected.to contain_service('plan-orchestrator').that_subscribes_to('Exec[reload systemd for plan-orchestrator]')
    is_expected.not_to contain_service('plan-orchestrator').that_subscribes_to("File[#{config}]")
  end

  it 'has systemd hold the sockets that the configuration names' do
    settings = YAML.safe_load(catalogue.resource('file', config)[:content])
    streams = catalogue.resource('file', socket)[:content].scan(/^ListenStream=(.*)$/).flatten
    expect(streams).to contain_exactly(*settings.values_at('listen', 'status_listen', 'control'))
    is_expected.to contain_service('plan-orchestrator').that_requires('Service[plan-orchestrator.socket]')
    is_expected.to contain_file(socket).that_notifies('Exec[make the sockets of plan-orchestrator anew]')
    is_expected.to contain_exec('make the sockets of plan-orchestrator anew')
      .that_requires('Exec[reload systemd for plan-orchestrator]')
      .that_comes_before('Service[plan-orchestrator.socket]')
  end

  it 'keeps the store to itself' do
    is_expected.to contain_file('/var/lib/plan-orchestrator').with(owner: 'plan-orchestrator', mode: '0700')
  end

  context 'with an all-in-one Puppet' do
    let(:facts) { { 'aio_agent_version' => '8.10.0' } }

    it do
      is_expected.to contain_file(unit)
        .with_content(%r{^LoadCredential=ca:/etc/puppetlabs/puppet/ssl/certs/ca\.pem$})
        .with_content(%r{^BindReadOnlyPaths=/etc/puppetlabs/puppet/ssl:})
    end
  end

  context 'with programs from a package' do
    let(:params) { { manage_programs: false } }

    it { is_expected.to compile.with_all_deps }
    it { is_expected.not_to contain_file('/usr/bin/plan-orchestrator') }
  end

  context 'with an address that is none' do
    let(:params) { { listen: '8146' } }

    it { is_expected.to compile.and_raise_error(/listen/) }
  end
end
