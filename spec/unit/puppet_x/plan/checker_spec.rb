# frozen_string_literal: true

require_relative '../../../support/plan_helper'
require 'puppet_x/plan/checker'

# planctl is a script here that does what the spec wants.
RSpec.describe PuppetX::Plan::Checker do
  include_context 'with Puppet'

  around do |example|
    Dir.mktmpdir('checker') do |directory|
      @folder = directory
      example.run
    end
  end

  let(:bundle) do
    { 'plan' => 'a::one', 'digest' => 'd1', 'files' => [{ 'path' => 'a/plans/one.plan', 'text' => 'plan' }] }
  end
  let(:warnings) { [] }

  before do
    described_class.forget
    allow(Puppet).to receive(:warning) { |text| warnings << text }
    allow(Puppet::Util).to receive(:which).and_call_original
    allow(Puppet::Util).to receive(:which).with('planctl').and_return(nil)
  end

  def planctl(script)
    file = File.join(@folder, 'planctl')
    File.write(file, "#!/bin/sh\n#{script}\n")
    File.chmod(0o755, file)
  end

  def check
    described_class.check(bundle, @folder)
  end

  it 'gives the bundle to planctl and is content with 0' do
    planctl(%(echo "$*" > #{@folder}/arguments; cat > #{@folder}/input))
    check
    expect(File.read(File.join(@folder, 'arguments'))).to eq("check --bundle -\n")
    expect(JSON.parse(File.read(File.join(@folder, 'input')))).to eq(bundle)
    expect(warnings).to be_empty
  end

  it 'passes warnings on' do
    planctl('echo "one.plan:1:2: never emptied"')
    check
    expect(warnings).to eq(["the plan a::one:\none.plan:1:2: never emptied"])
  end

  it 'raises the text of planctl for a plan with errors, asked once' do
    planctl(%(echo x >> #{@folder}/asked; echo 'a/plans/one.plan:3:7: „}" expected' >&2; echo '      ^' >&2; exit 1))
    text = %(the plan a::one has errors:\na/plans/one.plan:3:7: „}" expected\n      ^)
    2.times { expect { check }.to raise_error(described_class::Refused, text) }
    expect(File.read(File.join(@folder, 'asked'))).to eq("x\n")
  end

  it 'only warns when planctl cannot do its work' do
    planctl('echo broken; exit 127')
    expect { check }.not_to raise_error
    expect(warnings).to eq(['the plan a::one could not be checked, planctl ended with 127: broken'])
  end

  it 'looks in the PATH when the module has none, and is content with nothing' do
    expect { check }.not_to raise_error
    expect(Puppet::Util).to have_received(:which).with('planctl')
  end
end
