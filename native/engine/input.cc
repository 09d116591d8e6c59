// Inputs: what the world tells the engine, and what the root process tells others of itself.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

Value strings(const std::vector<std::string>& list) {
  std::vector<Value> items;
  for (const std::string& item : list) items.push_back(Value::string(item));
  return Value::array(std::move(items));
}

Value event_value(std::string_view message, Value data, std::string_view resource, Instant now) {
  values::HashBuilder event;
  event.set("message", Value::string(message));
  event.set("data", std::move(data));
  event.set("resource", Value::string(resource));
  event.set("time", Value::timestamp(now.time_since_epoch().count() * 1'000'000));
  return event.build();
}

}  // namespace

void Engine::State::take(const RunStarted& input) {
  Process& process = root();
  for (const std::uint32_t place : {kEvents, kSynced, kCatalogDone}) {
    if (process.places[place].empty()) continue;
    const bool was_full = full(process, place);
    process.places[place].clear();
    departed(process, place, was_full);
  }
  for (const auto& [slot, value] : {std::pair{kFacts, input.facts}, std::pair{kTrusted, input.trusted},
                                    std::pair{kServerFacts, input.server_facts}}) {
    if (!value.is_undef()) set_node(slot, value);
  }
  if (process.ended || input.parameters.is_undef()) return;
  try {
    set_parameters(process, input.parameters);
  } catch (const EvaluationError& error) {
    dead_letter(process, error.what());
  }
}

void Engine::State::take(const EventPosted& input) {
  if (root().ended) return;
  put(root(), kEvents, event_value(input.message, input.data, input.resource, now), Value::undef());
}

void Engine::State::take(const CatalogDone& input) {
  if (root().ended) return;
  values::HashBuilder done;
  done.set("changed", strings(input.changed));
  done.set("failed", strings(input.failed));
  done.set("skipped", strings(input.skipped));
  done.set("run", Value::string(input.run));
  put(root(), kCatalogDone, done.build(), Value::undef());
}

void Engine::State::take(const BatchSynced& input) {
  const auto found = std::find_if(unsynced.begin(), unsynced.end(),
                                  [&](const PendingBatch& pending) { return pending.batch.id == input.batch; });
  if (found == unsynced.end()) return;      // told twice
  Process* process = found->process < processes.size() ? processes[found->process].get() : nullptr;
  unsynced.erase(found);
  changed = true;
  if (!process || process->ended) return;
  for (const ResourceResult& result : input.results) {
    values::HashBuilder token;
    token.set("ref", Value::string(result.reference));
    token.set("changed", Value::boolean(result.changed));
    token.set("failed", Value::boolean(result.failed));
    token.set("skipped", Value::boolean(result.skipped));
    token.set("noop", Value::boolean(result.noop));
    token.set("messages", strings(result.messages));
    token.set("data", result.data);
    put(*process, kSynced, token.build(), Value::undef());
  }
}

void Engine::State::take(const RunEnded&) {
  ending_run = true;
  for (const auto& process : processes) {
    if (!process || process->ended) continue;
    for (ActionState& action : process->actions) {       // what a whole run did not come to again is forgotten
      if (action.held_up && action.held_up->between_runs) action.held_up.reset();
    }
    for (const std::uint32_t place : {kEvents, kSynced, kCatalogDone}) {
      if (process->places[place].empty()) continue;
      const bool was_full = full(*process, place);
      process->places[place].clear();
      departed(*process, place, was_full);
    }
  }
}

void Engine::State::take(const Leaving&) {
  if (!root().ended) put(root(), kLeaving, Value::boolean(true), Value::undef());
}

void Engine::State::take(const Posted& input) {
  Process& process = root();
  const std::uint32_t place = process.code->place(input.queue);
  PLAN_ASSERT(place != kNone);     // see Engine::accepts
  if (process.ended) return;
  if (place == kEnd || place == kFail) end_process(process, {place == kFail, input.value});
  else put(process, place, input.value, Value::undef());
}

Status Engine::State::hears(const Ordered& input) {
  Process& process = root();
  if (process.ended) return Error{"engine.ended", "the process has ended", {}};
  const std::uint32_t place = process.code->place(input.queue);
  if (place == kNone || !process.code->places[place].operators) {
    return Error{"engine.input", "plan '" + process.code->name + "' has no input '" + input.queue + "' for an operator", {}};
  }
  try {
    require_type(process, process.code->places[place].type, process.code->places[place].slots, input.value, "input '", input.queue);
    require_size(input.value, "input '", input.queue);
  } catch (const EvaluationError& error) {
    return Error{"engine.token", error.what(), {}};
  }
  return Done{};
}

