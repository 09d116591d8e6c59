# frozen_string_literal: true

module PuppetX
  module Plan
    # The traversal of a catalog that is under way, as far as a plan's batches need it: which resources were evaluated
    # and how, adding resources to it, and putting the loop resource at its end again.
    #
    # Everything used here is a public method of Puppet, though of private classes (the transaction, its event manager,
    # the relationship graph): spec/unit/puppet_x/plan/traversal_spec.rb pins each on every supported Puppet.
    class Traversal
      REFRESH = { callback: :refresh, event: :ALL_EVENTS }.freeze

      attr_reader :catalog

      # Waits for the transaction that is about to apply a catalog, from its checks before the run on. Puppet hands its
      # transaction to no resource; it asks itself before each resource whether it is to stop, and is seen when it does.
      class Watch
        SEEN_BY = Puppet::Transaction.instance_method(:stop_processing?)

        def initialize(catalog)
          @point = TracePoint.new(:call) do |call|
            next unless call.self.catalog.equal?(catalog)

            @transaction = call.self
            @point.disable
          end
          @point.enable(target: SEEN_BY)
        end

        def traversal
          raise Puppet::DevError, 'no transaction applies this catalog' unless @transaction

          @traversal ||= Traversal.new(@transaction)
        end
      end

      def initialize(transaction)
        @transaction = transaction
        @catalog = transaction.catalog
        @generated = {}
      end

      # nil for a resource that was not evaluated (yet).
      def status(resource)
        @transaction.report.resource_statuses[resource.to_s]
      end

      def evaluated?(resource)
        !status(resource).nil?
      end

      # Is there a resource that was not evaluated yet?
      def pending?
        whit = Puppet::Type.type(:whit)
        graph.vertices.any? { |vertex| !vertex.is_a?(whit) && !evaluated?(vertex) }
      end

      # Fails a resource that was evaluated already, or will never be: report and exit code tell it.
      def blame(resource, message)
        @transaction.resource_status(resource).fail_with_event(message)
      end

      # Has a new resource of the catalog generate those that it stands for, as Puppet does before a run: `resources`
      # and `tidy` do. False when it could not.
      def generate(resource)
        before = catalog.resources
        generator = Puppet::Transaction::AdditionalResourceGenerator.new(catalog, nil, nil)
        generator.generate_additional_resources(resource)
        @generated[resource] = catalog.resources - before
        return true unless generator.resources_failed_to_generate

        @transaction.report.resources_failed_to_generate = true
        false
      end

      # What a resource generated: before it was added, and while it was evaluated, as a recursive folder does. Puppet
      # puts a point behind the latter at which all of them are completed.
      def generated(resource)
        completed = completed(resource)
        (@generated[resource] || []) + (completed ? graph.direct_dependencies_of(completed) - [resource] : [])
      end

      # How a resource, and all that it generated, ended.
      def statuses(resource)
        [resource, *generated(resource)].filter_map { |one| status(one) }
      end

      # Adds new resources, and what they generated, behind everything that is there, in the given order. +edges+:
      # [source, target, label] with new targets; a source that is not new was evaluated already.
      def add(resources, edges)
        all = resources.flat_map { |resource| [resource, *generated(resource)] }
        edges.each { |source, target, label| graph.add_edge(source, target, label) }
        all.select(&:suitable?).group_by { |resource| resource.provider.class }.each { |pair| prefetch(*pair) }
        blocked = edges.select { |source, _, _| all.include?(source) }.map { |_, target, _| target }
        graph.enqueue(*(all - blocked))
      end

      def remove(resource)
        [resource, *generated(resource)].each { |one| catalog.remove_resource(one) }
      end

      # A resource that was not evaluated, and shall not be any more in this run.
      def withdraw(resource)
        resource.virtual = true
        blame(resource, 'no suitable provider was found on this host') unless resource.suitable?
      end

      # Makes the loop the last one of the traversal once more.
      def requeue(resource)
        graph.remove_vertex!(resource)
        graph.add_vertex(resource)
        graph.enqueue(resource)
      end

      # What stands for the resource in the graph: a class or a define is there as the point at which it is completed.
      def vertex(resource)
        return resource if graph.vertex?(resource)

        name = "completed_#{resource.ref}"
        graph.vertices.find { |vertex| vertex.is_a?(Puppet::Type.type(:whit)) && vertex.name == name }
      end

      # Refreshes a resource that was evaluated before the events came to be. As in any traversal, one that was skipped
      # is not refreshed.
      def refresh(target, source, events)
        return if events.empty? || !target.respond_to?(:refresh)
        return if status(target).nil? || status(target).skipped

        manager = @transaction.event_manager
        manager.dequeue_all_events_for_resource(target)
        manager.queue_events_for_resource(source, target, :refresh, events)
        manager.process_events(target)
        manager.dequeue_all_events_for_resource(target)
      end

      private

      def graph
        @catalog.relationship_graph
      end

      # nil unless the resource generated others while it was evaluated.
      def completed(resource)
        whit = Puppet::Type.type(:whit)
        graph.adjacent(resource, direction: :out).find do |vertex|
          vertex.is_a?(whit) && vertex.name == "completed_#{resource.title}"
        end
      end

      # Puppet collects what a provider prefetches once, before these resources were there.
      def prefetch(provider, resources)
        return unless provider.respond_to?(:prefetch)

        provider.prefetch(resources.to_h { |resource| [resource.name, resource] })
      rescue LoadError, StandardError => e
        type = resources.first.type
        Puppet.log_exception(e, "Could not prefetch #{type} provider '#{provider.name}': #{e}")
        @transaction.prefetch_failed_providers[type][provider.name] = true
      end
    end
  end
end
