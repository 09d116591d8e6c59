// What `plan-orchestrator backup` and `restore` do. Each returns what it did, as lines for people.
#pragma once

#include <string>

#include "base/result.h"
#include "orchestrator/config.h"

namespace plan::orchestrator {

// A copy of the store of the daemon that runs, checked. An existing file is replaced only by `force`.
[[nodiscard]] Result<std::string> back_up(const Config& config, const std::string& file, bool force);

// The store becomes what the file holds, above every epoch that is known, and every process is told that it may have
// forgotten something. The daemon must be stopped. What was the store is kept beside it.
[[nodiscard]] Result<std::string> restore(const Config& config, const std::string& file);

}  // namespace plan::orchestrator
