# frozen_string_literal: true

# A lab of real machines on one host: see lab/README.md.
module Lab
end

%w[
  settings shell cgroup network platform machine roots release environment agent_run server status cluster cluster_table
  hand_formation hand_recovery cli
].each { |part| require_relative "lab/#{part}" }
