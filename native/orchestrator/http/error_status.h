// The one map from error codes to HTTP.
#pragma once

#include <cstdint>
#include <string_view>

namespace plan::orchestrator::http {

enum class Failure : std::uint8_t {
  malformed, unsupported_protocol, unsupported_version, unsupported_expectation, too_large, header_too_large,
  target_too_long, timeout, forbidden, wrong_certname, not_admitted, admission_refused, released, not_found,
  method_not_allowed, unknown_cluster, stale_incarnation, sequence_gap, conflict, not_retryable, unknown_input, not_taken,
  refused, overloaded, store_full, stopping, internal,
};

// By its code; whatever is not meant for a client (store.io, say) is `internal`.
[[nodiscard]] Failure failure(std::string_view code);
[[nodiscard]] unsigned status_of(Failure failure);

}  // namespace plan::orchestrator::http
