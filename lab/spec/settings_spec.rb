# frozen_string_literal: true

require_relative 'spec_helper'

RSpec.describe Lab::Settings do
  it 'numbers the members from .11 and keeps .2 for the server' do
    addresses = %w[puppet db1 db9].map { |name| described_class.address(name) }
    expect(addresses).to eq(%w[10.99.0.2 10.99.0.11 10.99.0.19])
  end

  it 'has no address for a machine it does not know' do
    expect { described_class.address('web1') }.to raise_error(Lab::Error, /no machine of this lab is called 'web1'/)
  end

  it 'names every member there may be in the hosts file, the full name first' do
    lines = described_class.hosts_file.lines.map(&:chomp)
    expect(lines).to include('10.99.0.2 puppet.lab.test puppet', '10.99.0.19 db9.lab.test db9')
    expect(lines.length).to eq(2 + described_class::MAX_MEMBERS)
  end

  it 'gives two labs two prefixes' do
    here = described_class.prefix
    library = File.expand_path('../lib', __dir__)
    other = IO.popen([{ 'GALERA_LAB' => '/tmp/another' }, 'ruby', '-I', library, '-rlab',
                      '-e', 'print Lab::Settings.prefix'], &:read)
    expect(other).to match(/\Agalera-\h{6}\z/)
    expect(other).not_to eq(here)
  end
end
