// What operators see of the service, as JSON.
#include "engine/program.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

std::int64_t milliseconds(Instant instant) { return instant.time_since_epoch().count(); }

boost::json::array inputs(const engine::Engine& engine) {
  boost::json::array list;
  for (const auto& input : engine.operator_inputs()) {
    list.push_back(boost::json::object{{"name", input.name}, {"type", input.type}, {"about", input.about}});
  }
  return list;
}

boost::json::value ended(const engine::Engine& engine) {
  const auto end = engine.ended();
  if (!end) return nullptr;
  return boost::json::object{{"failed", end->failed}, {"message", values::inspect(end->value)}};
}

boost::json::object outline(const Process& process) {
  return {{"title", process.declaration.title},
          {"resource", process.declaration.resource},
          {"plan", process.declaration.plan},
          {"bundle", process.program->digest()},
          {"revision", process.revision},
          {"waiting", waiting(*process.engine)},
          {"ended", ended(*process.engine)}};
}

// By certname and resource: what members published, as the process knows it: {"name": value}.
using Published = std::map<std::pair<std::string, std::string>, boost::json::object>;
Published published(const engine::Engine& engine) {
  Published result;
  const boost::json::value state = engine.snapshot();
  for (const auto& remote : state.at("remotes").as_array()) {
    const auto& identity = remote.at("identity");
    auto& values = result[{identity.at("certname").as_string().c_str(), identity.at("resource").as_string().c_str()}];
    for (const auto& known : remote.at("values").as_object()) values[known.key()] = known.value().at("value");
  }
  return result;
}

boost::json::object member(const Conversation& conversation) {
  const StoredConversation& row = conversation.row();
  boost::json::object json{{"certname", row.key.certname},
                           {"resource", row.key.resource},
                           {"incarnation", row.incarnation},
                           {"received", row.received},
                           {"sent", row.sent},
                           {"undelivered", conversation.undelivered().size()},
                           {"dropped", row.dropped},
                           {"former_incarnations", row.former.size()}};
  if (const auto& note = conversation.note) {
    json["plan"] = note->plan;
    json["bundle"] = note->bundle;
    json["last_exchange_ms"] = milliseconds(note->last_exchange);
  }
  return json;
}

boost::json::object identity(const values::ProcessIdentity& of) {
  return {{"certname", of.certname}, {"resource", of.resource}};
}

std::uint64_t tokens_in(const boost::json::value& described) {
  std::uint64_t count = 0;
  for (const auto& process : described.at("processes").as_object()) {
    for (const auto& queue : process.value().at("queues").as_object()) count += queue.value().as_array().size();
  }
  return count;
}

}  // namespace

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

std::vector<const Conversation*> Service::State::members(const Process& process) const {
  std::vector<const Conversation*> result;
  for (auto at = conversations.lower_bound({process.declaration.resource, "", ""});
       at != conversations.end() && at->first.process == process.declaration.resource; ++at) {
    if (!at->second.row().incarnation.empty()) result.push_back(&at->second);
  }
  return result;
}

boost::json::value Service::describe() const {
  boost::json::array clusters;
  for (const auto& title : titles()) {
    const Process& process = *state_->served(title);
    boost::json::object one = outline(process);
    one["members"] = state_->members(process).size();
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
  for (const auto* conversation : state_->members(*process)) {
    members.push_back(member(*conversation));
  }
  json["members"] = std::move(members);
  json["dead_letters"] = state_->describe_letters(*process);
  json["inputs"] = inputs(*process->engine);
  return json;
}

boost::json::value Service::describe_members(std::string_view title) const {
  const Process* process = state_->served(title);
  if (process == nullptr) return nullptr;
  Published told = published(*process->engine);
  boost::json::array members;
  for (const auto* conversation : state_->members(*process)) {
    boost::json::object one = member(*conversation);
    const ConversationKey& key = conversation->row().key;
    boost::json::value values = std::move(told[{key.certname, key.resource}]);
    redact(values);
    one["published"] = std::move(values);
    members.push_back(std::move(one));
  }
  return boost::json::object{{"cluster", title}, {"revision", process->revision}, {"members", std::move(members)}};
}

boost::json::value Service::describe_messages(std::string_view title) const {
  const Process* process = state_->served(title);
  if (process == nullptr) return nullptr;
  boost::json::array messages;
  for (const auto* conversation : state_->members(*process)) {
    for (const auto& [sequenced, text] : conversation->undelivered()) {
      messages.push_back(boost::json::object{{"sequence", sequenced.sequence},
                                             {"kind", engine::to_string(sequenced.message.kind)},
                                             {"name", sequenced.message.name},
                                             {"from", identity(sequenced.message.from)},
                                             {"to", identity(sequenced.message.to)},
                                             {"state", "to_be_delivered"}});
    }
  }
  return boost::json::object{{"cluster", title}, {"revision", process->revision}, {"messages", std::move(messages)}};
}

boost::json::value Service::describe_dead_letters(std::string_view title) const {
  const Process* process = state_->served(title);
  if (process == nullptr) return nullptr;
  return boost::json::object{{"cluster", title},
                             {"revision", process->revision},
                             {"dead_letters", state_->describe_letters(*process)}};
}

std::optional<std::uint64_t> Service::revision(std::string_view title) const {
  const Process* process = state_->served(title);
  return process == nullptr ? std::nullopt : std::optional(process->revision);
}

std::vector<Service::ClusterCounts> Service::cluster_counts() const {
  std::vector<ClusterCounts> result;
  for (const auto& title : titles()) {
    const Process& process = *state_->served(title);
    ClusterCounts counts{.title = title};
    for (const auto* conversation : state_->members(process)) {
      ++counts.members;
      counts.undelivered += conversation->undelivered().size();
    }
    counts.tokens = tokens_in(process.engine->describe());
    counts.waiting = process.engine->waiting().size();
    counts.firings = process.firings;
    result.push_back(std::move(counts));
  }
  return result;
}

}  // namespace plan::orchestrator
