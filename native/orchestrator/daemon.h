// The daemon: configuration, store, service and listener put together.
#pragma once

#include <string>

#include "base/result.h"
#include "orchestrator/config.h"

namespace plan::orchestrator {

// Runs until SIGTERM or SIGINT; SIGHUP reads configuration, certificates and declared clusters anew, and what is wrong
// then leaves the old in place. An error: the daemon could not start, or its store failed.
[[nodiscard]] Status run_daemon(const std::string& config_file, const LogSink& log);

// Reads all that run_daemon() would, opens neither store nor socket. Says each mistake through `log`.
[[nodiscard]] bool check_config(const std::string& config_file, const LogSink& log);

}  // namespace plan::orchestrator
