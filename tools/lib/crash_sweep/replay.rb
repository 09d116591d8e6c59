# frozen_string_literal: true

require 'fileutils'

module CrashSweep
  # One formation from a new store on, with at most one fault, and what became of it.
  class Replay
    FULL_PAUSE = 0.05 # until a full store is tried again; the daemon itself looks each second

    def initialize(program, recording, directory, certificates, point)
      @recording = recording
      @directory = directory
      @certificates = certificates
      @point = point
      @declaration = recording.fetch('declaration')
      @daemon = Daemon.new(program, directory, certificates, @declaration)
      @members = recording.fetch('exchanges').to_h do |exchange|
        [exchange['certname'], Member.new(exchange, @declaration['title'], certificates)]
      end
    end

    # What the cluster and its members came to. Raises a Violation.
    def call
      restart unless @daemon.start(@point)
      @recording.fetch('exchanges').each { |exchange| say(exchange) }
      @members.each_value { |member| nil while tell(member) == :received }
      stop
      @counts = @daemon.counts if @point == :count
      restart
      @members.each_value { |member| nil while tell(member) == :received } # a mere acknowledgement may have been lost
      outcome
    ensure
      @members.each_value(&:disconnect)
      @daemon.stop('KILL') unless @daemon.ended?
    end

    attr_reader :counts

    private

    def say(exchange)
      member = @members.fetch(exchange['certname'])
      member.say(exchange['messages'])
      tell(member) until member.done?
    end

    def tell(member)
      loop do
        found = member.exchange(@daemon.port)
        check_answer(member, found)
        case found
        when :full then sleep FULL_PAUSE
        when :broken then restart_broken
        else return found
        end
      end
    end

    # No fault goes unnoticed: after it nothing is acknowledged (S21), or it was a lack of room, and the first that met
    # it was told.
    def check_answer(member, found)
      return if @noticed || !fault? || !@daemon.injected?

      @noticed = true
      return if found == (room_missing? ? :full : :broken) || @daemon.repeated_by_sqlite?

      raise Violation, "S21: #{member.certname} was answered after the fault (#{found})"
    end

    def fault?
      @point.is_a?(Point)
    end

    # Told by fsync, it is an error of the disk.
    def room_missing?
      @point.fault == 'ENOSPC' && %w[openat write pwrite64].include?(@point.call)
    end

    def restart_broken
      status = @daemon.await_end
      expected = @point.fault == 'KILL' ? status.termsig == 9 : status.exitstatus == 1
      raise Violation, "the daemon ended with #{status}" unless expected

      restart
      check_acknowledged
    end

    def restart
      @noticed = true
      @members.each_value(&:disconnect)
      raise Violation, 'the daemon does not start again' unless @daemon.start
    end

    def stop
      @daemon.stop('TERM')
      return if @daemon.status.success?

      expected = fault? && (@point.fault == 'KILL' ? @daemon.status.termsig == 9 : @daemon.injected?)
      raise Violation, "a stop ended with #{@daemon.status}" unless expected
    end

    # S13: what was acknowledged is there.
    def check_acknowledged
      known = cluster['members'].to_h { |one| [one['certname'], one] }
      @members.each_value do |member|
        row = known.fetch(member.certname, { 'received' => 0, 'sent' => 0 })
        next if row['received'] >= member.acknowledged && row['sent'] >= member.received.size

        raise Violation, "S13: of #{member.certname} #{row} is left, #{member.acknowledged} were acknowledged, " \
                         "#{member.received.size} delivered"
      end
    end

    def outcome
      found = cluster
      members = found['members'].map { |one| one.slice('certname', 'received', 'sent', 'dropped', 'undelivered') }
      { state: timeless(found['state']), ended: found['ended'], waiting: timeless(found['waiting']), members: members,
        dead_letters: found['dead_letters'], received: @members.transform_values(&:received) }
    end

    def cluster
      http = Connection.open(@daemon.port, @certificates, Daemon::NAME)
      JSON.parse(http.get("/plan/v1/clusters/#{@declaration['title']}").body)
    ensure
      http&.finish
    end

    # Without moments, which differ from run to run.
    def timeless(json)
      case json
      when Hash then json.reject { |key, _| key.end_with?('_ms') }.transform_values { |item| timeless(item) }
      when Array then json.map { |item| timeless(item) }
      else json
      end
    end
  end
end
