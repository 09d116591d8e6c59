#include "orchestrator/http/error_status.h"

#include <array>
#include <utility>

#include "base/assert.h"

namespace plan::orchestrator::http {

namespace {

constexpr std::array<std::pair<std::string_view, Failure>, 26> kCodes = {{
    {"malformed", Failure::malformed},
    {"unsupported_version", Failure::unsupported_version},
    {"target_too_long", Failure::target_too_long},
    {"unsupported_expectation", Failure::unsupported_expectation},
    {"unsupported_protocol", Failure::unsupported_protocol},
    {"too_large", Failure::too_large},
    {"header_too_large", Failure::header_too_large},
    {"timeout", Failure::timeout},
    {"forbidden", Failure::forbidden},
    {"wrong_certname", Failure::wrong_certname},
    {"not_admitted", Failure::not_admitted},
    {"admission_refused", Failure::admission_refused},
    {"released", Failure::released},
    {"not_found", Failure::not_found},
    {"method_not_allowed", Failure::method_not_allowed},
    {"unknown_cluster", Failure::unknown_cluster},
    {"unknown_input", Failure::unknown_input},
    {"not_taken", Failure::not_taken},
    {"refused", Failure::refused},
    {"stale_incarnation", Failure::stale_incarnation},
    {"sequence_gap", Failure::sequence_gap},
    {"conflict", Failure::conflict},
    {"not_retryable", Failure::not_retryable},
    {"overloaded", Failure::overloaded},
    {"store_full", Failure::store_full},
    {"stopping", Failure::stopping},
}};

}  // namespace

Failure failure(std::string_view code) {
  for (const auto& [name, value] : kCodes) {
    if (name == code) return value;
  }
  return Failure::internal;
}

unsigned status_of(Failure failure) {
  switch (failure) {
    case Failure::malformed:
    case Failure::unsupported_protocol: return 400;
    case Failure::forbidden:
    case Failure::wrong_certname:
    case Failure::not_admitted:
    case Failure::admission_refused:
    case Failure::released: return 403;
    case Failure::not_found:
    case Failure::unknown_cluster:
    case Failure::unknown_input: return 404;
    case Failure::method_not_allowed: return 405;
    case Failure::timeout: return 408;
    case Failure::stale_incarnation:
    case Failure::sequence_gap:
    case Failure::conflict:
    case Failure::not_retryable:
    case Failure::not_taken:
    case Failure::refused: return 409;
    case Failure::too_large: return 413;
    case Failure::target_too_long: return 414;
    case Failure::unsupported_expectation: return 417;
    case Failure::header_too_large: return 431;
    case Failure::internal: return 500;
    case Failure::overloaded:
    case Failure::store_full:
    case Failure::stopping: return 503;
    case Failure::unsupported_version: return 505;
  }
  PLAN_ASSERT(false);
  return 500;
}

}  // namespace plan::orchestrator::http
