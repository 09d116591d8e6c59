# frozen_string_literal: true

require 'spec_helper'

RSpec.describe 'galera' do
  dropin = '/etc/systemd/system/mariadb.service.d/50-galera.conf'

  it { is_expected.to compile.with_all_deps }

  it 'lets mariadbd start only while the node is released, and by our program only' do
    is_expected.to contain_file(dropin)
      .with_content(%r{^ConditionPathExists=/var/lib/galera-member/released$})
      .with_content(%r{^ExecStart=$\n^ExecStart=/usr/local/lib/galera/start-mariadbd })
  end

  it 'does not read what galera_new_cluster leaves behind' do
    is_expected.to contain_file(dropin).with_content(/^EnvironmentFile=$/)
  end

  it 'takes the position that the unit recovered, where it left it in a file' do
    is_expected.to contain_file(dropin)
      .with_content(%r{^EnvironmentFile=$\n^EnvironmentFile=-/run/mysqld/wsrep-start-position$})
  end

  it 'puts the program there before the drop-in that names it' do
    is_expected.to contain_file('/usr/local/lib/galera/start-mariadbd')
      .with_mode('0755').that_comes_before("File[#{dropin}]")
  end

  # A run with a cached catalog must not fail because the server is down.
  it 'needs nothing of the server but the catalog' do
    sources = catalogue.resources.select { |resource| resource.type == 'File' && resource[:source] }
    expect(sources).to be_empty
    is_expected.to contain_file('/usr/local/lib/galera/start-mariadbd').with_content(/\A#!/)
  end

  it 'tells systemd only when the drop-in changed' do
    is_expected.to contain_exec('reload systemd for mariadb')
      .with_refreshonly(true).that_subscribes_to("File[#{dropin}]")
  end

  context 'with another service and server' do
    let(:params) { { service_name: 'mariadb-custom', mariadbd: '/opt/mariadb/bin/mariadbd' } }

    it { is_expected.to compile.with_all_deps }

    it do
      is_expected.to contain_file('/etc/systemd/system/mariadb-custom.service.d/50-galera.conf')
        .with_content(%r{^Environment=GALERA_MARIADBD=/opt/mariadb/bin/mariadbd$})
    end
  end

  context 'with a service name that would leave the directory' do
    let(:params) { { service_name: '../evil' } }

    it { is_expected.to compile.and_raise_error(/service_name/) }
  end
end
