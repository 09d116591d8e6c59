// What operators see of the service, as JSON.
#include "engine/program.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

std::int64_t milliseconds(Instant instant) { return instant.time_since_epoch().count(); }

// What a plan keeps secret is for members, not for who looks at the status.
void redact(boost::json::value& json) {
  if (json.is_array()) {
    for (auto& item : json.get_array()) redact(item);
  } else if (json.is_object()) {
    auto& object = json.get_object();
    const auto* type = object.if_contains("__ptype");
    if (type != nullptr && type->is_string() && type->get_string() == "Sensitive") {
      json = "Sensitive [value redacted]";
      return;
    }
    for (auto& item : object) redact(item.value());
  }
}

boost::json::array waiting(const engine::Engine& engine) {
  boost::json::array list;
  for (const auto& item : engine.waiting()) {
    list.push_back(boost::json::object{{"process", item.process},
                                       {"action", item.action},
                                       {"text", item.text()},
                                       {"since_ms", milliseconds(item.since)}});
  }
  return list;
}

boost::json::value ended(const engine::Engine& engine) {
  const auto end = engine.ended();
  if (!end) return nullptr;
  return boost::json::object{{"failed", end->failed}, {"message", values::inspect(end->value)}};
}

boost::json::array dead_letters(const Process& process) {
  boost::json::array list;
  for (const auto& [at, letter] : process.dead_letters) {
    list.push_back(boost::json::object{{"at_ms", milliseconds(at)},
                                       {"process", letter.process},
                                       {"action", letter.action},
                                       {"message", letter.message},
                                       {"place", letter.place.text()},
                                       {"stack", letter.stack},
                                       {"tokens", values::inspect(letter.tokens)}});
  }
  return list;
}

boost::json::object outline(const Process& process) {
  return {{"title", process.declaration.title},
          {"resource", process.declaration.resource},
          {"plan", process.declaration.plan},
          {"bundle", process.program->digest()},
          {"waiting", waiting(*process.engine)},
          {"ended", ended(*process.engine)}};
}

boost::json::object member(const Conversation& conversation, const MemberNote* note) {
  const StoredConversation& row = conversation.row();
  boost::json::object json{{"certname", row.key.certname},     {"resource", row.key.resource},
                           {"incarnation", row.incarnation},   {"received", row.received},
                           {"sent", row.sent},                 {"undelivered", conversation.undelivered()},
                           {"dropped", row.dropped},           {"former_incarnations", row.former.size()}};
  if (note != nullptr) {   // none since the daemon was started
    json["plan"] = note->plan;
    json["bundle"] = note->bundle;
    json["last_exchange_ms"] = milliseconds(note->last_exchange);
  }
  return json;
}

}  // namespace

boost::json::value Service::describe() const {
  boost::json::array clusters;
  for (const auto& title : titles()) {
    const Process& process = *state_->served(title);
    boost::json::object one = outline(process);
    std::uint64_t members = 0;
    for (const auto& [key, conversation] : state_->conversations) {
      members += key.process == process.declaration.resource && !conversation.row().incarnation.empty() ? 1U : 0U;
    }
    one["members"] = members;
    clusters.push_back(std::move(one));
  }
  return boost::json::object{{"epoch", state_->epoch}, {"clusters", std::move(clusters)}};
}

boost::json::value Service::describe(std::string_view title) const {
  const Process* process = state_->served(title);
  if (process == nullptr) return nullptr;
  boost::json::object json = outline(*process);
  json["epoch"] = state_->epoch;
  boost::json::value shown = process->engine->describe();
  redact(shown);
  json["state"] = std::move(shown);
  boost::json::array members;
  for (const auto& [key, conversation] : state_->conversations) {
    if (key.process != process->declaration.resource || conversation.row().incarnation.empty()) continue;
    const auto note = state_->notes.find(key);
    members.push_back(member(conversation, note == state_->notes.end() ? nullptr : &note->second));
  }
  json["members"] = std::move(members);
  json["dead_letters"] = dead_letters(*process);
  return json;
}

}  // namespace plan::orchestrator
