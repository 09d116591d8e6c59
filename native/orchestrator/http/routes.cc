#include "orchestrator/http/routes.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/serialize.hpp>

#include "orchestrator/http/error_status.h"
#include "orchestrator/http/status.h"
#include "orchestrator/http/target.h"
#include "protocol/exchange.h"
#include "protocol/fields.h"
#include "protocol/path.h"

namespace plan::orchestrator::http {

namespace {

// Over TLS everybody has a certificate of the CA. The other listeners are for the host.
enum class Access : std::uint8_t {
  anybody,     // whom the CA signed, and the host
  operators,   // whom the rules allow it, and the host
  keepers,     // the same, but for the status listener: any account of the host reaches that, and this changes or holds secrets
};

// What a route is asked.
struct Call {
  const Request& request;
  Service& service;
  Instant now;
  const Gauges& gauges;
  const std::vector<std::string>& segments;   // what the path's {} took
  const Query& query;
  bool may_hold;
};

struct Route {
  std::string_view method;
  std::string_view path;   // a segment {} takes any one, percent-encoded
  Access access;
  Response (*answer)(const Call& call);
};

Response json_response(const boost::json::value& json) { return {200, boost::json::serialize(json) + "\n"}; }

Error unknown_cluster(const std::string& title) {
  return Error{"unknown_cluster", "there is no cluster '" + title + "' here"};
}

// ------------------------------------------------------------------------------------------------ status

ServiceState state_of(const Call& call) {
  if (call.gauges.stopping) return ServiceState::stopping;
  return call.service.full() ? ServiceState::error : ServiceState::running;
}

std::string name_of(const Call& call) { return call.segments.empty() ? "" : call.segments.front(); }

Response services(const Call& call) {
  const std::string alert = call.service.full() ? store_full().message : "";
  return services_status(state_of(call), alert, name_of(call), call.query, [&call](bool debug) {
    boost::json::object status{{"clusters", call.service.titles().size()}, {"connections", call.gauges.connections}};
    if (debug) status["epoch"] = call.service.epoch();
    return status;
  });
}

Response simple(const Call& call) { return simple_status(state_of(call), name_of(call)); }

Response metrics(const Call& call) {
  return {200, metrics_text(call.service, call.gauges), std::string(kMetricsType)};
}

// ------------------------------------------------------------------------------------------------ clusters

Response clusters(const Call& call) { return json_response(call.service.describe()); }

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// From the query; nothing when it is not there.
Result<std::optional<std::uint64_t>> number(const Query& query, const std::string& name) {
  const auto found = query.find(name);
  if (found == query.end()) return std::optional<std::uint64_t>();
  if (auto value = whole_number(found->second)) return value;
  return Error{"malformed", name + ": expected a whole number, found '" + found->second + "'"};
}

// One cluster, or, with `since`, what became of it: the answer is held as long as the revision is that one.
Response cluster(const Call& call) {
  const std::string& title = call.segments.front();
  const auto since = number(call.query, "since");
  if (!since) return error_response(call.service, since.error());
  const auto wait = number(call.query, "wait_ms");
  if (!wait) return error_response(call.service, wait.error());
  const auto revision = call.service.revision(title);
  if (!revision) return error_response(call.service, unknown_cluster(title));
  if (call.may_hold && *since == revision) {
    Response held;
    held.hold = std::min(protocol::kMaxWait, std::chrono::milliseconds(wait->value_or(0)));
    return held;
  }
  return json_response(call.service.describe(title));
}

template <boost::json::value (Service::*describe)(std::string_view title) const>
Response part_of_cluster(const Call& call) {
  const std::string& title = call.segments.front();
  const boost::json::value json = (call.service.*describe)(title);
  return json.is_null() ? error_response(call.service, unknown_cluster(title)) : json_response(json);
}

Response retry(const Call& call) {
  const std::string& title = call.segments.at(0);
  const auto id = whole_number(call.segments.at(1));
  if (!id) return error_response(call.service, Error{"not_found", "there is no dead letter '" + call.segments.at(1) + "'"});
  if (const auto done = call.service.retry(title, *id, call.now); !done) return error_response(call.service, done.error());
  return json_response(boost::json::object{{"cluster", title}, {"id", *id}, {"state", "retried"}});
}

// What a field means is not guessed: a misspelt `dry_run` would be an act.
Result<Service::Order> read_order(const Call& call) {
  auto json = protocol::read_body(call.request.body);
  if (!json) return json.error();
  protocol::Fields fields(*json, "");
  const auto* value = fields.find("value");
  if (value == nullptr) fields.fail("value", "expected what is said, but the field is missing");
  const auto* dry_run = fields.find("dry_run");
  if (dry_run != nullptr && !dry_run->is_bool()) fields.fail("dry_run", "expected a boolean, found " + std::string(protocol::kind_of(*dry_run)));
  if (const auto* object = json->if_object()) {
    for (const auto& [name, _] : *object) {
      if (name != "value" && name != "dry_run") fields.fail(name, "there is no such field; there are value and dry_run");
    }
  }
  if (fields.error()) return *fields.error();
  // Who has no certificate came by the control socket.
  const std::string by = call.request.peer ? call.request.peer->certname : call.request.account + "@" + call.service.certname();
  return Service::Order{call.segments.at(0), call.segments.at(1), by, *value, dry_run != nullptr && dry_run->get_bool(), call.request.address};
}

Response order(const Call& call) {
  const auto order = read_order(call);
  if (!order) return error_response(call.service, order.error());
  const auto answer = call.service.order(*order, call.now);
  if (answer) return json_response(*answer);
  Response response = error_response(call.service, answer.error());
  response.told = true;
  return response;
}

// The service stands still while its store is copied.
Response backup(const Call& call) {
  const auto copy = call.service.backup();
  if (!copy) return error_response(call.service, copy.error().code == "store.full" ? store_full() : copy.error());
  Response response;
  response.content_type = "application/vnd.sqlite3";
  response.file = *copy;
  return response;
}

constexpr std::array<Route, 13> kRoutes = {{
    {"GET", "/status/v1/simple", Access::anybody, simple},
    {"GET", "/status/v1/simple/{}", Access::anybody, simple},
    {"GET", "/status/v1/services", Access::operators, services},
    {"GET", "/status/v1/services/{}", Access::operators, services},
    {"GET", "/metrics", Access::operators, metrics},
    {"GET", "/plan/v1/backup", Access::keepers, backup},
    {"GET", "/plan/v1/clusters", Access::operators, clusters},
    {"GET", "/plan/v1/clusters/{}", Access::operators, cluster},
    {"GET", "/plan/v1/clusters/{}/members", Access::operators, part_of_cluster<&Service::describe_members>},
    {"GET", "/plan/v1/clusters/{}/messages", Access::operators, part_of_cluster<&Service::describe_messages>},
    {"GET", "/plan/v1/clusters/{}/dead-letters", Access::operators, part_of_cluster<&Service::describe_dead_letters>},
    {"POST", "/plan/v1/clusters/{}/dead-letters/{}/retry", Access::keepers, retry},
    {"POST", "/plan/v1/clusters/{}/inputs/{}", Access::keepers, order},
}};

// As the rules see it: percent-encoding makes no other path of it.
std::string canonical_path(std::string_view pattern, const std::vector<std::string>& segments) {
  std::string path;
  for (const auto& segment : segments) {
    const auto hole = pattern.find("{}");
    path += std::string(pattern.substr(0, hole)) + segment;
    pattern.remove_prefix(hole + 2);
  }
  return path + std::string(pattern);
}

std::optional<Error> refusal(const Route& route, const std::vector<std::string>& segments, const Request& request,
                             const Rules& rules) {
  if (route.access == Access::anybody || request.listener == Listener::control) return std::nullopt;
  if (request.listener == Listener::status) {
    if (route.access == Access::operators) return std::nullopt;
    return Error{"forbidden", "this is not for every account of the host",
                 "Use the control socket, or HTTPS with an operator's certificate."};
  }
  return rules.refusal(canonical_path(route.path, segments), *request.peer);
}

}  // namespace

bool is_exchange(std::string_view target) { return target.starts_with(protocol::kProcessesPrefix); }

Response error_response(const Service& service, const Error& error) {
  const Failure kind = failure(error.code);
  // What is wrong inside is for the log, not for clients.
  const Error shown = kind == Failure::internal ? Error{"internal", "the orchestrator has a problem; see its log"} : error;
  Response response{status_of(kind), protocol::write(service.error_reply(shown))};
  response.error = error;
  return response;
}

Response answer(const Request& request, Service& service, Instant now, const Gauges& gauges, const Rules& rules,
                bool may_hold) {
  const auto target = split_target(request.target);
  if (!target) return error_response(service, Error{"malformed", "the query of '" + request.target + "' cannot be read"});
  std::string allowed;
  for (const auto& route : kRoutes) {
    const auto segments = match_path(route.path, target->path);
    if (!segments) continue;
    if (request.method != route.method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (const auto error = refusal(route, *segments, request, rules)) return error_response(service, *error);
    return route.answer({request, service, now, gauges, *segments, target->query, may_hold});
  }
  if (allowed.empty()) return error_response(service, Error{"not_found", "there is nothing at '" + request.target + "'"});
  Response response = error_response(service, Error{"method_not_allowed", "only " + allowed + " is answered here"});
  response.allow = allowed;
  return response;
}

}  // namespace plan::orchestrator::http
