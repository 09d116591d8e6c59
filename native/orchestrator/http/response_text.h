// The head of an answer, as HTTP/1.1 has it.
#pragma once

#include <string>

#include "orchestrator/http/routes.h"

namespace plan::orchestrator::http {

// `length`: of the body that follows.
[[nodiscard]] std::string response_head(const Response& response, std::size_t length, bool keep_alive);

}  // namespace plan::orchestrator::http
