# frozen_string_literal: true

require 'set'
require_relative 'relationships'
require_relative 'rich_data'
require_relative 'traversal'

module PuppetX
  module Plan
    # The resources that one firing of a plan sent to `resources_to_sync`, as Puppet resources in the running traversal.
    # Puppet evaluates and reports them, with all that they generate; this class makes them and reads their results.
    class Batch
      # A resource that the plan asked for. +reference+ as the plan names it, +resource+ nil when it could not be made.
      Entry = Struct.new(:reference, :resource, :relations, :error, keyword_init: true) do
        def fail(message)
          self.error ||= message
        end
      end

      # How the same thing can be in the catalog already, in another state: the resource as Puppet makes it, but never
      # the catalog's own.
      def self.instance(type, title, parameters)
        klass = Puppet::Type.type(type.downcase.to_sym)
        raise Puppet::Error, unknown(type) unless klass

        resource = Puppet::Resource.new(klass, title, parameters: parameters)
        hide(resource)
        klass.new(resource).tap { |made| made.define_singleton_method(:isomorphic?) { false } }
      end

      def self.unknown(type)
        text = "there is no resource type #{type} on this host"
        type.include?('::') ? "#{text}: of what a compiler knows, defines and classes cannot be asked for" : text
      end

      def self.hide(resource)
        resource.to_hash.each do |name, value|
          next unless value.is_a?(Puppet::Pops::Types::PSensitiveType::Sensitive)

          resource[name] = value.unwrap
          resource.sensitive_parameters << name
        end
      end
      private_class_method :unknown, :hide

      attr_reader :id, :entries

      # +descriptions+: as the session gives them. +earlier+: what former batches of this run made, by reference.
      def initialize(id, descriptions, host, traversal, earlier)
        @id = id
        @host = host
        @traversal = traversal
        @earlier = earlier
        @titles = Set.new
        @entries = descriptions.map { |description| make(description) }
      end

      # Puts the resources that could be made into the traversal. The others are the batch's failures.
      def splice
        made.each { |entry| attempt(entry) { admit(entry.resource) } }
        generate
        @relationships = Relationships.new(entries, @traversal, @earlier)
        edges = @relationships.edges
        usable = made.map(&:resource)
        (spliced - usable).each { |resource| @traversal.remove(resource) }
        @traversal.add(usable, edges)
        made.each { |entry| @earlier[entry.reference] = entry.resource }
      end

      # All were evaluated: what is notified outside of the batch is refreshed now. What could not be evaluated is told
      # to the plan as failed or skipped, and so it must not be applied later in this run.
      def complete
        @relationships.refresh_late
        made.each { |entry| @traversal.withdraw(entry.resource) unless @traversal.evaluated?(entry.resource) }
      end

      # What could not even be tried, for the log and the host.
      def errors
        entries.select(&:error).map { |entry| "#{entry.reference}: #{entry.error}" }
      end

      # As the session wants it.
      def results
        entries.map { |entry| result(entry) }
      end

      private

      def catalog
        @traversal.catalog
      end

      def made
        entries.reject(&:error)
      end

      def spliced
        entries.map(&:resource).compact.select { |resource| resource.catalog.equal?(catalog) }
      end

      def make(description)
        type = description['type'].to_s
        title = description['title'].to_s
        entry = Entry.new(reference: Relationships.reference(type, title), relations: {})
        attempt(entry) do
          # What is undef is not given, as in a manifest.
          parameters = RichData.decode(description['parameters'] || {}).transform_keys(&:to_s).compact
          parameters.delete('alias')
          entry.relations = Relationships.take(parameters)
          entry.resource = inherit(self.class.instance(type, *renamed(type, title, parameters)))
        end
        entry
      end

      def attempt(entry)
        yield
      rescue Puppet::Error, ArgumentError, TypeError, NoMethodError => e
        entry.fail(e.message)
        Puppet.debug { "#{entry.reference}: #{Array(e.backtrace).first(5).join("\n")}" }
      end

      # All that Puppet does for a catalog's resource before a run.
      def admit(resource)
        container = catalog.container_of(@host)
        catalog.add_resource(resource)
        catalog.add_edge(container, resource) if container
        resource.finish
        resource.pre_run_check
      end

      # When all are in the catalog: what is asked for beside a purge is not purged.
      def generate
        failed = made.reject { |entry| @traversal.generate(entry.resource) }
        failed.each { |entry| entry.fail('it could not generate the resources that it stands for') }
      end

      # The title as it is, or the next free one together with all that the title stood for.
      def renamed(type, title, parameters)
        klass = Puppet::Type.type(type.downcase.to_sym)
        return [title, parameters] unless klass

        free = free_title(klass, title)
        return [title, parameters] if free == title

        from_title = Puppet::Resource.new(klass, title, parameters: parameters).to_hash.transform_keys(&:to_s)
        [free, from_title.merge(parameters)]
      end

      def free_title(klass, title)
        candidates = (1..).lazy.map { |number| number == 1 ? title : "#{title} (#{number})" }
        free = candidates.find { |name| !taken?(klass, name) }
        @titles << [klass, free]
        free
      end

      def taken?(klass, title)
        @titles.include?([klass, title]) || !catalog.resource(klass.name.to_s, title).nil?
      end

      def inherit(resource)
        resource.merge_tags_from(@host)
        resource.file = @host.file
        resource.line = @host.line
        resource[:noop] = @host[:noop] if !@host[:noop].nil? && resource[:noop].nil?
        resource
      end

      # ---- results

      def result(entry)
        status = entry.resource && @traversal.status(entry.resource)
        return unevaluated(entry) if entry.error || status.nil?

        how(status, @traversal.statuses(entry.resource))
          .merge('reference' => entry.reference, 'data' => status.skipped ? nil : data(entry))
      end

      # +statuses+: of the resource and of all that it generated. What happens in a folder happens to it.
      def how(status, statuses)
        events = statuses.flat_map(&:events)
        { 'changed' => statuses.any?(&:changed), 'failed' => statuses.any? { |one| failed?(one) },
          'skipped' => status.skipped == true, 'noop' => events.any? { |event| event.status == 'noop' },
          'messages' => events.map { |event| event.message.to_s } }
      end

      def failed?(status)
        status.failed? || status.failed_to_restart?
      end

      # A resource for which nothing on this host is a provider, or one that waits for such a resource.
      def unevaluated(entry)
        message = entry.error || 'no suitable provider was found on this host'
        blocked = entry.error.nil? && entry.resource.suitable?
        { 'reference' => entry.reference, 'changed' => false, 'failed' => !blocked, 'skipped' => blocked ? true : false,
          'noop' => false, 'messages' => [blocked ? 'skipped: what it requires was not evaluated' : message],
          'data' => nil }
      end

      # What the provider says to the plan.
      def data(entry)
        entry.resource.respond_to?(:plan_data) ? RichData.encode(entry.resource.plan_data) : nil
      rescue StandardError => e
        @host.err("#{entry.reference} has no result for the plan: #{e.message}")
        nil
      end
    end
  end
end
