# frozen_string_literal: true

# Runs `puppet` with a FakeSession for an engine: `ruby puppet_with_fake_engine.rb apply …`. FAKE_SCRIPT is JSON: the
# answers of `wait`; "hang" waits as the native engine does, until the time is over or a signal comes.
gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
$LOAD_PATH.unshift(File.expand_path('../../lib', __dir__))
require 'puppet'
require 'puppet/util/command_line'
require_relative 'fake_session'

class HangingSession < FakeSession
  def wait(seconds)
    answer = super
    return answer unless JSON.parse(answer) == 'hang'

    @script.unshift('hang')
    File.write(ENV.fetch('FAKE_WAITING'), '')
    sleep(seconds)
    JSON.generate('kind' => 'timeout')
  end

  def close
    super
    File.write(ENV.fetch('FAKE_CLOSED'), JSON.generate(@calls.map(&:first)))
  end
end

module PlanEngine
  Session = HangingSession
end

HangingSession.prepare(script: JSON.parse(ENV.fetch('FAKE_SCRIPT', '[]')))
Puppet::Util::CommandLine.new('puppet', ARGV).execute
