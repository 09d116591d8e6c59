# frozen_string_literal: true

require 'fileutils'
require 'json'

module PuppetX
  module Plan
    # Which resources of the catalog a plan process has taken over. A catalog's resource is the first state of a series:
    # `service { 'mariadb': ensure => stopped }` says what the service is until the plan begins to act on it. From then
    # on the catalog's resource enforces no `ensure`, and a refresh of it is told to the process instead of restarting.
    #
    # That it has begun is written to a file of its own (fsynced, before the first batch that acts is applied): it must
    # be known in every later run, also in one whose native library or state file is missing. Should that file be lost
    # as well, the types that act say whether they did: a database that is in a cluster, or was in one, is left alone.
    class Takeover
      EVENT = 'service_refreshed'

      # Where systemd looks for units.
      UNITS = %w[/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system].freeze

      # +identities+: pairs of type and namevar, as [['Service', 'mariadb']]. +acts_by+: types that a plan acts on them
      # with, as ['Galera_member']. +parameters+: those of the plan. +marker+: the file that remembers.
      def initialize(identities:, acts_by:, parameters:, marker:)
        @identities = identities.map { |type, name| identity(type, name) }
        @acts_by = acts_by.map { |type| type.to_s.downcase }
        @parameters = parameters
        @marker = marker
        @begun = false
      end

      def begun?
        @begun
      end

      # Does the process take this resource over, now or later?
      def covers?(type, name)
        @identities.include?(identity(type, name))
      end

      # Looks whether the plan has begun in an earlier run. +desired+: the resources it last put in place.
      def begin(desired, persist:)
        return if @identities.empty?

        @begun = File.exist?(@marker) || acts?(desired) || traces?
        write_marker if @begun && persist && !File.exist?(@marker)
      end

      # A batch is about to be applied: from here on the plan's word may count.
      def note(resources)
        return if @begun || @identities.empty? || !acts?(resources)

        write_marker
        @begun = true
      end

      def forget
        FileUtils.rm_f(@marker)
        @begun = false
      end

      # Makes the catalog's resources what this class says they are.
      def attach(catalog, run)
        return if @identities.empty?

        catalog.resources.each do |resource|
          next unless covers?(resource.type, resource.name)

          resource.debug("taken over by #{run.reference}") if begun?
          resource.delete(:ensure) if begun? && resource.parameter(:ensure)
          redirect_refresh(resource, run)
        end
      end

      private

      def identity(type, name)
        kind = type.to_s.downcase
        [kind, kind == 'service' ? service(name.to_s.delete_suffix('.service')) : name.to_s]
      end

      # systemd knows a service by its aliases as well, which are links to its unit.
      def service(name)
        unit = UNITS.map { |directory| File.join(directory, "#{name}.service") }.find { |file| File.symlink?(file) }
        return name unless unit && File.exist?(unit)

        File.realpath(unit)[%r{([^/]+)\.service\z}, 1] || name
      end

      def redirect_refresh(resource, run)
        takeover = self
        resource.define_singleton_method(:refresh) do
          next super() unless takeover.begun?

          heard = run.open? ? 'which is told' : 'which does not run'
          notice("nothing is restarted: this is for #{run.reference}, #{heard}")
          run.post(EVENT, { 'resource' => ref }, ref)
        end
      end

      # +resources+: as the session describes them.
      def acts?(resources)
        resources.any? do |resource|
          type = resource['type'].to_s.downcase
          names = [resource['title'], *(resource['parameters'] || {}).values_at('name', 'path')]
          @acts_by.include?(type) || names.any? { |name| covers?(type, name) }
        end
      end

      # The last resort when nothing was remembered: the types that act look for what they may have done.
      def traces?
        @acts_by.any? do |name|
          type = Puppet::Type.type(name.to_sym)
          type.respond_to?(:plan_acted?) && type.plan_acted?(@parameters)
        end
      rescue LoadError, StandardError => e
        Puppet.debug { "whether the plan has acted here is not known: #{e.message}" }
        false
      end

      def write_marker
        FileUtils.mkdir_p(File.dirname(@marker), mode: 0o750)
        temporary = "#{@marker}.new"
        File.open(temporary, File::WRONLY | File::CREAT | File::TRUNC, 0o600) do |file|
          file.write(JSON.generate('format' => 1, 'taken' => @identities))
          file.flush
          file.fsync
        end
        File.rename(temporary, @marker)
        File.open(File.dirname(@marker), &:fsync)
      end
    end
  end
end
