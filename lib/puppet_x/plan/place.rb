# frozen_string_literal: true

module PuppetX
  module Plan
    # Where a plan process waits in a run, and where the resources of its plan are applied: behind everything else.
    #
    # A whit, with which Puppet marks the ends of its containers, extended by this module: it changes nothing itself,
    # and Puppet leaves whits out of reports and logs. A type of its own would have each run search it among the gems.
    module Place
      # At the end of the host's catalog. Without an edge, so that no container has to wait for the end of the run.
      def self.behind(host)
        place = Puppet::Type.type(:whit).new(name: "waiting_#{host.reference}").extend(self)
        place.merge_tags_from(host)
        host.catalog.add_resource(place)
        place
      end

      # nil until a run was given: there is nothing to do.
      attr_reader :driver

      # The run of the process (PuppetX::Plan::Run). A process that a run leaves out needs no loop.
      def run=(run)
        require_relative 'loop'
        @driver = Loop.new(self, run)
      end

      # Puppet evaluates what is not suitable yet after everything else.
      def suitable?
        driver.nil? || driver.ready?
      end

      # Puppet calls this when it evaluates a resource.
      def retrieve
        driver&.step
        {}
      end
    end
  end
end
