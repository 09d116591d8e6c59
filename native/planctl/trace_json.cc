// Firings as JSON, a line each; the state as one object.
#include <boost/json/serialize.hpp>

#include "planctl/trace.h"
#include "planctl/trace_forms.h"
#include "values/json.h"

namespace plan::planctl {

namespace {

namespace json = boost::json;

json::array queued(const std::vector<engine::QueuedValue>& tokens) {
  json::array list;
  for (const engine::QueuedValue& token : tokens) list.push_back({{"queue", token.queue}, {"value", values::to_json(token.value)}});
  return list;
}

json::object firing_json(const engine::Firing& firing) {
  json::object assigned;
  for (const auto& [name, value] : firing.assigned) assigned[name] = values::to_json(value);
  json::object line{{"time_ms", firing.at.time_since_epoch().count()}, {"process", firing.process}, {"action", firing.action},
                    {"received", queued(firing.received)}, {"sent", queued(firing.sent)}, {"assigned", std::move(assigned)}};
  if (!firing.error.empty()) line["error"] = firing.error;
  return line;
}

}  // namespace

void JsonTrace::effects(const engine::Effects& effects, engine::Instant) {
  if (!firings_) return;
  for (const engine::Firing& firing : effects.firings) out_ << json::serialize(firing_json(firing)) << '\n';
}

void JsonTrace::state(const engine::Engine& engine) { out_ << json::serialize(engine.describe()) << '\n'; }

}  // namespace plan::planctl
