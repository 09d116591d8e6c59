// Who may call what, and the answers that need no waiting. Knows no socket.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "orchestrator/access/rules.h"
#include "orchestrator/http/metrics.h"
#include "orchestrator/service.h"

namespace plan::orchestrator::http {

// Where a request came in, and so how much is known of who sent it.
enum class Listener : std::uint8_t {
  members,   // mutual TLS: `peer` is there
  status,    // plain, on loopback: whoever reaches that
  control,   // a Unix socket: whoever may open it, root and the daemon's own user
};

struct Request {
  std::string method;
  std::string target;
  std::string body;
  Listener listener = Listener::members;
  std::optional<Peer> peer = {};     // of Listener::members only
  std::string account = {};          // of Listener::control only: whose process it is
  std::string address = {};          // of the connection, for the audit
};

struct Response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::string allow = {};                         // of 405
  std::optional<unsigned> retry_after_s = {};     // of 503
  std::optional<Error> error = {};                // whose answer this is
  bool told = false;                              // the service has written its audit record of the error
  // There is no news yet: to be asked again when a commit changed something, and answered then or after this time.
  std::optional<std::chrono::milliseconds> hold = {};
  std::string file = {};                          // sent instead of `body`, with bounded memory, and removed then
};

// Does this target belong to the exchange call, which the server answers itself?
[[nodiscard]] bool is_exchange(std::string_view target);

// Everything else. `rules` say who may call what is for operators; an answer that `may_hold` is not forced to be news.
// What a call stages is to be committed before its answer is given.
[[nodiscard]] Response answer(const Request& request, Service& service, Instant now, const Gauges& gauges,
                              const Rules& rules, bool may_hold);

[[nodiscard]] Response error_response(const Service& service, const Error& error);

}  // namespace plan::orchestrator::http
