# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/command'

RSpec.describe PuppetX::Galera::Command do
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
    result = described_class.run('sh', '-c', 'sleep 60 & echo $!; wait', timeout: 0.2)
    expect(result.timed_out).to be true
    expect(result.ok?).to be false
    expect(File.exist?("/proc/#{result.out.to_i}/exe")).to be false
  end

  it 'takes a missing program for a result' do
    expect(described_class.run('/nonexistent/program').status).to eq(127)
  end
end
