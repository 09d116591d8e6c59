// The daemon: configuration, store, service and listener put together.
#pragma once

#include <string>

#include "base/result.h"
#include "orchestrator/config.h"

namespace plan::orchestrator {

// Runs until SIGTERM or SIGINT; SIGHUP reads configuration, certificates and declared clusters anew, and what is wrong
// then leaves the old in place. An error: the daemon could not start, or its store failed.
[[nodiscard]] Status run_daemon(const std::string& config_file, const LogSink& log);

// Reads all that run_daemon() would, opens neither store nor socket. Says each mistake through `log`, or that all is well.
[[nodiscard]] bool check_config(const std::string& config_file, const LogSink& log);

// The message, and its help as the next sentence or the last line of a message of several.
[[nodiscard]] std::string text_of(const Error& error);

}  // namespace plan::orchestrator
