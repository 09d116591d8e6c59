# frozen_string_literal: true

require 'set'
require_relative 'rich_data'
require_relative 'traversal'

module PuppetX
  module Plan
    # The resources that one firing of a plan sent to `resources_to_sync`, as Puppet resources in the running traversal.
    # Puppet evaluates and reports them; this class makes them, relates them, and reads their results.
    class Batch
      RELATIONS = %w[before require notify subscribe].freeze

      # A resource that the plan asked for. +reference+ as the plan names it, +resource+ nil when it could not be made.
      Entry = Struct.new(:reference, :resource, :relations, :error, keyword_init: true) do
        def fail(message)
          self.error ||= message
        end
      end

      attr_reader :id, :entries

      # +descriptions+: as the session gives them. +earlier+: what former batches of this run made, by reference.
      def initialize(id, descriptions, host, traversal, earlier)
        @id = id
        @host = host
        @traversal = traversal
        @earlier = earlier
        @late = []
        @titles = Set.new
        @entries = descriptions.map { |description| make(description) }
      end

      # Puts the resources that could be made into the traversal. The others are the batch's failures.
      def splice
        container = catalog.container_of(@host)
        made.each do |entry|
          catalog.add_resource(entry.resource)
          catalog.add_edge(container, entry.resource) if container
          attempt(entry) { entry.resource.finish }
        end
        edges = relate
        refuse_cycles(edges)
        refuse_dependents(edges)
        usable = made.map(&:resource)
        (spliced - usable).each { |resource| catalog.remove_resource(resource) }
        @traversal.add(usable, edges.select { |_, target, _| usable.include?(target) })
        made.each { |entry| @earlier[entry.reference] = entry.resource }
      end

      # All were evaluated: what is notified outside of the batch is refreshed now.
      def refresh_late
        @late.each do |source, target|
          status = @traversal.status(source)
          next if status.nil? || status.failed?

          @traversal.refresh(target, source, status.events.select { |event| %w[success noop].include?(event.status) })
        end
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
        entry = Entry.new(reference: reference(type, title), relations: {})
        attempt(entry) do
          parameters = RichData.decode(description['parameters'] || {}).transform_keys(&:to_s)
          parameters.delete('alias')
          RELATIONS.each { |name| entry.relations[name] = [parameters.delete(name)].flatten.compact }
          entry.resource = instance(type, title, parameters)
        end
        entry
      end

      def attempt(entry)
        yield
      rescue Puppet::Error, ArgumentError, TypeError, NoMethodError => e
        entry.fail(e.message)
        Puppet.debug { "#{entry.reference}: #{Array(e.backtrace).first(5).join("\n")}" }
      end

      # Not by Puppet::Resource#to_ral: the same thing may be in the catalog already, in another state.
      def instance(type, title, parameters)
        klass = Puppet::Type.type(type.downcase.to_sym)
        raise Puppet::Error, "there is no resource type #{type} on this host" unless klass

        resource = Puppet::Resource.new(klass, *renamed(klass, title, parameters))
        hide(resource)
        made = klass.new(resource)
        made.define_singleton_method(:isomorphic?) { false }
        inherit(made)
        made
      end

      # The title as it is, or the next free one together with all that the title stood for.
      def renamed(klass, title, parameters)
        free = free_title(klass, title)
        return [title, { parameters: parameters }] if free == title

        from_title = Puppet::Resource.new(klass, title, parameters: parameters).to_hash.transform_keys(&:to_s)
        [free, { parameters: from_title.merge(parameters) }]
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

      def hide(resource)
        resource.to_hash.each do |name, value|
          next unless value.is_a?(Puppet::Pops::Types::PSensitiveType::Sensitive)

          resource[name] = value.unwrap
          resource.sensitive_parameters << name
        end
      end

      def inherit(resource)
        resource.merge_tags_from(@host)
        resource.file = @host.file
        resource.line = @host.line
        resource[:noop] = @host[:noop] if !@host[:noop].nil? && resource[:noop].nil?
      end

      # ---- relationships

      # Edges whose targets are of this batch; notified resources outside of it are remembered.
      def relate
        explicit = made.flat_map do |entry|
          RELATIONS.flat_map { |name| entry.relations[name].filter_map { |other| edge(entry, name, other) } }
        end
        explicit + automatic(explicit)
      end

      def edge(entry, name, other)
        target = find(other)
        return unknown(entry, name, other) unless target

        label = %w[notify subscribe].include?(name) ? Traversal::REFRESH : nil
        if mine?(target)
          return %w[before notify].include?(name) ? [entry.resource, target, label] : [target, entry.resource, label]
        end

        outer_edge(entry, name, target)
      end

      def unknown(entry, name, other)
        entry.fail("`#{name}` names #{text(other)}, which is neither in the catalog nor in the plan's resources")
        nil
      end

      # The other one was evaluated before this batch came. It can have failed, and it can be refreshed.
      def outer_edge(entry, name, target)
        case name
        when 'notify' then @late << [entry.resource, target]
        when 'before' then Puppet.debug { "#{entry.reference}: #{target.ref} was evaluated before it" }
        else
          vertex = @traversal.vertex(target)
          return [vertex, entry.resource, nil] if vertex && @traversal.evaluated?(vertex)

          entry.fail("it requires #{target.ref}, which could not be evaluated")
        end
        nil
      end

      def automatic(explicit)
        pairs = explicit.map { |source, target, _| [source, target] }
        made.flat_map { |entry| entry.resource.autorequire(catalog) }.filter_map do |relation|
          pair = [relation.source, relation.target]
          next if pairs.include?(pair) || pairs.include?(pair.reverse)
          next unless mine?(pair.first) || @traversal.evaluated?(pair.first)

          pairs << pair
          [*pair, nil]
        end
      end

      # By the name the plan gave it, then by what the catalog calls so, then by what the plan made earlier in this run.
      def find(other)
        wanted = text(other)
        mine = entries.find { |entry| entry.resource && entry.reference == wanted }
        mine ? mine.resource : (catalog.resource(wanted) || @earlier[wanted])
      end

      def text(other)
        return other.ref if other.is_a?(Puppet::Resource)

        type, title = Puppet::Resource.type_and_title(other.to_s, nil)
        reference(type.to_s, title.to_s)
      rescue ArgumentError
        other.to_s
      end

      def reference(type, title)
        "#{type.split('::').map(&:capitalize).join('::')}[#{title}]"
      end

      def mine?(resource)
        entries.any? { |entry| entry.resource.equal?(resource) }
      end

      # Whoever stands on a cycle, or behind one, could never be evaluated.
      def refuse_cycles(edges)
        left = made.map(&:resource)
        loop do
          blocked = edges.select { |source, _, _| left.include?(source) }.map { |_, target, _| target }
          free = left - blocked
          break if free.empty?

          left -= free
        end
        names = left.map(&:ref).join(', ')
        made.each { |entry| entry.fail("its relationships form a cycle: #{names}") if left.include?(entry.resource) }
      end

      # What depends on a resource that cannot be tried cannot be tried either.
      def refuse_dependents(edges)
        loop do
          refused = entries.select(&:error).map(&:resource).compact
          edge = edges.find { |source, target, _| refused.include?(source) && !refused.include?(target) }
          break unless edge

          dependent = entries.find { |entry| entry.resource.equal?(edge[1]) }
          dependent.fail("it depends on #{edge[0].ref}, which cannot be tried")
        end
      end

      # ---- results

      def result(entry)
        status = entry.resource && @traversal.status(entry.resource)
        return unevaluated(entry) if entry.error || status.nil?

        how(status).merge('reference' => entry.reference, 'data' => status.skipped ? nil : data(entry))
      end

      def how(status)
        events = status.events
        failed = status.failed? || status.failed_to_restart?
        { 'changed' => status.changed == true, 'failed' => failed == true, 'skipped' => status.skipped == true,
          'noop' => events.any? { |event| event.status == 'noop' },
          'messages' => events.map { |event| event.message.to_s } }
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
