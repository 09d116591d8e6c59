# frozen_string_literal: true

require_relative 'spec_helper'

RSpec.describe Lab::CommandLine do
  def code_of(*argv)
    described_class.main(argv)
  end

  it 'explains itself when asked or called without a command' do
    expect { code_of }.to output(/up \[--members N\].*down/m).to_stdout
    expect { code_of('help', 'run') }.to output(/puppet agent -t.*exit codes/m).to_stdout
  end

  it 'has a method for each command it offers' do
    methods = described_class::COMMANDS.keys.map { |name| :"command_#{name}" }
    expect(described_class.private_instance_methods).to include(*methods)
  end

  {
    %w[dance] => /no command 'dance'/,
    %w[up --members 10] => /--members must be from 1 to 9/,
    %w[up --members many] => /invalid argument: --members many/,
    %w[up --platform plan9] => /no platform 'plan9'; there are: debian12, debian13, openvox/,
    %w[status --xml] => /invalid option: --xml/,
    %w[run] => /run which machine\?/,
    %w[module] => /module which\?/,
    %w[down everything] => /not understood: everything/
  }.each do |argv, complaint|
    it "exits with 2 and says what is wrong with: #{argv.join(' ')}" do
      code = nil
      expect { code = code_of(*argv) }.to output(complaint).to_stderr
      expect(code).to eq(2)
    end
  end

  it 'exits with 1 for a machine that is not there' do
    code = nil
    expect { code = code_of('cut', 'db7') }.to output(/no machine 'db7' in this lab; there are: none/).to_stderr
    expect(code).to eq(1)
  end
end
