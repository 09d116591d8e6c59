# frozen_string_literal: true

require 'json'
require_relative 'spec_helper'

RSpec.describe Lab::Release do
  around { |example| Dir.mktmpdir { |dir| Dir.chdir(dir) { example.run } } }

  def archive(metadata, top: 'planworks-galera-0.1.0')
    Dir.mkdir(top)
    File.write("#{top}/metadata.json", JSON.generate(metadata)) if metadata
    system('tar', '-czf', 'module.tar.gz', top, exception: true)
    'module.tar.gz'
  end

  it 'reads author, name and version from the metadata in the archive' do
    release = described_class.new(archive({ name: 'planworks-galera', version: '1.2.3' }))
    expect([release.author, release.module_name, release.version]).to eq(%w[planworks galera 1.2.3])
    expect(release.file_name).to eq('planworks-galera-1.2.3.tar.gz')
  end

  it 'refuses an archive that is no module release' do
    expect { described_class.new(archive(nil)).metadata }.to raise_error(Lab::Error, /is not a module release/)
  end

  it 'says which file is not there' do
    expect { described_class.new('nowhere.tar.gz') }.to raise_error(Lab::Error, /no file nowhere.tar.gz/)
  end
end
