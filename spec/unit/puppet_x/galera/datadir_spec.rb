# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/datadir'

RSpec.describe PuppetX::Galera::Datadir do
  subject(:datadir) { described_class.new(directory) }

  let(:directory) { Dir.mktmpdir }
  let(:uuid) { 'e3c2ec68-e68e-11f1-bda3-a7f5841afcbc' }

  after { FileUtils.remove_entry(directory) }

  def make(*names)
    names.each do |name|
      FileUtils.mkdir_p(File.join(directory, File.dirname(name)))
      File.write(File.join(directory, name), '')
    end
  end

  def grastate(uuid, seqno, safe = 0)
    File.write(File.join(directory, 'grastate.dat'),
               "# GALERA saved state\nversion: 2.1\nuuid:    #{uuid}\nseqno:   #{seqno}\nsafe_to_bootstrap: #{safe}\n")
  end

  it 'finds no user data in what the installer makes' do
    make('mysql/user.frm', 'sys/x.frm', 'performance_schema/db.opt', 'test/db.opt', 'ibdata1', '#x/y', '.sst/z',
         'lost+found/q')
    expect([datadir.user_data?, datadir.initialised?]).to eq([false, true])
  end

  it 'finds a schema that holds something, not one that holds nothing' do
    make('shop/db.opt', 'shop/item.ibd', 'empty/db.opt')
    expect(datadir.user_schemas).to eq(['shop'])
  end

  it 'is without data where there is no directory' do
    expect([described_class.new('/nonexistent').user_data?, described_class.new('/nonexistent').exist?])
      .to eq([false, false])
  end

  it 'reads the position of a clean stop' do
    grastate(uuid, 12, 1)
    expect([datadir.recorded_position.to_a, datadir.safe_to_bootstrap?]).to eq([[uuid, 12], true])
  end

  it 'takes a null UUID for unknown, whatever stands beside it' do
    grastate(described_class::NULL_UUID, 12)
    expect(datadir.recorded_position.to_a).to eq([nil, -1])
  end

  it 'takes a damaged file for unknown' do
    File.binwrite(File.join(directory, 'grastate.dat'), "\x00\xFFuuid: nonsense\nseqno: many\n")
    expect(datadir.recorded_position.to_a).to eq([nil, -1])
  end

  it 'allows a bootstrap by changing that line only' do
    grastate(uuid, 12)
    before = File.read(File.join(directory, 'grastate.dat'))
    datadir.allow_bootstrap
    expect(File.read(File.join(directory, 'grastate.dat')))
      .to eq(before.sub('safe_to_bootstrap: 0', 'safe_to_bootstrap: 1'))
  end

  it 'tells data its UUID again that lost its grastate.dat, and nothing to a first start' do
    uuid = '8bcf4a34-aedb-14e5-bcc3-d3e36277729f'
    datadir.allow_bootstrap
    expect(datadir.grastate).to be_nil
    datadir.allow_bootstrap(uuid)
    expect(datadir.grastate).to include('uuid' => uuid, 'seqno' => '-1', 'safe_to_bootstrap' => '1')
  end

  it 'knows its witness' do
    datadir.leave_witness('abc', Etc.getpwuid)
    expect([datadir.witness?('abc'), datadir.witness?('abd')]).to eq([true, false])
  end

  describe 'recovering' do
    def recovered(text, status: 0)
      result = PuppetX::Galera::Command::Result.new(status: status, out: '', err: text, timed_out: false)
      allow(PuppetX::Galera::Command).to receive(:run).and_return(result)
      datadir.recover_position&.to_a
    end

    it 'reads the line mariadbd writes' do
      expect(recovered("x\n2026-11-22 [Note] WSREP: Recovered position: #{uuid}:41\n")).to eq([uuid, 41])
    end

    it 'is unknown, and says so, when mariadbd fails' do
      expect(Puppet).to receive(:warning).with(/could not be recovered/)
      expect(recovered("WSREP: Recovered position: #{uuid}:41\n", status: 1)).to be_nil
    end
  end
end
