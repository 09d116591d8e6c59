# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/member_state'

RSpec.describe PuppetX::Galera::MemberState do
  subject(:state) { described_class.new(File.join(directory, 'state'), File.join(directory, 'run')) }

  let(:directory) { Dir.mktmpdir }
  let(:me) { Etc.getpwuid.name }

  after { FileUtils.remove_entry(directory) }

  it 'is held until it is released, and again after a hold' do
    seen = [state.held?, state.release, state.held?, state.release, state.hold, state.held?, state.hold]
    expect(seen).to eq([true, true, false, false, true, true, false])
  end

  it 'lets a grant be used once, also by another process' do
    expect([state.use_grant('g1'), described_class.new(state.path).use_grant('g1'), state.grant_used?('g1')])
      .to eq([true, false, true])
  end

  ['../g', '', 'a/b', '.hidden', 'a' * 129, "g\n"].each do |id|
    it "refuses #{id.inspect[0, 20]} as the id of a grant" do
      expect { state.use_grant(id) }.to raise_error(ArgumentError, /not a grant id/)
      expect(state.grant_used?(id)).to be false
    end
  end

  it 'says which grant waits to be consumed' do
    state.write_token(grant: 'g1', boot_id: 'b', user: me)
    expect([state.token, File.read(File.join(state.path, 'token/bootstrap'))]).to eq(%W[g1 b\ng1\n])
    expect(File.read(File.join(directory, 'run/boot_id'))).to eq("b\n")
    expect(File.stat(File.join(state.path, 'token/bootstrap')).mode & 0o777).to eq(0o600)
  end

  it 'withdraws a token that was not consumed, and remembers that' do
    state.write_token(grant: 'g1', boot_id: 'b', user: me)
    expect([state.withdraw_token, state.token, state.withdraw_token]).to eq([true, nil, false])
    expect(File).to exist(File.join(state.path, 'grants/g1.unspent'))
  end

  it 'does not write a token through a link that somebody left' do
    state.write_token(grant: 'g1', boot_id: 'b', user: me)
    victim = File.join(directory, 'victim')
    File.write(victim, 'mine')
    token = File.join(state.path, 'token/bootstrap')
    File.unlink(token)
    File.symlink(victim, token)
    state.write_token(grant: 'g2', boot_id: 'b', user: me)
    expect([File.read(victim), File.symlink?(token)]).to eq(['mine', false])
  end

  it 'keeps what was installed, and takes a damaged file for none' do
    state.snapshot = { 'sha256' => 'x' }
    before = state.snapshot
    File.write(File.join(state.path, 'snapshot'), '{')
    expect([before, state.snapshot]).to eq([{ 'sha256' => 'x' }, nil])
  end

  it 'says a thing once' do
    expect([state.first_time?('a'), state.first_time?('a'), state.first_time?('b')]).to eq([true, false, true])
  end
end
