# frozen_string_literal: true

require_relative 'spec_helper'
require 'lab/recovery_timeline'
require 'rexml/document'

RSpec.describe Lab::RecoveryTimeline do
  def spans(lane)
    lane.spans.map { |span| [span.from, span.to, span.kind] }
  end

  it 'tells from a journal what mariadbd did' do
    journal = <<~TEXT
      102.000000 db1 systemd[1]: Stopped mariadb.service - MariaDB 10.11.19 database server.
      103.500000 db1 systemd[1]: Starting mariadb.service - MariaDB 10.11.19 database server...
      104.000000 db1 mariadbd[7]: 2026-11-23 18:12:18 0 [Note] WSREP: Shifting OPEN -> PRIMARY (TO: 64)
      106.000000 db1 mariadbd[7]: 2026-11-23 18:12:22 2 [Note] WSREP: Synchronized with group, ready for connections
      107.000000 db1 mariadbd[7]: 2026-11-23 18:12:22 2 [Note] WSREP: Server status change synced -> donor
      108.000000 db1 mariadbd[7]: 2026-11-23 18:12:22 2 [Note] WSREP: Synchronized with group, ready for connections
    TEXT
    lane = described_class.database_lane('db1', journal, 100.0)
    expect(spans(lane)).to eq([[0.0, 2.0, 'waiting'], [3.5, 4.0, 'start'], [4.0, 6.0, 'transfer'],
                               [6.0, nil, 'synced']])
  end

  it 'tells from the lines of a run what an agent did' do
    host = '/Stage[main]/Main/Node[default]/Galera::Host[m]/'
    lines = [[3.0, "Info: Applying configuration version '1'\n"],
             [3.2, "Info: #{host}Galera_observe[look]: Starting to evaluate the resource (33 of 33)\n"],
             [3.3, "Info: #{host}Galera_observe[look]: Evaluated in 0.10 seconds\n"],
             [5.0, "Info: #{host}Galera_observe[look (2)]: Starting to evaluate the resource (35 of 34)\n"],
             [7.0, "Notice: #{host}Galera_observe[look (2)]/hold: stopped and held mariadb\n"],
             [7.1, "Info: #{host}Galera_observe[look (2)]: Evaluated in 2.10 seconds\n"],
             [8.0, "Info: #{host}Galera_bootstrap[birth]: Starting to evaluate the resource (36 of 35)\n"],
             [9.0, "Info: #{host}Galera_bootstrap[birth]: Evaluated in 1.00 seconds\n"],
             [9.5, "Notice: Applied catalog in 6.50 seconds\n"]]
    run = Lab::AgentRun::Outcome.new(name: 'db1', code: 2, seconds: 10.0, lines: lines)
    expect(spans(described_class.agent_lane(run)))
      .to eq([[0.0, 3.0, 'catalog'], [3.2, 3.3, 'look'], [5.0, 7.1, 'hold'], [8.0, 9.0, 'bootstrap'],
              [9.5, 10.0, 'report']])
  end

  it 'knows what to show each of the module\'s galera types as' do
    types = Dir[File.expand_path('../../lib/puppet/type/galera_*.rb', __dir__)].map do |file|
      File.basename(file, '.rb')
    end
    expect(described_class::ACTS.keys).to match_array(types.map(&:capitalize))
    expect(Lab::Timeline::KINDS.keys).to include(*described_class::ACTS.values)
  end

  it 'says of which run it cannot tell it' do
    run = Lab::AgentRun::Outcome.new(name: 'db1', code: 1, seconds: 1.0, lines: [[0.5, "Error: no certificate\n"]])
    expect { described_class.agent_lane(run) }.to raise_error(Lab::Error, /the run of db1 never says .*Applying/)
  end
end

RSpec.describe Lab::TimelinePicture do
  let(:lane) do
    Lab::Timeline::Lane.new(name: 'db1', spans: [Lab::Timeline::Span.new(from: 0.0, to: 5.0, kind: 'start'),
                                                 Lab::Timeline::Span.new(from: 5.0, kind: 'synced')])
  end
  let(:picture) { REXML::Document.new(described_class.new({ 'by <hand>' => [lane] }, 10.0).svg) }

  def boxes(colour)
    picture.get_elements("//rect[@fill='#{colour}']").map { |box| box.attributes['width'].to_f }
  end

  it 'draws spans as long as they took, those without an end to the end of the axis' do
    (_, started), (_, synced) = %w[start synced].map { |kind| boxes(Lab::Timeline::KINDS[kind].first) }
    expect(started).to eq(synced)
    expect(started).to eq((described_class::WIDTH - described_class::LEFT - described_class::RIGHT) / 2.0)
  end

  it 'explains the kinds that are there, and no others' do
    texts = picture.get_elements('//text').map(&:text)
    expect(texts).to include('Synced', 'by <hand>', '5 s')
    expect(texts).not_to include('bootstraps')
  end
end
