# frozen_string_literal: true

require_relative 'observation'
require_relative 'server'

module PuppetX
  module Galera
    # What the providers of the acts look at and act on: the node's unit, data directory, server and hold, by the
    # resource's own parameters.
    module Machine
      private

      def unit
        @unit ||= Unit.new(resource[:service])
      end

      def datadir
        Datadir.new(resource[:datadir])
      end

      def server
        @server ||= Server.new
      end

      def state
        @state ||= MemberState.new
      end
    end
  end
end
