// Who is at the other end of a Unix socket: the account of the process that connected, as the kernel says.
#pragma once

#include <string>

namespace plan::orchestrator {

// Its name; its number where there is no name; "unknown" when the kernel does not say.
[[nodiscard]] std::string account_of(int socket);

}  // namespace plan::orchestrator
