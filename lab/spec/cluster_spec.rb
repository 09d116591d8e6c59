# frozen_string_literal: true

require 'fileutils'
require_relative 'spec_helper'

RSpec.describe Lab::Cluster do
  subject(:cluster) { described_class.new }

  before do
    FileUtils.rm_rf(Lab::Settings.state_dir)
    allow(Lab::Roots).to(receive(:provide) { |names| names.to_h { |name| [name, "/roots/#{name}"] } })
    allow(Lab::Network).to receive_messages(up_bridge: nil, down: nil)
    allow(Lab::Shell).to receive(:step) { |_text, &work| work.call }
    allow(Lab::Machine).to(receive(:new).and_wrap_original { |original, name| without_kernel(original.call(name)) })
    allow(Lab::Server).to receive(:new).and_return(server)
  end

  after { FileUtils.rm_rf(Lab::Settings.state_dir) }

  let(:environment) { instance_double(Lab::Environment, write: nil) }
  let(:server) do
    instance_double(Lab::Server, environment: environment, forget_cluster: nil, machine: Lab::Machine.new('puppet'))
      .tap { |double| allow(double).to receive(:up) { FileUtils.mkdir_p(double.machine.dir) } }
  end

  # A machine that is only its directory.
  def without_kernel(machine)
    allow(machine).to receive_messages(mount_disk: nil, boot: nil, wait_until_booted: nil)
    allow(machine).to receive(:running?) { machine.exist? }
    allow(machine).to receive(:destroy) { FileUtils.rm_rf(machine.dir) }
    machine
  end

  def key_file(number)
    name = Lab::Settings.member_name(number)
    machine = Lab::Machine.new(name)
    File.join(machine.disk, machine.platform.ssldir, "private_keys/#{machine.certname}.pem")
  end

  # As the first agent run leaves it.
  def make_key(number)
    FileUtils.mkdir_p(File.dirname(key_file(number)))
    File.write(key_file(number), "key of #{number}")
  end

  def key(number)
    File.read(key_file(number))
  rescue Errno::ENOENT
    nil
  end

  it 'gives members made anew the keys by which the CA knows them' do
    cluster.up(count: 3)
    [1, 3].each { |number| make_key(number) }
    cluster.fresh
    expect((1..3).map { |number| key(number) }).to eq(['key of 1', nil, 'key of 3'])
  end

  it 'keeps the keys of members that a smaller lab does not have, for when it grows again' do
    cluster.up(count: 3)
    (1..3).each { |number| make_key(number) }
    cluster.fresh(count: 1)
    expect(cluster.members.map(&:name)).to eq(['db1'])
    cluster.fresh
    cluster.up(count: 2)
    cluster.fresh(count: 3)
    expect((1..3).map { |number| key(number) }).to eq(['key of 1', 'key of 2', 'key of 3'])
  end

  it 'forgets all keys with the server, whose CA knew them' do
    cluster.up(count: 2)
    make_key(2)
    cluster.fresh(count: 1)
    FileUtils.rm_rf(server.machine.dir)
    cluster.up(count: 2)
    expect(key(2)).to be_nil
  end

  it 'makes members of the platform that was chosen for all or for one, when they are made' do
    cluster.up(count: 1)
    cluster.choose_platforms('all' => 'debian13', 'db3' => 'openvox')
    cluster.up(count: 3)
    expect(cluster.members.map { |machine| machine.platform.name }).to eq(%w[debian12 debian13 openvox])
    cluster.fresh
    expect(cluster.members.map { |machine| machine.platform.name }).to eq(%w[debian13 debian13 openvox])
  end

  it 'makes the server of its own platform, and lets it be no other afterwards' do
    cluster.choose_platforms('all' => 'openvox', 'puppet' => 'debian13')
    cluster.up(count: 1)
    expect(server).to have_received(:up).with(Lab::Platform.named('debian13'), '/roots/server-debian13', nil)
    cluster.choose_platforms('puppet' => 'openvox')
    FileUtils.rm_rf(server.machine.dir)
    expect { cluster.up(count: 1) }.to raise_error(Lab::Error, /no server on openvox, only on debian12, debian13/)
  end

  it 'puts the kept key of a member where the agent of its new platform looks for it' do
    cluster.up(count: 1)
    make_key(1)
    cluster.choose_platforms('db1' => 'openvox')
    cluster.fresh
    expect([key_file(1).include?('/etc/puppetlabs/'), key(1)]).to eq([true, 'key of 1'])
  end

  it 'leaves nothing behind when it is taken down' do
    cluster.up(count: 1)
    make_key(1)
    cluster.choose_platforms('all' => 'debian13')
    cluster.fresh
    cluster.down
    expect(Dir.glob(Lab::Settings.path('**/*')).reject { |path| path.end_with?('/machines') }).to eq([])
  end
end
