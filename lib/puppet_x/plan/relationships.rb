# frozen_string_literal: true

require 'set'
require_relative 'traversal'

module PuppetX
  module Plan
    # How the resources of one batch stand to each other and to the rest of the catalog: those that the plan says, and
    # those that their types know by themselves.
    #
    # An edge is [source, target, label]. Edges lead only to resources of the batch: all others were evaluated before.
    # Such a one can have failed, and it can be refreshed when the batch is done.
    class Relationships
      GIVEN = %w[before require notify subscribe].freeze
      AUTOMATIC = { autorequire: nil, autobefore: nil, autosubscribe: Traversal::REFRESH,
                    autonotify: Traversal::REFRESH }.freeze

      # Takes the relationships out of a resource's parameters.
      def self.take(parameters)
        GIVEN.to_h { |name| [name, [parameters.delete(name)].flatten.compact] }
      end

      def self.reference(type, title)
        "#{type.split('::').map(&:capitalize).join('::')}[#{title}]"
      end

      # +entries+: those of the batch; what cannot be related fails. +earlier+: what former batches made, by reference.
      def initialize(entries, traversal, earlier)
        @entries = entries
        @traversal = traversal
        @earlier = earlier
        @late = []
        # The resources of the batch with those that they generated.
        @resources = entries.map(&:resource).compact.flat_map { |one| [one, *traversal.generated(one)] }
        @mine = @resources.to_set(&:object_id)
      end

      # All edges between what can be tried. Refuses entries whose relationships cannot be kept.
      def edges
        explicit = given + generated
        all = explicit + automatic(explicit)
        refuse_cycles(all)
        refuse_dependents(all)
        all.select { |_, target, _| mine?(target) }
      end

      # What is notified outside of the batch is refreshed after it.
      def refresh_late
        @late.each do |source, target|
          status = @traversal.status(source)
          next if status.nil? || status.failed?

          events = @traversal.statuses(source).flat_map(&:events)
          @traversal.refresh(target, source, events.select { |event| %w[success noop].include?(event.status) })
        end
      end

      private

      def catalog
        @traversal.catalog
      end

      def made
        @entries.reject(&:error)
      end

      def mine?(resource)
        @mine.include?(resource.object_id)
      end

      # ---- what the plan says

      def given
        made.flat_map do |entry|
          GIVEN.flat_map { |name| entry.relations[name].filter_map { |other| edge(entry, name, other) } }
        end
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

      # The other one was evaluated before this batch came.
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

      # By the name the plan gave it, then by what the catalog calls so, then by what the plan made earlier in this run.
      def find(other)
        wanted = text(other)
        mine = @entries.find { |entry| entry.resource && entry.reference == wanted }
        mine ? mine.resource : (catalog.resource(wanted) || @earlier[wanted])
      end

      def text(other)
        return other.ref if other.is_a?(Puppet::Resource)

        type, title = Puppet::Resource.type_and_title(other.to_s, nil)
        self.class.reference(type.to_s, title.to_s)
      rescue ArgumentError
        other.to_s
      end

      # ---- what the types know

      # Between a resource and what it generated.
      def generated
        admitted = @resources.select { |resource| resource.catalog.equal?(catalog) }
        admitted.flat_map(&:builddepends).map { |relation| [relation.source, relation.target, relation.label] }
      end

      def automatic(explicit)
        pairs = explicit.map { |source, target, _| [source, target] }
        @resources.product(AUTOMATIC.to_a).flat_map do |resource, (kind, label)|
          resource.public_send(kind, catalog).filter_map do |relation|
            pair = [relation.source, relation.target]
            next if pairs.include?(pair) || pairs.include?(pair.reverse)

            pairs << pair
            automatic_edge(*pair, label)
          end
        end
      end

      def automatic_edge(source, target, label)
        if mine?(target)
          [source, target, label] if mine?(source) || @traversal.evaluated?(source)
        else
          @late << [source, target] if label
          nil
        end
      end

      # ---- what cannot be

      # Whoever stands on a cycle, or behind one, could never be evaluated.
      def refuse_cycles(edges)
        left = @resources
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
          refused = @entries.select(&:error).map(&:resource).compact
          edge = edges.find { |source, target, _| refused.include?(source) && entry_of(target)&.error.nil? }
          break unless edge && entry_of(edge[1])

          entry_of(edge[1]).fail("it depends on #{edge[0].ref}, which cannot be tried")
        end
      end

      def entry_of(resource)
        @entries.find { |entry| entry.resource.equal?(resource) }
      end
    end
  end
end