void Engine::State::take(const Ordered& input) {
  put(root(), root().code->place(input.queue), input.value, Value::string(input.by));
  word = serial;
  heard_in = 0;
}

void Engine::State::take(const Received& input) {
  const auto same_way = [&](const Message& other) { return other.from == input.message.from && other.to == input.message.to; };
  if (std::any_of(held.begin(), held.end(), same_way)) hold(input.message);      // it is not to overtake
  else deliver(input.message);
}
void Engine::State::take(const Tick&) {}

void Engine::State::deliver(const Message& message) {
  Process* receiver = local(message.to.certname.empty() ? identity : message.to);
  if (!receiver) return refuse(message, "there is no process " + message.to.resource);
  Remote& sender = remotes[message.from];
  sender.identity = message.from;
  const bool from_orchestrator = orchestrator && *orchestrator == message.from;
  switch (message.kind) {
    case MessageKind::accepted:
      orchestrator = message.from;
      set_variable(root(), kOrchestrator, reference(message.from));
      return;
    case MessageKind::dead_letter: {
      const Value* why = message.value.is(Kind::hash) ? message.value.as_hash().find("error") : nullptr;
      const Value* value = message.value.is(Kind::hash) ? message.value.as_hash().find("value") : nullptr;
      return dead_letter(*receiver, message.from.resource + " refused it: " + (why ? values::to_string(*why) : "?"), message.name,
                         value ? *value : Value::undef());
    }
    case MessageKind::publish:
    case MessageKind::join: {
      const bool join = message.kind == MessageKind::join;
      if (join) sender.plan = message.plan;
      if (!join && !sender.joined) return refuse(message, "it has not joined");
      if (join && receiver->ended) return refuse(message, "the process has ended");
      const auto learn = [&](const std::string& name, const Value& value) {
        const auto known = sender.values.find(name);
        if (known != sender.values.end() && values::same(known->second.value, value)) return;
        sender.values[name] = {value, ++serial, now};
        others_changed();
      };
      if (!join) return learn(message.name, message.value);
      const std::uint32_t requests = receiver->code->place("requests");
      if (requests == kNone) return refuse(message, "it orchestrates nothing");
      if (message.value.is(Kind::hash)) {
        for (const values::HashEntry& entry : message.value.as_hash().entries) learn(values::to_string(entry.key), entry.value);
      }
      values::HashBuilder request;
      request.set("kind", Value::string("add"));
      request.set("value", reference(message.from));
      const Value token = request.build();
      const types::TypePtr& type = receiver->code->places[requests].type.fixed;
      if (type && !values::instance_of(*type, token)) {
        return refuse(message, "it orchestrates " + types::to_string(*type) + ", not a process of plan '" + message.plan + "'");
      }
      if (receiver->places[requests].size() >= capacity(*receiver, requests)) return hold(message);
      sender.joined = true;
      Message accepted;
      accepted.kind = MessageKind::accepted;
      accepted.from = receiver->identity;
      accepted.to = message.from;
      send_message(std::move(accepted));
      return put(*receiver, requests, token, reference(message.from));
    }
    case MessageKind::leave: {
      const std::uint32_t requests = receiver->code->place("requests");
      if (requests == kNone || !sender.joined) return;
      if (receiver->places[requests].size() >= capacity(*receiver, requests)) return hold(message);
      sender.joined = false;
      values::HashBuilder request;
      request.set("kind", Value::string("remove"));
      request.set("value", reference(message.from));
      return put(*receiver, requests, request.build(), reference(message.from));
    }
    case MessageKind::state:
    case MessageKind::send: break;
  }
  if (receiver->ended) return refuse(message, "the process has ended");
  if (!from_orchestrator && !sender.joined) return refuse(message, "the sender is not a member");
  if (message.kind == MessageKind::state) {
    const RegionCode& region = receiver->code->regions[kInputRegion];
    const std::uint32_t state = region.find(message.name);
    if (state == kNone) return refuse(message, "it has no input state '" + message.name + "'");
    if (!from_orchestrator && !region.is_public) return refuse(message, "its input states are not public");
    return move(*receiver, kInputRegion, state);
  }
  const std::uint32_t place = receiver->code->place(message.name);
  if (place == kNone || receiver->code->places[place].direction != syntax::Direction::input) {
    return refuse(message, "it has no input '" + message.name + "'");
  }
  const PlaceCode& code = receiver->code->places[place];
  if (code.operators) return refuse(message, "its input '" + message.name + "' is an operator's");
  if (!from_orchestrator && !code.is_public) return refuse(message, "its input '" + message.name + "' is not public");
  try {
    require_type(*receiver, code.type, code.slots, message.value, "input '", message.name);
    if (receiver->places[place].size() >= capacity(*receiver, place)) return hold(message);
  } catch (const EvaluationError& error) {
    return refuse(message, error.what());
  }
  put(*receiver, place, message.value, reference(message.from));
}

