# frozen_string_literal: true

require 'open3'
require 'rbconfig'

# The native library as it was built, for the specs that run the real engine. PLAN_ENGINE names another one.
module NativeLibrary
  ROOT = File.expand_path('../..', __dir__)

  module_function

  def path
    config = RbConfig::CONFIG
    flavour = "#{config['ruby_version']}-#{config['target_cpu']}-gnu"
    [ENV.fetch('PLAN_ENGINE', nil), "#{ROOT}/lib/puppet_x/galera/native/#{flavour}/plan_engine.so",
     "#{ROOT}/build/release/lib/plan_engine.so", "#{ROOT}/build/dev/lib/plan_engine.so"]
      .compact.find { |file| File.file?(file) }
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
