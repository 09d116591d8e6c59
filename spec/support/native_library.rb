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
    all.find { |file| File.basename(File.dirname(file)) == PuppetX::Plan::Native.flavour }
  end

  # For another Ruby.
  def foreign
    all.find { |file| !File.basename(File.dirname(file)).start_with?(RbConfig::CONFIG['ruby_version']) }
  end

  # A library with sanitizers needs their runtime in the process before everything else.
  def environment
    runtimes = PuppetX::Plan::SharedObject.new(path).needed.grep(/\Alib(asan|ubsan|tsan)/)
    return {} if runtimes.empty?

    files = runtimes.map { |name| Open3.capture2('g++', "-print-file-name=#{name}").first.chomp }
    { 'LD_PRELOAD' => files.join(' '), 'ASAN_OPTIONS' => ENV.fetch('ASAN_OPTIONS', 'detect_leaks=0') }
  end

  def thread_sanitizer?
    environment['LD_PRELOAD'].to_s.include?('tsan')
  end

  def all
    [ENV.fetch('PLAN_ENGINES', nil), "#{ROOT}/lib/puppet_x/galera/native", "#{ROOT}/build/release/lib",
     "#{ROOT}/build/dev/lib"].compact.flat_map { |directory| Dir.glob("#{directory}/*/#{PuppetX::Plan::Native::FILE}") }
  end
end
