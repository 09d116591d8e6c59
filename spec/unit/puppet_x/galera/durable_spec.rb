# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/durable'

RSpec.describe PuppetX::Galera::Durable do
  let(:directory) { Dir.mktmpdir }
  let(:path) { File.join(directory, 'file') }

  after { FileUtils.remove_entry(directory) }

  it 'syncs the file before it has its name, and the name before it returns' do
    order = []
    allow_any_instance_of(File).to receive(:fsync) { |file|
                                     order << [File.basename(file.path)[0, 4], File.exist?(path)]
                                   }
    described_class.write(path, 'x')
    expect(order).to eq([['file', false], [File.basename(directory)[0, 4], true]])
  end

  it 'leaves the old content and no litter when the new one cannot be written' do
    described_class.write(path, 'old')
    allow_any_instance_of(File).to receive(:fsync).and_raise(Errno::EIO)
    expect { described_class.write(path, 'new') }.to raise_error(Errno::EIO)
    expect([File.read(path), Dir.children(directory)]).to eq(['old', ['file']])
  end

  it 'writes once' do
    expect([described_class.write_once(path, 'a'), described_class.write_once(path, 'b'), File.read(path)])
      .to eq([true, false, 'a'])
  end

  it 'tells whether it was this call that unlinked' do
    described_class.write(path, 'x')
    expect([described_class.unlink(path), described_class.unlink(path)]).to eq([true, false])
  end
end
