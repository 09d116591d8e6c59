# frozen_string_literal: true

require_relative '../support/plan_helper'
require_relative '../support/launcher'
require_relative '../support/situation'

# situations.yaml, row by row: whole processes of the Puppet that is installed, with the real engine.
RSpec.describe 'the situations of a run' do
  include_context 'with Puppet'
  include PlanHelper

  before(:context) do
    skip 'plan_engine.so is not built for this Ruby (cmake --build build/dev --target plan_engine_ruby)' unless
      NativeLibrary.path

    @work = Dir.mktmpdir('situations')
    plugins = { true => path('with'), false => path('without') }
    plugins.each { |native, directory| Node.write_plugins(directory, native: native) }
    wanted = self.class.filtered_examples.map { |example| example.metadata[:row] }
    @launcher = Launcher.new
    Puppet::Test::TestHelper.before_each_test
    @rows = Situations::Rows.new(wanted.each_with_index.map { |row, number| prepare(row, number, plugins) })
    Puppet::Test::TestHelper.after_each_test
  end

  def prepare(row, number, plugins)
    directory = path(number.to_s).tap { |name| FileUtils.mkdir_p(name) }
    node = Node.new(directory, plugins.fetch(row.fetch('library', true)), @launcher)
    [row['title'], Situations::Situation.new(row, node).prepare(method(:compile_data))]
  end

  after(:context) do
    @rows&.finish
    @launcher&.close
    FileUtils.remove_entry(@work) if @work
  end

  Situations::TABLE['situations'].each do |row|
    it row['title'], row: row do
      differences = @rows.differences(row['title'])
      text = differences.map do |run, name, wanted, had, output|
        "#{run}: #{name}\n  expected #{wanted.inspect}\n  seen     #{had.inspect}\n#{output.gsub(/^/, '    ')}"
      end
      expect(differences).to be_empty, text.join("\n")
    end
  end
end
