# frozen_string_literal: true

require_relative '../support/plan_helper'

RSpec.describe 'galera::to_json' do
  include_context 'with a plan run'

  def modulepath
    [path('modules')]
  end

  before do
    FileUtils.mkdir_p(path('modules/galera'))
    FileUtils.ln_s(File.join(PlanHelper::MODULE_ROOT, 'lib'), path('modules/galera/lib'))
  end

  {
    "{ 'a' => [1, 2.5, true, undef, 'ä'] }" => { 'a' => [1, 2.5, true, nil, 'ä'] },
    "{ 1 => 'x' }" => { '__ptype' => 'Hash', '__pvalue' => [1, 'x'] },
    "{ '__ptype' => 'x' }" => { '__ptype' => 'Hash', '__pvalue' => %w[__ptype x] },
    "Sensitive('s')" => { '__ptype' => 'Sensitive', '__pvalue' => 's' },
    'default' => { '__ptype' => 'Default' },
    "File['/x']" => { '__ptype' => 'Resource', 'type' => 'File', 'title' => '/x', 'parameters' => nil },
    "Timespan('0-00:00:01')" => { '__ptype' => 'Timespan' }
  }.each do |puppet, json|
    it "writes #{puppet} as the engine reads it" do
      manifest = "file { '/out': content => galera::to_json(#{puppet}) }"
      written = JSON.parse(compile(manifest).resource('File[/out]')[:content])
      json.is_a?(Hash) && json.keys == ['__ptype'] ? expect(written).to(include(json)) : expect(written).to(eq(json))
    end
  end

  it 'reads back what it writes' do
    value = { 'a' => [1, nil, { 2 => 'b' }], 's' => Puppet::Pops::Types::PSensitiveType::Sensitive.new('x') }
    read = PuppetX::Plan::RichData.decode(JSON.parse(PuppetX::Plan::RichData.dump(value)))
    expect(read['a']).to eq(value['a'])
    expect(read['s'].unwrap).to eq('x')
  end
end