// The queue it is for is full: it waits here, and what the same sender sends to the same process waits behind it.
void Engine::State::hold(const Message& message) {
  if (held.size() >= limits.capacity) return refuse(message, "too many messages wait for room in full queues");
  changed = true;
  held.push_back(message);
}

bool Engine::State::deliver_held() {
  const std::vector<Message> waiting = std::exchange(held, {});
  std::set<std::pair<values::ProcessIdentity, values::ProcessIdentity>> blocked;
  for (const Message& message : waiting) {
    const std::pair way{message.from, message.to};
    const std::size_t before = held.size();
    if (blocked.contains(way)) held.push_back(message);
    else deliver(message);
    if (held.size() > before) blocked.insert(way);
  }
  return held.size() < waiting.size();
}

// Comes back to the sender as a dead letter. A refused dead letter ends here; and who has released itself says nothing any
// more, not even that.
void Engine::State::refuse(const Message& message, const std::string& why) {
  if (message.kind == MessageKind::dead_letter || message.kind == MessageKind::accepted) return;
  const bool has_members = root().code->place("requests") != kNone;
  if (!orchestrating && !has_members && message.kind != MessageKind::join) return;
  Message back;
  back.kind = MessageKind::dead_letter;
  back.from = message.to.certname.empty() ? identity : message.to;
  back.to = message.from;
  back.name = message.kind == MessageKind::join ? "requests" : message.name;
  values::HashBuilder letter;
  letter.set("value", message.value);
  letter.set("error", Value::string(why));
  back.value = letter.build();
  send_message(std::move(back));
}

void Engine::State::send_message(Message message) {
  changed = true;
  if (message.from == identity && message.kind == MessageKind::join) {
    // A join carries what the process publishes; later changes follow as they happen.
    orchestrating = true;
    published.clear();
    values::HashBuilder all;
    const Process& process = root();
    for (std::uint32_t slot = kBuiltinVariables; slot < process.variables.size(); ++slot) {
      if (!process.code->variables[slot].parameter) continue;
      all.set(process.code->variables[slot].name, process.variables[slot].value);
      published[process.code->variables[slot].name] = process.variables[slot].version;
    }
    message.value = all.build();
    effects->messages.push_back(std::move(message));
    publish();
    return;
  }
  if (message.from == identity && message.kind == MessageKind::leave) {
    orchestrating = false;
    orchestrator.reset();
    published.clear();
    effects->messages.push_back(std::move(message));
    set_variable(root(), kOrchestrator, Value::undef());
    return;
  }
  effects->messages.push_back(std::move(message));
}

// Parameters, the output state and latched outputs of the root, as far as they are newer than what was told.
void Engine::State::publish() {
  if (!orchestrating) return;
  const Process& process = root();
  const auto tell = [&](const std::string& name, const Value& value, std::uint64_t version) {
    std::uint64_t& told = published[name];
    if (told == version) return;
    told = version;
    Message message;
    message.kind = MessageKind::publish;
    message.from = identity;
    if (orchestrator) message.to = *orchestrator;
    message.name = name;
    message.value = value;
    message.version = version;
    changed = true;
    effects->messages.push_back(std::move(message));
  };
  for (std::uint32_t slot = kBuiltinVariables; slot < process.variables.size(); ++slot) {
    const VariableCode& code = process.code->variables[slot];
    if (code.parameter) tell(code.name, process.variables[slot].value, process.variables[slot].version);
  }
  const RegionCode& own = process.code->regions[kOwnRegion];
  if (own.output && !own.states.empty()) {
    tell("state", Value::string(own.states[process.regions[kOwnRegion].current]), process.regions[kOwnRegion].version);
  }
  for (std::uint32_t place = kBuiltinPlaces; place < process.places.size(); ++place) {
    const PlaceCode& code = process.code->places[place];
    if (code.latched && code.direction == syntax::Direction::output && !process.places[place].empty()) {
      tell(code.name, process.places[place].front().value, process.places[place].front().serial);
    }
  }
}

}  // namespace plan::engine
