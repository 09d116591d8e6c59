#include "orchestrator/http/status.h"

#include <charconv>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "orchestrator/version.h"

namespace plan::orchestrator::http {

namespace {

constexpr int kStatusVersion = 1;   // of what stands under "status"

std::string_view name_of(ServiceState state) {
  switch (state) {
    case ServiceState::running: return "running";
    case ServiceState::error: return "error";
    case ServiceState::stopping: return "stopping";
  }
  PLAN_ASSERT(false);
  return "unknown";
}

unsigned code_of(ServiceState state) { return state == ServiceState::running ? 200U : 503U; }

Response json(unsigned code, const boost::json::value& body) {
  return {code, boost::json::serialize(body), "application/json; charset=utf-8"};
}

Response problem(unsigned code, std::string_view kind, const std::string& message) {
  return json(code, boost::json::object{{"kind", kind}, {"msg", message}});
}

std::optional<int> whole_number(const std::string& text) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Each in the words of Puppet's services.
std::optional<Response> wrong_query(const std::string& name, const Query& query) {
  if (const auto level = query.find("level"); level != query.end()) {
    const std::string& word = level->second;
    if (word != "critical" && word != "info" && word != "debug") return problem(400, "data-invalid", "Invalid level: :" + word);
  }
  if (const auto timeout = query.find("timeout"); timeout != query.end()) {
    const auto seconds = whole_number(timeout->second);
    if (!seconds) return problem(400, "data-invalid", "Invalid timeout. Should be an integer but was " + timeout->second);
    if (*seconds <= 0) {
      return problem(400, "data-invalid", "Invalid timeout. Timeout must be greater than zero but was " + timeout->second);
    }
  }
  const auto version = query.find("service_status_version");
  if (name.empty() || version == query.end()) return std::nullopt;
  const auto number = whole_number(version->second);
  if (!number) {
    return problem(400, "data-invalid", "Invalid service_status_version. Should be an integer but was " + version->second);
  }
  if (*number == kStatusVersion) return std::nullopt;
  return problem(400, "service-status-version-not-found",
                 "No status function with version " + std::to_string(*number) + " found for service " + name);
}

}  // namespace

Response services_status(ServiceState state, const std::string& alert, const std::string& name, const Query& query,
                         const std::function<boost::json::object(bool debug)>& details) {
  if (!name.empty() && name != kServiceName) {
    return problem(404, "service-not-found", "No status information found for service " + name);
  }
  if (auto wrong = wrong_query(name, query)) return *wrong;
  const auto asked = query.find("level");
  const std::string level = asked == query.end() ? "info" : asked->second;
  boost::json::array alerts;
  if (!alert.empty()) alerts.push_back(boost::json::object{{"severity", "error"}, {"message", alert}});
  boost::json::object service{{"service_version", kVersion},
                              {"service_status_version", kStatusVersion},
                              {"detail_level", level},
                              {"state", name_of(state)},
                              {"status", level == "critical" ? boost::json::object() : details(level == "debug")},
                              {"active_alerts", std::move(alerts)}};
  if (name.empty()) return json(code_of(state), boost::json::object{{kServiceName, std::move(service)}});
  service["service_name"] = name;
  return json(code_of(state), service);
}

Response simple_status(ServiceState state, const std::string& name) {
  if (!name.empty() && name != kServiceName) return {404, "not found: " + name, "text/plain; charset=utf-8"};
  return {code_of(state), std::string(name_of(state)), "text/plain; charset=utf-8"};
}

}  // namespace plan::orchestrator::http
