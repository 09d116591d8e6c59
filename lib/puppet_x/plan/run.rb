# frozen_string_literal: true

require 'fileutils'
require 'json'
require_relative 'kept'
require_relative 'native'
require_relative 'rich_data'
require_relative 'takeover'
require_relative 'traversal'

module PuppetX
  module Plan
    # One plan process during one Puppet run: its session with the native engine, and what the run must know of it.
    # Hangs on its `plan_process` resource. A run that cannot begin (no library, a refused parameter) is still a Run:
    # it has a +failure+, posts nothing and never raises, so that the rest of the catalog is applied.
    class Run
      PORT = 8146

      # What is wrong, when no session could be opened.
      attr_reader :failure, :host, :session, :takeover

      # What the plan keeps in place (Kept).
      attr_reader :kept

      def self.state_file(reference)
        safe = reference.gsub(/[^A-Za-z0-9_.-]/) { |character| format('%%%02X', character.ord) }
        File.join(Puppet[:statedir], 'galera', "#{safe}.json")
      end

      # +session_class+: what opens sessions; the native one unless a test says otherwise.
      def initialize(host, session_class: nil)
        @host = host
        @session_class = session_class
        @parent = Process.ppid
        @takeover = Takeover.new(identities: host[:takes_over] || [], acts_by: host[:acts_by] || [],
                                 parameters: host[:parameters] || {}, marker: state_file.sub(/\.json\z/, '.taken'))
      end

      # The traversal that applies the catalog, once it has begun.
      def traversal
        @watch.traversal
      end

      # Opens the session and starts it. In a noop run it is only to be asked: it neither connects nor writes.
      def start
        @watch = Traversal::Watch.new(host.catalog)
        open_session
        leave_alone
        return self unless open?

        session.start
        session.leaving if leaving? && !noop?
        self
      rescue StandardError => e
        give_up(e)
        self
      end

      # For a run that leaves the host out.
      def hold
        leave_alone
      rescue StandardError => e
        host.err("The plan #{host[:plan]} has taken something over; that could not be written down: #{e.message}")
      end

      def open?
        !@session.nil?
      end

      def noop?
        host.noop?
      end

      # The daemon that forked this run is gone.
      def orphaned?
        Puppet.run_mode.agent? && !Puppet[:onetime] && Process.ppid != @parent
      end

      def leaving?
        host[:ensure] == :absent
      end

      def reference
        host.reference
      end

      def orchestrator
        host[:orchestrator] || "https://#{Puppet[:server]}:#{PORT}"
      end

      def state_file
        self.class.state_file(reference)
      end

      def wants_event?(message)
        open? && session.wants_event?(message)
      end

      # Nothing is sent in a noop run, nor when there is no session.
      def post(message, data, resource)
        return unless open? && !noop?

        session.event(message, RichData.dump(data), resource)
        tell_trace
      end

      # What the engine did since the last time, for `--debug`: ids, numbers and names, no values.
      def tell_trace
        return unless open? && traced?

        JSON.parse(session.trace).each { |line| Puppet.debug("#{host.ref}: #{line}") }
      end

      def status
        open? ? JSON.parse(session.status) : {}
      end

      # Ends the run of the process: state is on disk, the connection closed. Harmless when called again.
      def close
        session&.close
        tell_trace
      ensure
        @session = nil
      end

      # The process was released: the catalog's word counts again.
      def forget
        @takeover.forget
      end

      private

      # Whatever goes wrong: what the plan has taken over must not be stopped by the catalog, nor purged what it keeps.
      def leave_alone
        wanted = desired
        take_over(wanted)
        keep(wanted)
      end

      def desired
        open? ? status['desired'] || [] : Kept.desired_in(state_file)
      rescue StandardError => e
        give_up(e)
        Kept.desired_in(state_file)
      end

      def take_over(desired)
        @takeover.begin(desired, persist: !noop?) unless leaving?
      ensure
        @takeover.attach(host.catalog, self)
      end

      def keep(desired)
        @kept = Kept.new(desired, @takeover)
        @kept.protect(host.catalog) unless leaving?
      end

      def open_session
        Native.load unless @session_class
        FileUtils.mkdir_p(File.dirname(state_file), mode: 0o750) unless noop?
        @session = (@session_class || ::PlanEngine::Session).open(RichData.dump(configuration))
        at_exit { close_at_exit }
      rescue StandardError => e
        give_up(e)
      end

      # Once, and clearly; the host itself fails at the end of the run.
      def give_up(error)
        help = error.respond_to?(:help) ? error.help.to_s : ''
        @failure = help.empty? ? error.message : "#{error.message}; #{help}"
        host.err("The plan #{host[:plan]} does not run here: #{@failure}")
        Puppet.debug { "#{error.class}\n#{Array(error.backtrace).join("\n")}" }
        close
      end

      # A run that was cut short (a failed check, a signal) has nobody else to end its session.
      def close_at_exit
        close
      rescue StandardError => e
        Puppet.debug { "#{host.ref}: the session did not close: #{e.message}" }
      end

      def configuration
        { 'process' => { 'certname' => Puppet[:certname], 'resource' => reference,
                         'title' => reference[/\[(.*)\]\z/m, 1] || reference, 'plan' => host[:plan] },
          'bundle' => host[:bundle], 'parameters' => host[:parameters] || {}, 'cluster' => host[:cluster],
          'admission' => host[:admission],
          'facts' => facts, 'trusted' => trusted, 'server_facts' => host[:server_facts] || {},
          'orchestrator' => orchestrator, 'state_file' => state_file, 'noop' => noop?,
          'trace' => traced?, 'tls' => tls }
      end

      def traced?
        Puppet::Util::Log.level == :debug
      end

      def tls
        { 'certificate' => Puppet[:hostcert], 'private_key' => Puppet[:hostprivkey], 'ca' => Puppet[:localcacert],
          'crl' => Puppet[:hostcrl] }
      end

      # Facts are resolved only for a plan that names them: to ask for all costs more than the rest of the start.
      def facts
        named?('facts') ? Puppet.runtime[:facter].to_hash : {}
      end

      # What the compiler vouches for; and the node's own certificate, for a plan that names this.
      def trusted
        given = host[:trusted] || {}
        return given unless named?('trusted') && File.exist?(Puppet[:hostcert])

        given.merge('certificate' => File.read(Puppet[:hostcert]))
      end

      # Is this variable in the text of the plan, or of what it needs?
      def named?(variable)
        Array(host[:bundle]['files']).any? { |file| file['text'].match?(/\$\{?(::)?#{variable}\b/) }
      end
    end
  end
end
