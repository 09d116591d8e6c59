// Many members for many minutes: each holds a long-poll, as the agent's own conversation makes it; connections are
// dropped and come again, members leave, join and begin anew, words go in both directions, and the daemon may be
// restarted meanwhile. Every word must come, once and in order.
#pragma once

#include <chrono>
#include <string>

#include <boost/json/object.hpp>

#include "bench/load/soak_desk.h"

namespace plan::load {

struct SoakOptions {
  std::string directory;                   // for a daemon of ours
  std::string daemon;                      // its program; empty: the daemon is there already
  std::string listen;                      // where that listens
  std::string authority;                   // directory: ca.pem, ca.key, compiler.pem, compiler.key
  std::string process;                     // command that prints the daemon's process id; empty: it is not measured
  std::size_t connections = 10'000;
  std::size_t clusters = 100;              // soak_declaration() of 0 and so on; members are spread over them
  double minutes = 10;
  double words_per_second = 200;
  double drops_per_second = 20;
  std::string restart;                     // command; empty: none
  double restart_every_seconds = 120;
  Fault fault = Fault::none;               // of a daemon of ours
};

// Says how it goes on standard error. "well" of the result is false when something was lost, came twice or in another
// order, a connection was refused, or memory is not flat.
[[nodiscard]] boost::json::object soak(const SoakOptions& options);

}  // namespace plan::load
