// Who may call what, and the answers that need no waiting. Knows no socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "orchestrator/service.h"

namespace plan::orchestrator::http {

struct Request {
  std::string method;
  std::string target;
  std::string body;
  std::optional<std::string> peer;   // certname of the verified peer; none on the plain loopback listener
};

struct Response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::string allow = {};                         // of 405
  std::optional<unsigned> retry_after_s = {};     // of 503
};

struct Gauges {
  std::size_t connections = 0, waiting = 0;
  std::uint64_t refused_connections = 0, commits = 0;
  bool stopping = false;
};

// Does this target belong to the exchange call, which the server answers itself?
[[nodiscard]] bool is_exchange(std::string_view target);

// Everything else. `own` is the orchestrator's certname.
[[nodiscard]] Response answer(const Request& request, const Service& service, const Gauges& gauges,
                              std::string_view own);

[[nodiscard]] Response error_response(const Service& service, const Error& error);

}  // namespace plan::orchestrator::http
