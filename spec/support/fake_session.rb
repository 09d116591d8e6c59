# frozen_string_literal: true

require 'json'

# Stands in for PlanEngine::Session, the native engine: answers `wait` with what a spec has scripted and records what it
# was told. No network, no state file.
class FakeSession
  # Opened by the code under test; the newest last.
  @opened = []

  class << self
    attr_reader :opened
    attr_accessor :refuse

    # +script+: answers of `wait`, in order; a hash, or a callable that gets the session. After the last one: settled.
    def prepare(script: [], wants: [], status: {})
      @opened = []
      @refuse = nil
      @script = script
      @wants = wants
      @status = status
    end

    def open(config)
      raise @refuse if @refuse

      session = new(JSON.parse(config), @script.dup, @wants.dup, @status)
      @opened << session
      session
    end
  end

  attr_reader :config, :calls, :status_hash

  def initialize(config, script, wants, status)
    @config = config
    @script = script
    @wants = wants
    @status_hash = { 'settled' => true, 'waiting' => [], 'orchestrated' => true, 'accepted' => true, 'desired' => [],
                     'connection' => { 'state' => 'ok' }, 'dead_letters' => [] }.merge(status)
    @calls = []
  end

  def trace
    '[]'
  end

  def start
    @calls << [:start]
  end

  def leaving
    @calls << [:leaving]
  end

  def wants_event?(message)
    @wants.include?(message)
  end

  def event(message, data, resource)
    @calls << [:event, message, JSON.parse(data), resource]
    @wants.delete(message)
  end

  def catalog_done(json)
    @calls << [:catalog_done, JSON.parse(json)]
  end

  def synced(batch, json)
    @calls << [:synced, batch, JSON.parse(json)]
  end

  def wait(seconds)
    answer = @script.shift || { 'kind' => 'settled' }
    answer = answer.call(self, seconds) if answer.respond_to?(:call)
    JSON.generate(answer)
  end

  def status
    JSON.generate(@status_hash)
  end

  # A process that could take its leave leaves no state.
  def close
    @calls << [:close]
    left = told(:leaving).any? && @status_hash['connection']['state'] == 'ok'
    FileUtils.rm_f(@config['state_file']) if left
  end

  def told(kind)
    @calls.select { |call| call.first == kind }
  end
end
