# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/scenario'
require 'lab/outage_sweep'

RSpec.describe Lab::Outage do
  let(:names) { %w[db1 db2 db3] }

  # One whose members go as told: groups of "way name".
  def outage(*groups)
    described_class.new(1, names, Random.new(1)).tap do |one|
      departures = groups.map do |group|
        group.map { |text| text.split.reverse }.map { |name, way| described_class::Departure.new(name, way.to_sym) }
      end
      one.instance_variable_set(:@groups, departures)
    end
  end

  {
    'one crashes' => [[['cut db1']], true],
    'two crash at once' => [[['cut db1', 'kill db2']], false],
    'two crash one after the other' => [[['cut db1'], ['cut db2']], false],
    'two are stopped at once' => [[['stop db1', 'shutdown db2']], true],
    'one is stopped and one crashes' => [[['stop db1'], ['cut db2']], false],
    'one crashes and one is stopped' => [[['cut db1'], ['stop db2']], true],
    'all are stopped' => [[['stop db1'], ['stop db2'], ['stop db3']], false]
  }.each do |what, (groups, primary)|
    it "knows whether a part of the cluster stays Primary when #{what}" do
      drawn = outage(*groups)
      expect([drawn.primary_after?(groups.length), drawn.restarts.max]).to eq([primary, primary ? 0 : 1])
    end
  end

  it 'knows that a cluster that lost its Primary component does not get it back when more members go' do
    expect(outage(['cut db1', 'cut db2'], ['stop db3']).primary_after?(1)).to be(false)
    expect(outage(['cut db1'], ['stop db2'], ['cut db3'])).to be_full
  end
end

RSpec.describe Lab::OutageSweep do
  def plan(**options)
    described_class.new(count: 30, **options).plan
  end

  it 'draws the same outages from the same seed, and others from another' do
    expect(plan(seed: 1).map(&:to_s)).to eq(plan(seed: 1).map(&:to_s))
    expect(plan(seed: 1).map(&:to_s)).not_to eq(plan(seed: 2).map(&:to_s))
  end

  it 'draws the same ones when only some are to happen' do
    expect(plan(seed: 1, only: [7, 20]).map(&:to_s)).to eq(plan(seed: 1).values_at(6, 19).map(&:to_s))
  end

  it 'has all members go in most, and one or two in the others' do
    expect(plan(seed: 1).map { |outage| outage.departures.length }.tally).to eq(3 => 18, 1 => 6, 2 => 6)
  end

  it 'has all ways to go, and all that may become of the orchestrator, among thirty' do
    expect(plan(seed: 1).flat_map { |outage| outage.departures.map(&:way) }.uniq).to match_array(Lab::Outage::WAYS)
    expect(plan(seed: 1).map(&:orchestrator).uniq).to match_array(Lab::Outage::ORCHESTRATOR.uniq)
  end

  it 'has every member run its agent, whoever went' do
    expect(plan(seed: 1).map { |outage| outage.returns.keys.sort }.uniq).to eq([%w[db1 db2 db3]])
  end
end
