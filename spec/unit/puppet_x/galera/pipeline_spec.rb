# frozen_string_literal: true

require 'spec_helper'
require 'puppet'
require 'puppet_x/galera/pipeline'
require_relative '../../../support/ended'

RSpec.describe PuppetX::Galera::Pipeline do
  include Ended

  let(:directory) { Dir.mktmpdir }
  let(:input) { File.join(directory, 'in').tap { |path| File.write(path, "b\na\n") } }
  let(:output) { File.join(directory, 'out') }

  after { FileUtils.remove_entry(directory) }

  def run(*commands, timeout: 10)
    described_class.new(commands, input: input).run(timeout: timeout)
  end

  it 'feeds one command with the output of the other' do
    run(%w[sort], ['sh', '-c', 'cat > "$1"', '-', output])
    expect(File.read(output)).to eq("a\nb\n")
  end

  it 'gives the words of the command that failed, not of the one that lost its reader' do
    expect { run(%w[yes], ['sh', '-c', 'echo no space left >&2; exit 1']) }
      .to raise_error(Puppet::Error, 'sh: no space left')
  end

  it 'fails when the first command fails though the last is content' do
    expect { run(['sh', '-c', 'echo broken archive >&2; exit 1'], %w[cat]) }
      .to raise_error(Puppet::Error, 'sh: broken archive')
  end

  it 'ends in time and leaves nothing running' do
    expect { run(['sh', '-c', "echo $$ > #{output}; exec sleep 3600"], timeout: 2) }
      .to raise_error(Puppet::Error, /did not end within/)
    expect(ended?(Integer(File.read(output)))).to be true
  end

  it 'names a program that is missing' do
    expect { run(%w[cat], %w[/nonexistent/program]) }.to raise_error(Puppet::Error, %r{/nonexistent/program})
  end
end
