# frozen_string_literal: true

require 'json'
require 'rbconfig'
require_relative 'native_library'

# A process that has loaded Puppet, and nothing of a node yet: runs of `puppet` are forked from it, which saves half of
# the time that each takes.
class Launcher
  SCRIPT = <<~'RUBY'
    gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
    require 'json'
    require 'puppet'
    require 'puppet/configurer'
    require 'puppet/util/command_line'
    %w[agent apply].each { |name| require "puppet/application/#{name}" }
    require 'puppet/pops'
    require 'puppet/parser'
    require 'facter'
    %w[component exec file filebucket notify schedule service stage whit].each { |name| require "puppet/type/#{name}" }
    3.times { GC.start }

    def run(request)
      $stdin.reopen(File::NULL)
      [$stdout, $stderr].each { |stream| stream.reopen(request['log'], 'a') && stream.sync = true }
      $LOAD_PATH.unshift(request['lib'])
      ARGV.replace(request['arguments'])
      Puppet::Util::CommandLine.new('puppet', ARGV).execute
    end

    def watch(pid, file)
      _, status = Process.wait2(pid)
      File.write("#{file}.new", status.exitstatus.to_s)
      File.rename("#{file}.new", file)
    end

    while (line = $stdin.gets)
      request = JSON.parse(line)
      pid = fork { run(request) }
      Thread.new(pid, request['ended']) { |child, file| watch(child, file) }
      $stdout.puts(pid)
      $stdout.flush
    end
  RUBY

  def initialize
    @lock = Mutex.new
    @pipe = IO.popen([NativeLibrary.environment, RbConfig.ruby, '-e', SCRIPT], 'r+')
  end

  # Returns the pid. The output goes to the file +log+, the exit code to the file +ended+; +lib+ is where the module is.
  def start(arguments, lib:, log:, ended:)
    @lock.synchronize do
      @pipe.puts(JSON.generate('arguments' => arguments, 'lib' => lib, 'log' => log, 'ended' => ended))
      Integer(@pipe.gets)
    end
  end

  def close
    @pipe.close
  end
end
