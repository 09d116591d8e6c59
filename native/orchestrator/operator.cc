// What operators say to served processes.
#include <algorithm>

#include "engine/program.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kValueLogged = 1024;   // bytes of it

std::string clipped(std::string text) {
  if (text.size() <= kValueLogged) return text;
  std::size_t end = kValueLogged;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

// Of the process itself, without those that it made.
boost::json::object picture(const engine::Engine& engine) {
  const boost::json::value described = engine.describe();
  const auto& own = described.at("processes").as_object().begin()->value();
  return {{"states", own.at("states")}, {"variables", own.at("variables")}, {"queues", own.at("queues")},
          {"waiting", waiting(engine)}, {"ended", own.at("ended")}};
}

// Of two pictures the variables and queues that differ.
void keep_changes(boost::json::object& before, boost::json::object& after) {
  for (const char* part : {"variables", "queues"}) {
    auto &old = before[part].as_object(), &fresh = after[part].as_object();
    for (const auto& [name, value] : boost::json::object(old)) {
      const auto* other = fresh.if_contains(name);
      if (other == nullptr || *other != value) continue;
      old.erase(name);
      fresh.erase(name);
    }
  }
}

boost::json::value secured(boost::json::value json) {
  redact(json);
  return json;
}

boost::json::object outcome(const engine::Effects& effects) {
  boost::json::array answers, actions, messages, failures;
  for (const auto& answer : effects.answers) answers.push_back(boost::json::string(values::to_string(answer)));
  for (const auto& firing : effects.firings) actions.push_back({{"process", firing.process}, {"action", firing.action}});
  for (const auto& message : effects.messages) {
    messages.push_back({{"kind", engine::to_string(message.kind)}, {"name", message.name},
                        {"to", {{"certname", message.to.certname}, {"resource", message.to.resource}}}});
  }
  for (const auto& letter : effects.dead_letters) {
    failures.push_back({{"process", letter.process}, {"action", letter.action}, {"message", letter.message}});
  }
  return {{"answers", std::move(answers)}, {"actions", std::move(actions)}, {"messages", std::move(messages)},
          {"dead_letters", std::move(failures)}};
}

std::string inputs_text(const engine::Engine& engine) {
  std::string text;
  for (const auto& input : engine.operator_inputs()) {
    text += (text.empty() ? "" : "; ") + input.name + ", " + input.type + (input.about.empty() ? "" : " (" + input.about + ")");
  }
  return text.empty() ? "Its plan has no input for an operator." : "There are: " + text + ".";
}

std::string situation(const engine::Engine& engine) {
  std::string states, reasons;
  const auto own = picture(engine);
  for (const auto& state : own.at("states").as_array()) states += (states.empty() ? "" : ", ") + std::string(state.as_string());
  for (const auto& one : engine.waiting()) reasons += (reasons.empty() ? "" : "; ") + one.text();
  std::string text = states.empty() ? "" : "The state is " + states + ".";
  if (!reasons.empty()) text += (text.empty() ? "" : " ") + ("It waits for " + reasons + ".");
  return text;
}

// As an operator is told: see Service::order().
Error told(const Error& error, const engine::Engine& engine, const Service::Order& order) {
  if (error.code == "engine.input") {
    return {"unknown_input", "cluster '" + order.title + "' has no input '" + order.input + "' for an operator", inputs_text(engine)};
  }
  if (error.code == "engine.token") return {"malformed", "value: " + error.message, inputs_text(engine)};
  if (error.code == "engine.ended") return {"not_taken", error.message};
  if (error.code == "engine.failed") return {"refused", error.message, error.help};
  if (error.code != "engine.not_taken") return error;
  return {"not_taken", error.message + (error.help.empty() ? "" : ": " + error.help), situation(engine)};
}

}  // namespace

Result<boost::json::value> Service::State::order(const Order& order, Instant now) {
  Process* process = served(order.title);
  if (process == nullptr) return Error{"unknown_cluster", "there is no cluster '" + order.title + "' here"};
  if (full && !order.dry_run) return store_full();
  const auto value = values::from_json(order.value, process->program.get());
  if (!value) return Error{"malformed", "value: " + value.error().message, inputs_text(*process->engine)};
  now = advance(now);
  std::unique_ptr<engine::Engine> trial;
  if (order.dry_run) {
    auto copy = process->engine->copy();
    if (!copy) return copy.error();
    trial = std::move(*copy);
  }
  engine::Engine& engine = trial ? *trial : *process->engine;
  boost::json::object before = picture(engine);
  engine::Effects effects = engine.step(engine::Ordered{order.input, *value, order.by}, now);
  if (effects.refused) return told(*effects.refused, engine, order);
  boost::json::object after = picture(engine);
  keep_changes(before, after);
  boost::json::object answer{{"cluster", order.title}, {"input", order.input}, {"by", order.by}, {"taken", true}, {"dry_run", order.dry_run}};
  for (auto& item : outcome(effects)) answer[item.key()] = std::move(item.value());
  answer["before"] = secured(std::move(before));
  answer["after"] = secured(std::move(after));
  if (!trial) apply(*process, std::move(effects), now);
  return boost::json::value(std::move(answer));
}

// The value, for the audit. What the input's type refused may be a secret that was not marked as one.
std::string Service::State::shown_value(const Order& order, std::string_view code) const {
  if (code != "ok" && code != "dry_run" && code != "not_taken" && code != "refused") return "";
  return " " + clipped(values::inspect(*values::from_json(order.value, served(order.title)->program.get())));
}

Result<boost::json::value> Service::order(const Order& order, Instant now) {
  State& state = *state_;
  if (state.failure) return *state.failure;
  auto answer = state.order(order, now);
  std::string code = order.dry_run ? "dry_run" : "ok";
  if (!answer) code = answer.error().code;
  state.log({.level = answer ? LogLevel::info : LogLevel::warning,
             .message = order.title + ": operator " + order.by + (order.dry_run ? " tries " : " says ") + order.input +
                        state.shown_value(order, code) + ": " + code + (answer || code == "malformed" ? "" : ": " + answer.error().message),
             .event = "operator", .cluster = order.title, .code = code, .address = order.address, .by = order.by,
             .input = order.input});
  return answer;
}

}  // namespace plan::orchestrator
