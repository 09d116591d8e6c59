// What could not be done with messages and tokens: told once in the log, kept for people, and, where that is possible,
// tried again when one of them says so.
#include <algorithm>

#include "engine/program.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kDeadLettersKept = 100;

// What is kept of a dead letter: at_ms, process, action, message, place, stack; tokens (as text) and values (rich data:
// [{queue, value}]); of a message that was never sent `undelivered`, as on the wire; of what cannot be tried again for
// good `final`, why; retried_ms, once it was.

const boost::json::value* find(const boost::json::object& letter, std::string_view name) {
  return letter.if_contains(name);
}

std::string_view text(const boost::json::object& letter, std::string_view name) {
  const auto& value = letter.at(name).as_string();
  return {value.data(), value.size()};
}

struct Put {
  std::string queue;
  values::Value value;
};

// The tokens of a firing that failed, as they were taken.
Result<std::vector<Put>> taken_tokens(const boost::json::object& letter, const Process& process) {
  auto list = values::from_json(letter.at("values"), process.program.get());
  if (!list) return list.error();
  std::vector<Put> tokens;
  for (const auto& item : list->as_array()) {
    const auto& token = item.as_hash();
    const auto *queue = token.find("queue"), *value = token.find("value");
    PLAN_ASSERT(queue != nullptr && value != nullptr);   // see engine::DeadLetter
    tokens.push_back({values::to_string(*queue), *value});
  }
  return tokens;
}

Result<engine::Message> undelivered_message(const boost::json::object& letter, const Process& process) {
  auto message = protocol::read_message(letter.at("undelivered"), process.program.get());
  if (!message) return message.error();
  return std::move(message->message);
}

std::string why_tokens_stay(const boost::json::object& letter, const Process& process) {
  if (text(letter, "process") != process.declaration.resource) {
    return "only tokens of the cluster's own process can be put back";
  }
  if (text(letter, "action").empty()) return "no action took it: there is nothing to put back";
  const auto tokens = taken_tokens(letter, process);
  if (!tokens) return tokens.error().message;
  for (const auto& token : *tokens) {
    if (const auto taken = process.engine->accepts(token.queue, token.value); !taken) return taken.error().message;
  }
  return "";
}

}  // namespace

void Service::State::dead_letter(Process& process, const engine::DeadLetter& letter, Instant now,
                                 boost::json::object more) {
  ++counters.dead_letters;
  const std::string where = (letter.action.empty() ? "" : " in " + letter.action) +
                            (letter.place.file.empty() ? "" : " at " + letter.place.text());
  // A member that begins anew is no failure of anybody.
  log({.level = find(more, "final") == nullptr ? LogLevel::error : LogLevel::warning,
       .message = process.declaration.title + ": dead letter of " + letter.process + where + ": " + letter.message,
       .event = "dead_letter", .certname = options.certname, .resource = letter.process,
       .cluster = process.declaration.title, .code = "dead_letter"});
  boost::json::object kept{{"at_ms", now.time_since_epoch().count()},
                           {"process", letter.process},
                           {"action", letter.action},
                           {"message", letter.message},
                           {"place", letter.place.text()},
                           {"stack", letter.stack},
                           {"tokens", values::inspect(letter.tokens)},
                           {"values", values::to_json(letter.tokens)}};
  for (auto& item : more) kept[item.key()] = std::move(item.value());
  auto& letters = process.dead_letters;
  letters.push_back({letters.empty() ? 1 : letters.back().id + 1, std::move(kept)});
  if (letters.size() > kDeadLettersKept) {
    process.buried = letters.front().id;
    letters.pop_front();
  }
  mark_changed(process);
  revise(process);
}

// A new incarnation of a member gets nothing that was for the one before, which may have received it or not.
void Service::State::give_up(Process& process, const Conversation& conversation, Instant now) {
  for (const auto& [sequenced, text] : conversation.undelivered()) {
    const engine::Message& message = sequenced.message;
    engine::DeadLetter letter;
    letter.process = process.declaration.resource;
    letter.message = std::string(engine::to_string(message.kind)) + (message.name.empty() ? "" : " " + message.name) +
                     " for " + message.to.certname + " " + message.to.resource +
                     ": not acknowledged before its incarnation ended";
    letter.tokens = values::Value::array({message.value});
    dead_letter(process, letter, now, {{"final", "it was for an incarnation of the member that is gone"}});
  }
}

std::string Service::State::why_not_retryable(const Process& process, const boost::json::object& letter) {
  if (find(letter, "retried_ms") != nullptr) return "it was retried already";
  if (find(letter, "final") != nullptr) return std::string(text(letter, "final"));
  if (find(letter, "undelivered") == nullptr) return why_tokens_stay(letter, process);
  const auto message = undelivered_message(letter, process);
  if (!message) return message.error().message;
  return find_receiver(process, message->to) == nullptr ? "nobody of that name ever spoke with this process" : "";
}

Status Service::retry(std::string_view title, std::uint64_t id, Instant now) {
  State& state = *state_;
  if (state.failure) return *state.failure;
  if (state.full) return store_full();
  Process* process = state.served(title);
  if (process == nullptr) return Error{"unknown_cluster", "there is no cluster '" + std::string(title) + "' here"};
  auto& letters = process->dead_letters;
  const auto found = std::find_if(letters.begin(), letters.end(), [id](const auto& one) { return one.id == id; });
  if (found == letters.end()) return Error{"not_found", "there is no dead letter " + std::to_string(id)};
  const auto why = state.why_not_retryable(*process, found->letter);
  if (!why.empty()) return Error{"not_retryable", why};
  now = state.advance(now);
  const boost::json::object letter = found->letter;   // what follows may make more of them, and end this one's place
  found->letter["retried_ms"] = now.time_since_epoch().count();
  found->stored = false;
  state.mark_changed(*process);
  state.revise(*process);
  state.log(LogLevel::info, process->declaration.title + ": dead letter " + std::to_string(id) + " is retried");
  if (find(letter, "undelivered") != nullptr) {
    state.deliver(*process, *undelivered_message(letter, *process), now);
    return Done{};
  }
  const auto tokens = taken_tokens(letter, *process);
  for (const auto& token : *tokens) {   // nothing fires before all of them are there
    state.step(*process, engine::Posted{token.queue, token.value}, now, 0);
  }
  state.step(*process, engine::Tick{}, now);
  return Done{};
}

boost::json::array Service::State::describe_letters(const Process& process) {
  boost::json::array list;
  for (const auto& kept : process.dead_letters) {
    boost::json::object one{{"id", kept.id}};
    for (const char* name : {"at_ms", "process", "action", "message", "place", "stack", "tokens"}) {
      one[name] = kept.letter.at(name);
    }
    const std::string why = why_not_retryable(process, kept.letter);
    const bool retried = find(kept.letter, "retried_ms") != nullptr;
    one["state"] = retried ? "retried" : why.empty() ? "retryable" : "not_retryable";
    if (!retried && !why.empty()) one["reason"] = why;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace plan::orchestrator
