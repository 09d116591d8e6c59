# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/reach'

RSpec.describe PuppetX::Galera::Reach do
  let(:server) { TCPServer.new('127.0.0.1', 0) }
  let(:port) { server.local_address.ip_port }

  after { server.close unless server.closed? }

  it 'is true when one of them accepts a connection' do
    expect(described_class.any?(%w[127.0.0.2 127.0.0.1], port)).to be true
  end

  it 'knows whether there is a connection to or from a port now' do
    expect(described_class.connected?(port)).to be false
    client = TCPSocket.new('127.0.0.1', port)
    there = server.accept
    expect(described_class.connected?(port)).to be true
    [client, there].each(&:close)
    expect(described_class.connected?(port, ['/no/such/table'])).to be false
  end

  it 'is false when none does, or none has such a name' do
    closed = port
    server.close
    expect(described_class.any?(%w[127.0.0.1 no.such.host.invalid], closed)).to be false
    expect(described_class.any?([], closed)).to be false
  end
end
