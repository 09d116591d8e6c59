# frozen_string_literal: true

require 'open3'
require_relative '../spec_helper'

# What systemd itself says of the units that the class writes.
RSpec.describe 'galera::orchestrator', type: :class do
  let(:node) { 'puppet.example.com' }

  around do |example|
    Dir.mktmpdir('units') do |directory|
      @directory = directory
      example.run
    end
  end

  def unit(name)
    content = catalogue.resource('file', "/etc/systemd/system/#{name}")[:content]
    File.join(@directory, name).tap { |file| File.write(file, content) }
  end

  it 'is exposed by at most 1.5' do
    said, status = Open3.capture2e('systemd-analyze', 'security', '--offline=true', '--threshold=15',
                                   unit('plan-orchestrator.service'))
    expect(status).to be_success, said
    expect(said[/Overall exposure level .*: ([\d.]+)/, 1].to_f).to be <= 1.5
  end

  it 'has units without a mistake' do
    files = %w[plan-orchestrator.service plan-orchestrator.socket].map { |name| unit(name) }
    path = { 'SYSTEMD_UNIT_PATH' => "#{@directory}:" }
    said, = Open3.capture2e(path, 'systemd-analyze', 'verify', '--man=no', *files)
    expect(said.lines.grep(/plan-orchestrator\.(service|socket)/).grep_v(/is not executable/)).to be_empty, said
  end
end
