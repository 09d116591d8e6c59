# frozen_string_literal: true

require_relative 'command'

module PuppetX
  module Galera
    # One systemd service, as systemd shows it and as little as possible: no state is kept between calls.
    class Unit
      PROPERTIES = %w[ActiveState SubState Result MainPID Job NRestarts LoadState ConditionResult InvocationID].freeze
      COMMAND_TIMEOUT = 30
      POLL = 0.05
      # A start that has not come to its end does not answer SIGTERM while it waits for a primary component. InnoDB
      # recovers from a kill as from a power cut.
      STARTING_GRACE = 0.2

      # A look at the unit. +job+: systemd has something queued for it (a start that is under way, for instance).
      Look = Struct.new(:load_state, :active_state, :sub_state, :result, :main_pid, :job, :restarts, :invocation,
                        keyword_init: true) do
        def running?
          main_pid.positive? && File.exist?("/proc/#{main_pid}")
        end

        # It starts, or will start again by itself, though nothing may run at this moment.
        def starting?
          !running? && (job || active_state == 'activating')
        end

        # The last start has ended without a running service.
        def failed?
          return false if running?

          active_state == 'failed' || sub_state == 'auto-restart' || (active_state == 'inactive' && !job)
        end
      end

      attr_reader :name

      def initialize(name)
        @name = name.end_with?('.service') ? name : "#{name}.service"
      end

      def look
        result = systemctl('show', "--property=#{PROPERTIES.join(',')}", name)
        values = result.out.lines.to_h { |line| line.chomp.split('=', 2) }
        Look.new(load_state: values['LoadState'], active_state: values['ActiveState'] || 'unknown',
                 sub_state: values['SubState'], result: values['Result'], main_pid: values['MainPID'].to_i,
                 job: values['Job'].to_i.positive?, restarts: values['NRestarts'].to_i,
                 invocation: values['InvocationID'])
      end

      # Was the main process called with --wsrep-new-cluster? True as well of a script that has yet to call mariadbd.
      def makes_new_cluster?(look)
        program, *arguments = File.binread("/proc/#{look.main_pid}/cmdline").split("\0")
        return true unless %w[mariadbd mysqld].include?(File.basename(program.to_s))

        arguments.include?('--wsrep-new-cluster')
      rescue Errno::ENOENT, Errno::ESRCH
        false
      end

      # Queues the start and returns. A former failure is forgotten first: it would count against the start limit.
      def start
        systemctl('reset-failed', name) if look.active_state == 'failed'
        result = systemctl('start', '--no-block', name)
        raise Puppet::Error, "systemctl start #{name}: #{result.complaint}" unless result.ok?
      end

      # Returns when no main process is left. A service that is still starting is killed after a short grace, because
      # a start that waits for a quorum ignores the request to stop; one that runs gets +patience+ seconds to end well.
      def stop(patience:)
        look_before = look
        systemctl('stop', '--no-block', name)
        grace = look_before.active_state == 'activating' ? STARTING_GRACE : patience
        return if wait_until_stopped(grace)

        systemctl('kill', '--signal=KILL', name)
        return if wait_until_stopped(COMMAND_TIMEOUT)

        raise Puppet::Error, "#{name} does not stop, not even by SIGKILL; look at `systemctl status #{name}`"
      end

      # The newest lines the service itself wrote, oldest first; of its last start where systemd knows it.
      def journal(lines, invocation = nil)
        which = invocation.to_s.empty? ? ["--unit=#{name}"] : ["_SYSTEMD_INVOCATION_ID=#{invocation}"]
        result = Command.run('journalctl', '--quiet', '--no-pager', '--output=cat', "--lines=#{lines}", *which,
                             timeout: COMMAND_TIMEOUT)
        result.ok? ? result.out.lines.map(&:chomp) : []
      end

      private

      def wait_until_stopped(seconds)
        deadline = Command.monotonic + seconds
        loop do
          now = look
          return true unless now.running? || now.job
          return false if Command.monotonic >= deadline

          Kernel.sleep(POLL)
        end
      end

      def systemctl(*arguments)
        Command.run('systemctl', *arguments, timeout: COMMAND_TIMEOUT)
      end
    end
  end
end
