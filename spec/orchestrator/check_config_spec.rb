# frozen_string_literal: true

require 'open3'
require_relative '../support/daemon'

# `plan-orchestrator --check-config`: all that is wrong, each mistake once.
RSpec.describe 'plan-orchestrator --check-config' do
  plan = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
    }

    plan desk::member {
      public String $cluster
    }
  PLAN

  let(:daemon) { Daemon.new(title: 'desk', plan: 'desk::counter', files: { 'desk/plans/counter.plan' => plan }) }
  let(:config) { File.join(daemon.directory, 'orchestrator.yaml') }

  after { daemon.stop }

  # [exit code, lines], without the directory.
  def check
    said, status = Open3.capture2e(Daemon::PROGRAM, '--check-config', '--config', config)
    [status.exitstatus, said.gsub("#{daemon.directory}/", '').lines(chomp: true)]
  end

  def settings(&block)
    File.write(config, YAML.load_file(config).tap(&block).to_yaml)
  end

  it 'is content with what the daemon runs with' do
    expect(check).to eq([0, ['orchestrator.yaml is well: 1 cluster declared']])
  end

  it 'says each mistake of the configuration, with its line' do
    File.write(config, "listen: [1]\ncertificat: x\nlimits: {connections: none}\n")
    code, lines = check
    expect(code).to eq(2)
    expect(lines.grep(/orchestrator\.yaml:1: listen/).size).to eq(1)
    expect(lines.grep(/orchestrator\.yaml:2: unknown key 'certificat'.*'certificate'/).size).to eq(1)
    expect(lines.grep(/orchestrator\.yaml:3: limits\.connections/).size).to eq(1)
    %w[private_key ca store clusters].each { |key| expect(lines.grep(/the key '#{key}' is missing/).size).to eq(1) }
  end

  it 'goes on to clusters when a certificate is wrong, and names each file once in its mistake' do
    settings { |all| all['certificate'] = 'none.pem' }
    daemon.file('clusters/a.json', '{"resource": 5}')
    daemon.file('clusters/b.yaml', "title: [\n")
    daemon.file('clusters/c.json', JSON.generate(resource: 'C[c]', title: 'c', plan: 'none', bundle: {}))
    code, lines = check
    expect(code).to eq(2)
    expect(lines.grep(/none\.pem/).size).to eq(1)
    %w[a.json b.yaml c.json].each do |name|
      about = lines.grep(/#{name}/)
      expect([name, about.size, about.join.scan(name).size]).to eq([name, 1, 1])
    end
    expect(lines).to eq(lines.uniq)
  end
end
