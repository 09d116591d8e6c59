// A call to the daemon on this host, over its control socket.
#pragma once

#include <string>

#include "base/result.h"

namespace plan::orchestrator::http {

// Writes the body of a good answer to an open file. Error control.*.
[[nodiscard]] Status download(const std::string& socket, const std::string& target, int file);

}  // namespace plan::orchestrator::http
