// A cluster forms while everything crashes once, and maybe loses power once it stands.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "engine/bundle.h"
#include "simulator/world.h"

namespace plan::simulator {

struct Formation {
  std::string problem;             // empty when all went as it must
  std::size_t births = 0;
  std::size_t restarts = 0;        // bootstraps of the cluster that was born
  std::size_t words = 0;           // of an operator, that were taken
  std::size_t runs = 0;            // agent runs of all members
  milliseconds time{0};            // until the cluster stood and a further run of each member changed nothing
  std::uint64_t trace_hash = 0;
  boost::json::value record = {};  // Recorder::json()
};

// The module's plans and types, as `galera::plan_bundle` would give them.
[[nodiscard]] Result<engine::Bundle> load_bundle(const std::string& module_directory, const std::string& plan);

struct Options {
  std::size_t members = 3;
  bool crashes = true;
  bool set_back = false;           // the orchestrator's store, to what it was a while before
  std::size_t outages = 0;         // one after the other: members lose power, most often all of them
  bool losses = false;             // in an outage one may stay away for long, or lose its disk; an operator decides
  bool refreshes = false;          // now and then a catalog refreshes the service
};

// The bundle's plan is not looked at: members run galera::host, the orchestrator galera::cluster.
[[nodiscard]] Formation form_cluster(const engine::Bundle& bundle, std::uint64_t seed, const Options& options = {},
                                     std::ostream* trace = nullptr);

}  // namespace plan::simulator
