# frozen_string_literal: true

require_relative '../../../support/plan_helper'
require 'puppet_x/galera/membership'

RSpec.describe PuppetX::Galera::Membership do
  around do |example|
    Dir.mktmpdir('membership') do |directory|
      @datadir = directory
      example.run
    end
  end

  def server(cluster_status)
    status = PuppetX::Galera::Server::Status.new(sql: 'ok', cluster_status: cluster_status)
    allow_any_instance_of(PuppetX::Galera::Server).to receive(:status).and_return(status)
  end

  def grastate(uuid)
    File.write(File.join(@datadir, 'grastate.dat'), "# GALERA saved state\nuuid:    #{uuid}\nseqno:   -1\n")
  end

  it 'is seen by a running member of a primary component' do
    server('Primary')
    expect(described_class.traces?(@datadir)).to be(true)
  end

  it 'is seen by the position that a member recorded, whether it runs or not' do
    [nil, 'non-Primary', 'Disconnected'].each do |status|
      server(status)
      grastate('1b4e28ba-2fa1-11d2-883f-0016d3cca427')
      expect(described_class.traces?(@datadir)).to be(true)
    end
  end

  it 'is not seen where a database never was in a cluster' do
    server(nil)
    expect(described_class.traces?(@datadir)).to be(false)
    grastate(PuppetX::Galera::Datadir::NULL_UUID)
    expect(described_class.traces?(@datadir)).to be(false)
    expect(described_class.traces?(File.join(@datadir, 'none'))).to be(false)
  end

  it 'is what the types that act on a member tell' do
    server(nil)
    grastate('1b4e28ba-2fa1-11d2-883f-0016d3cca427')
    %i[galera_bootstrap galera_member].each do |name|
      type = Puppet::Type.type(name)
      expect([{ 'datadir' => @datadir }, { 'datadir' => '/nonexistent' }].map { |given| type.plan_acted?(given) })
        .to eq([true, false])
    end
  end
end
