# frozen_string_literal: true

require_relative '../../../support/plan_helper'
require 'puppet_x/plan/bundler'

RSpec.describe PuppetX::Plan::Bundler do
  include_context 'with Puppet'

  around do |example|
    Dir.mktmpdir('bundler') do |directory|
      @root = directory
      example.run
    end
  end

  before { described_class.forget }

  def write(path, text)
    file = File.join(@root, path)
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, text)
    file
  end

  def bundle(plan)
    modules = Dir.children(@root).sort.to_h { |name| [name, File.join(@root, name)] }
    described_class.bundle(plan, modules)
  end

  def paths(plan)
    bundle(plan)['files'].map { |file| file['path'] }
  end

  it 'has the plan and every plan and alias that a name leads to, sorted' do
    write('a/plans/one.plan', 'plan a::one inherits b::two { input B::Deep::Map map }')
    write('b/plans/two.plan', "plan b::two { action x { $m <- c::queue\n become(A::Three) } }")
    write('a/plans/three.plan', 'plan a::three { }')
    write('b/types/deep/map.pp', 'type B::Deep::Map = Hash[Integer, B::Ip]')
    write('b/types/ip.pp', 'type B::Ip = String')
    write('b/types/unused.pp', 'type B::Unused = String')
    expect(paths('a::one'))
      .to eq(%w[a/plans/one.plan a/plans/three.plan b/plans/two.plan b/types/deep/map.pp b/types/ip.pp])
  end

  it 'follows the name of a queue to its plan, and a module to its init' do
    write('a/plans/one.plan', 'plan a::one { action x { $x <- b::two::queue } }')
    write('b/plans/two.plan', 'plan b::two inherits b { }')
    write('b/plans/init.plan', 'plan b { }')
    expect(paths('::a::one')).to eq(%w[a/plans/one.plan b/plans/init.plan b/plans/two.plan])
  end

  it 'takes no variable for a name, and nothing from a comment line' do
    write('a/plans/one.plan', "plan a::one { $x = $a::two\n  # unlike a::two\n}")
    write('a/plans/two.plan', 'plan a::two { }')
    expect(paths('a::one')).to eq(['a/plans/one.plan'])
  end

  it 'says what it is, with a digest of the texts' do
    file = write('a/plans/one.plan', 'plan a::one { }')
    first = bundle('a::one')
    expect(first).to include('format' => 1, 'plan' => 'a::one', 'digest' => match(/\A\h{64}\z/))
    File.write(file, 'plan a::one { queue Any q }')
    expect(bundle('a::one')['digest']).not_to eq(first['digest'])
  end

  it 'reads nothing again while nothing has changed' do
    write('a/plans/one.plan', 'plan a::one { }')
    first = bundle('a::one')
    expect(bundle('a::one')).to equal(first)
  end

  it 'sees a file that a name did not lead to before' do
    write('a/plans/one.plan', 'plan a::one { queue A::Ip q }')
    FileUtils.mkdir_p(File.join(@root, 'a/types'))
    expect(paths('a::one')).to eq(['a/plans/one.plan'])
    write('a/types/ip.pp', 'type A::Ip = String')
    expect(paths('a::one')).to eq(['a/plans/one.plan', 'a/types/ip.pp'])
  end

  it 'says which plans there are when one is unknown' do
    write('a/plans/one.plan', 'plan a::one { }')
    write('a/plans/init.plan', 'plan a { }')
    expect { bundle('a::two') }
      .to raise_error(Puppet::Error, %r{a/plans/two.plan does not exist; the plans of a are a, a::one})
    expect { bundle('b::two') }.to raise_error(Puppet::Error, /no module b is in this environment/)
  end

  it 'refuses what is not text' do
    write('a/plans/one.plan', "plan a::one { } # \xff")
    expect { bundle('a::one') }.to raise_error(Puppet::Error, /is not UTF-8 text/)
  end
end
