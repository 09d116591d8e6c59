#include "orchestrator/http/routes.h"

#include <array>

#include <boost/json/serialize.hpp>

#include "orchestrator/http/error_status.h"
#include "orchestrator/version.h"
#include "protocol/exchange.h"
#include "protocol/path.h"

namespace plan::orchestrator::http {

namespace {

// Over TLS everybody has a certificate of the CA. The other listeners are for the host.
enum class Access : std::uint8_t {
  anybody,     // whom the CA signed, and the host
  operators,   // the orchestrator's own certificate, and the host
};

struct Context {
  const Service& service;
  const Gauges& gauges;
};

struct Route {
  std::string_view path;   // a last segment {} takes any one segment, percent-encoded
  Access access;
  Response (*answer)(const Context& context, const std::string& segment);
};

Response json_response(const boost::json::value& json) { return {200, boost::json::serialize(json) + "\n"}; }

Response simple_status(const Context& context, const std::string& /*segment*/) {
  return {context.gauges.stopping ? 503U : 200U, context.gauges.stopping ? "stopping" : "running", "text/plain"};
}

Response services_status(const Context& context, const std::string& /*segment*/) {
  const boost::json::object status{{"clusters", context.service.titles().size()},
                                   {"connections", context.gauges.connections}};
  boost::json::array alerts;
  if (context.service.full()) {
    alerts.push_back(boost::json::object{{"severity", "error"}, {"message", store_full().message}});
  }
  const boost::json::object service{{"service_version", kVersion},
                                    {"service_status_version", 1},
                                    {"detail_level", "info"},
                                    {"state", context.gauges.stopping ? "stopping" : "running"},
                                    {"status", status},
                                    {"active_alerts", alerts}};
  return json_response(boost::json::object{{"plan-orchestrator", service}});
}

Response metrics(const Context& context, const std::string& /*segment*/) {
  const auto& counters = context.service.counters();
  const auto& gauges = context.gauges;
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view type, std::uint64_t value) {
    const std::string full = "plan_orchestrator_" + std::string(name);
    text += "# TYPE " + full + " " + std::string(type) + "\n" + full + " " + std::to_string(value) + "\n";
  };
  add("exchanges_total", "counter", counters.exchanges);
  add("messages_received_total", "counter", counters.messages_received);
  add("messages_sent_total", "counter", counters.messages_sent);
  add("duplicates_total", "counter", counters.duplicates);
  add("refused_total", "counter", counters.refused);
  add("undeliverable_total", "counter", counters.undeliverable);
  add("dead_letters_total", "counter", counters.dead_letters);
  add("store_full", "gauge", context.service.full() ? 1 : 0);
  add("commits_total", "counter", gauges.commits);
  add("connections", "gauge", gauges.connections);
  add("connections_waiting", "gauge", gauges.waiting);
  add("connections_refused_total", "counter", gauges.refused_connections);
  add("clusters", "gauge", context.service.titles().size());
  add("epoch", "gauge", context.service.epoch());
  return {200, std::move(text), "text/plain; version=0.0.4"};
}

Response clusters(const Context& context, const std::string& /*segment*/) {
  return json_response(context.service.describe());
}

Response cluster(const Context& context, const std::string& title) {
  boost::json::value json = context.service.describe(title);
  if (json.is_null()) {
    return error_response(context.service, Error{"unknown_cluster", "there is no cluster '" + title + "' here"});
  }
  return json_response(json);
}

constexpr std::array<Route, 5> kRoutes = {{
    {"/status/v1/simple", Access::anybody, simple_status},
    {"/status/v1/services", Access::anybody, services_status},
    {"/metrics", Access::operators, metrics},
    {"/plan/v1/clusters", Access::operators, clusters},
    {"/plan/v1/clusters/{}", Access::operators, cluster},
}};

// The segment that {} took, "" for a path without one, nothing when the target is another.
std::optional<std::string> match(std::string_view path, std::string_view target) {
  if (!path.ends_with("{}")) return path == target ? std::optional<std::string>("") : std::nullopt;
  path.remove_suffix(2);
  if (!target.starts_with(path)) return std::nullopt;
  target.remove_prefix(path.size());
  if (target.empty() || target.find('/') != std::string_view::npos) return std::nullopt;
  return protocol::decode_segment(target);
}

bool may(Access access, const Request& request, std::string_view own) {
  switch (access) {
    case Access::anybody: return true;
    case Access::operators: return request.listener != Listener::members || request.peer->certname == own;
  }
  PLAN_ASSERT(false);
  return false;
}

}  // namespace

bool is_exchange(std::string_view target) { return target.starts_with(protocol::kProcessesPrefix); }

Response error_response(const Service& service, const Error& error) {
  const Failure kind = failure(error.code);
  // What is wrong inside is for the log, not for clients.
  const Error shown = kind == Failure::internal ? Error{"internal", "the orchestrator has a problem; see its log"} : error;
  return {status_of(kind), protocol::write(service.error_reply(shown))};
}

Response answer(const Request& request, const Service& service, const Gauges& gauges, std::string_view own) {
  for (const auto& route : kRoutes) {
    const auto segment = match(route.path, request.target);
    if (!segment) continue;
    if (request.method != "GET") {
      Response response = error_response(service, Error{"method_not_allowed", "only GET is answered here"});
      response.allow = "GET";
      return response;
    }
    if (!may(route.access, request, own)) {
      return error_response(service, Error{"forbidden", "'" + request.peer->certname + "' may not see this",
                                           "It is for the orchestrator's own certificate, and for its host."});
    }
    return route.answer({service, gauges}, *segment);
  }
  return error_response(service, Error{"not_found", "there is nothing at '" + request.target + "'"});
}

}  // namespace plan::orchestrator::http
