# frozen_string_literal: true

require 'spec_helper'
require 'puppet'

# The type with its real provider; systemd, SQL and the installation itself are doubles.
RSpec.describe 'The type db_snapshot_install' do
  let(:directory) { Dir.mktmpdir }
  let(:sha256) { Digest::SHA256.hexdigest("select 1;\n") }
  let(:source) { File.join(directory, 'shop.sql').tap { |path| File.write(path, "select 1;\n") } }
  let(:state) { PuppetX::Galera::MemberState.new(File.join(directory, 'state'), File.join(directory, 'run')) }
  let(:server) { instance_double(PuppetX::Galera::Server, status: PuppetX::Galera::Server::Status.new(galera: false)) }
  let(:unit) { instance_double(PuppetX::Galera::Unit, name: 'mariadb.service', stop: nil) }
  let(:look) { instance_double(PuppetX::Galera::Unit::Look, running?: false) }
  let(:facts) { { interrupted?: false, occupied?: false, installed: nil } }
  let(:installation) { instance_double(PuppetX::Galera::Snapshot::Installation, install: nil, **facts) }

  before do
    %i[statedir statefile transactionstorefile].each { |name| Puppet[name] = File.join(directory, name.to_s) }
    Puppet::Type.type(:db_snapshot_install).provider(:mariadb)
    allow(unit).to receive(:look).and_return(look)
    allow(PuppetX::Galera::Command).to receive(:run)
      .and_return(PuppetX::Galera::Command::Result.new(status: 0, out: '', err: '', timed_out: false))
  end

  after { FileUtils.remove_entry(directory) }

  def apply(**parameters)
    made = Puppet::Type.type(:db_snapshot_install).new({ name: 'shop', source: source,
                                                         sha256: sha256 }.merge(parameters))
    allow(made.provider).to receive_messages(state: state, server: server, unit: unit, installation: installation)
    catalog = Puppet::Resource::Catalog.new
    catalog.add_resource(made)
    catalog.apply.report.resource_statuses[made.ref]
  end

  it 'installs into an empty data directory, held' do
    state.release
    allow(installation).to receive(:install) { expect(state.held?).to be true }
    expect(apply.changed).to be true
    expect(installation).to have_received(:install).with(source, anything, 'title' => 'shop', 'sha256' => sha256)
  end

  it 'writes and stops nothing for a wrong checksum' do
    state.release
    expect(apply(sha256: 'AB' * 32).failed).to be true
    expect(installation).not_to have_received(:install)
    expect([state.held?, state.installing]).to eq([false, nil])
  end

  it 'stops a server that is in no cluster' do
    allow(look).to receive(:running?).and_return(true)
    expect(apply.changed).to be true
    expect(unit).to have_received(:stop)
  end

  it 'does not touch a member of a cluster' do
    state.release
    allow(look).to receive(:running?).and_return(true)
    allow(server).to receive(:status).and_return(PuppetX::Galera::Server::Status.new(galera: true))
    expect(apply.failed).to be true
    expect(unit).not_to have_received(:stop)
    expect(state.held?).to be false
  end

  it 'changes nothing in a simulation' do
    expect(apply(noop: true).changed).to be false
    expect(installation).not_to have_received(:install)
  end

  it 'refuses a source and a checksum that cannot be right' do
    expect { apply(source: 'shop.sql') }.to raise_error(Puppet::ResourceError, /source must be/)
    expect { apply(sha256: 'abc') }.to raise_error(Puppet::ResourceError, /64 hexadecimal digits/)
  end

  context 'when it is installed' do
    let(:facts) { { interrupted?: false, occupied?: true, installed: sha256 } }

    it { expect(apply.changed).to be false }
  end

  context 'when it was interrupted' do
    let(:facts) { { interrupted?: true, occupied?: true, installed: nil } }

    it { expect(apply.changed).to be true }
  end

  context 'with the data of somebody else' do
    let(:facts) { { interrupted?: false, occupied?: true, installed: nil } }

    it 'is in sync, and says once that it leaves them alone' do
      expect(Puppet).to receive(:notice).with(/holds data already/).once
      expect([apply.changed, apply.failed]).to eq([false, false])
      expect(installation).not_to have_received(:install)
    end
  end
end
