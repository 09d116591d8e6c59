# frozen_string_literal: true

require_relative '../support/plan_helper'
require_relative '../support/native_library'
require 'open3'

# With the library as it is shipped and the Ruby at hand; `ctest` runs the same with sanitizers and the builder's Ruby.
RSpec.describe 'the native library' do
  it 'passes the tests of its binding' do
    library = NativeLibrary.path or skip('plan_engine.so is not built for this Ruby')
    test = File.join(PlanHelper::MODULE_ROOT, 'native/tests/agent/binding_test.rb')
    output, status = Open3.capture2e(NativeLibrary.environment, RbConfig.ruby, test, library)
    expect(status).to be_success, output
    expect(output).to match(/^[1-9]\d* runs, .* 0 skips$/)
  end
end
