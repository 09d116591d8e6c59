# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/command'
require_relative '../../../support/ended'

RSpec.describe PuppetX::Galera::Command do
  include Ended

  it 'gives status and both streams' do
    result = described_class.run('sh', '-c', 'echo out; echo err >&2; exit 3')
    expect(result.to_h).to eq(status: 3, out: "out\n", err: "err\n", timed_out: false)
    expect(result.complaint).to eq('err')
  end

  it 'takes more output than a pipe holds, on both streams' do
    result = described_class.run('sh', '-c', 'yes | head -c 300000; yes | head -c 300000 >&2')
    expect([result.out.size, result.err.size]).to eq([300_000, 300_000])
  end

  it 'kills what outlasts its time, and what that started' do
    result = described_class.run('sh', '-c', 'sleep 3600 & echo $!; wait', timeout: 2)
    expect([result.timed_out, result.ok?]).to eq([true, false])
    expect(ended?(Integer(result.out))).to be true
  end

  it 'takes a missing program for a result' do
    expect(described_class.run('/nonexistent/program').status).to eq(127)
  end
end
