# frozen_string_literal: true

require_relative 'datadir'
require_relative 'server'

module PuppetX
  module Galera
    # Whether this node's database is a member of a cluster, or was one: for who has lost all other memory of it.
    module Membership
      module_function

      # A member records its position from its first start in a cluster on. One that runs with another data directory
      # is asked; a donor of a state transfer, too, is part of its cluster.
      def traces?(datadir = '/var/lib/mysql')
        !Datadir.new(datadir).recorded_position.uuid.nil? || Server.new.status.cluster_status == 'Primary'
      end
    end
  end
end
