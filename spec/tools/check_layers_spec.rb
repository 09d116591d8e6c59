# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'tmpdir'

# The check of the layers' order, on a tree of two layers.
RSpec.describe 'tools/check-layers' do
  let(:root) { Dir.mktmpdir }

  after { FileUtils.rm_rf(root) }

  def file(path, text)
    FileUtils.mkdir_p(File.dirname("#{root}/#{path}"))
    File.write("#{root}/#{path}", text)
  end

  def check
    output, status = Open3.capture2e(File.expand_path('../../tools/check-layers', __dir__), root)
    [output.lines(chomp: true), status.success?]
  end

  before do
    file 'CMakeLists.txt', "foreach(layer base values tests)\nendforeach()\n"
    file 'base/CMakeLists.txt', "plan_layer(base SOURCES base.cc)\n"
    file 'base/base.cc', "#include \"base/base.h\"\n"
    file 'values/CMakeLists.txt', "plan_layer(values\n  SOURCES value.cc\n  DEPENDS base)\n"
    file 'values/value.cc', "#include \"base/base.h\"\n#include <vector>\n"
  end

  it 'finds nothing wrong in a tree that keeps the order' do
    expect(check).to eq [['layers: 2 files of 2 layers, 0 offences'], true]
  end

  it 'finds a layer that depends on one below it' do
    file 'base/CMakeLists.txt', "plan_layer(base SOURCES base.cc DEPENDS values)\n"
    expect(check).to eq [["native/base/CMakeLists.txt: 'base' depends on 'values', but values is not above base",
                          'layers: 2 files of 2 layers, 1 offences'], false]
  end

  it 'finds an include from a layer that is not linked with' do
    file 'base/base.cc', "\n#include \"values/value.h\"\n"
    expect(check.first.first)
      .to eq 'native/base/base.cc:2: includes from values, which base does not link with'
  end

  it 'finds what a layer may not use' do
    file 'values/value.cc', "#include <thread>\n"
    expect(check).to eq [['native/values/value.cc:1: not here: #include <thread>',
                          'layers: 2 files of 2 layers, 1 offences'], false]
  end
end
