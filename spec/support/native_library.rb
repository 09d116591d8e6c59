# frozen_string_literal: true

require 'open3'
require 'puppet'
require 'puppet_x/plan/native'

# The native library for this Ruby as it was built, for the specs that run the real engine. PLAN_ENGINES names another
# directory of flavours.
module NativeLibrary
  ROOT = File.expand_path('../..', __dir__)

  module_function

  def path
    [ENV.fetch('PLAN_ENGINES', nil), "#{ROOT}/lib/puppet_x/galera/native", "#{ROOT}/build/release/lib",
     "#{ROOT}/build/dev/lib"]
      .compact.map { |directory| File.join(directory, PuppetX::Plan::Native.flavour, PuppetX::Plan::Native::FILE) }
      .find { |file| File.file?(file) }
  end

  # A library with sanitizers needs their runtime in the process before everything else.
  def environment
    needed, = Open3.capture2('objdump', '-p', path)
    runtimes = needed.scan(/NEEDED\s+(lib(?:asan|ubsan)\S*)/).flatten
    return {} if runtimes.empty?

    files = runtimes.map { |name| Open3.capture2('g++', "-print-file-name=#{name}").first.chomp }
    { 'LD_PRELOAD' => files.join(' '), 'ASAN_OPTIONS' => 'detect_leaks=0' }
  end
end
