# frozen_string_literal: true

require 'json'
require_relative 'batch'

module PuppetX
  module Plan
    # What a plan put in place in earlier runs and keeps so in every run: its configuration file, for instance. Not what
    # it acts with, nor what it has taken over.
    #
    # It is not in the catalog until the catalog's own resources are done, and yet must not be purged by them.
    class Kept
      # What a state file says that its process wants; for a run in which the process itself cannot be asked.
      def self.desired_in(state_file)
        state = JSON.parse(File.read(state_file, encoding: 'UTF-8'))
        Array(state.dig('engine', 'desired')).grep(Hash)
      rescue SystemCallError, JSON::ParserError, TypeError, NoMethodError => e
        Puppet.debug { "what is kept is not known from #{state_file}: #{e.message}" }
        []
      end

      # As the session describes resources.
      attr_reader :descriptions

      def initialize(desired, takeover)
        @descriptions = desired.reject { |description| act?(description) || taken_over?(description, takeover) }
      end

      # Before the traversal of the catalog begins.
      def protect(catalog)
        kept = descriptions.filter_map { |description| resource(description) }
        kept.each { |resource| spare(catalog, resource) }
        kept.grep(Puppet::Type.type(:file)).each { |file| catalog.add_vertex(file) }
      end

      private

      def act?(description)
        klass = Puppet::Type.type(description['type'].to_s.downcase.to_sym)
        klass.respond_to?(:plan_act?) && klass.plan_act?
      end

      def taken_over?(description, takeover)
        names = [description['title'], *(description['parameters'] || {}).values_at('name', 'path')]
        names.any? { |name| takeover.covers?(description['type'].to_s, name) }
      end

      # Only to be compared with; it is never applied.
      def resource(description)
        parameters = RichData.decode(description['parameters'] || {}).transform_keys(&:to_s)
        Batch.instance(description['type'].to_s, description['title'].to_s, parameters)
      rescue Puppet::Error, ArgumentError, TypeError, NoMethodError => e
        Puppet.debug { "#{description['type']}[#{description['title']}] cannot be made: #{e.message}" }
        nil
      end

      # Of resources that `resources` found and would remove. A recursive folder leaves alone what it finds a resource
      # for among the vertices of the catalog.
      def spare(catalog, kept)
        doomed = catalog.resources.select do |resource|
          resource.instance_of?(kept.class) && resource.purging? && resource.name == kept.name
        end
        doomed.each { |resource| resource.delete(:ensure) }
      end
    end
  end
end
