#include "engine/state.h"

#include <algorithm>
#include <cctype>
#include <functional>

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

bool ActionState::used(std::string_view source, std::uint64_t version) const {
  if (!marks) return false;
  for (const auto& [name, versions] : *marks) {
    if (name == source) return std::find(versions.begin(), versions.end(), version) != versions.end();
  }
  return false;
}

void ActionState::use(std::string_view source, std::uint64_t version, bool only_newest) {
  if (!marks) marks = std::make_unique<Marks>();
  for (auto& [name, versions] : *marks) {
    if (name != source) continue;
    if (only_newest) versions.clear();
    if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(version);
    return;
  }
  marks->emplace_back(std::string(source), std::vector<std::uint64_t>{version});
}

Process* Engine::State::local(const Value& process) {
  const values::ProcessObject& object = process.as_process();
  if (object.local != 0 && object.local <= processes.size()) {
    Process* known = processes[object.local - 1].get();
    if (known && &known->identity == &object.identity) return known;
  }
  return local(object.identity);
}

Process* Engine::State::local(const values::ProcessIdentity& of) {
  if (of.certname != identity.certname) return nullptr;
  for (; named < processes.size(); ++named) {
    if (processes[named]) by_resource[processes[named]->identity.resource] = processes[named]->number;
  }
  const auto found = by_resource.find(of.resource);
  return found == by_resource.end() ? nullptr : processes[found->second].get();
}

void Engine::State::set_node(std::uint32_t slot, const Value& value) {
  Cell& cell = node[slot - kFacts];
  if (cell.version != 0 && values::same(cell.value, value)) return;
  cell = {value, ++serial, now};
  for (const auto& process : processes) {
    if (process) variable_changed(*process, slot);
  }
}

const Process* Engine::State::local(const Value& process) const {
  return const_cast<Engine::State*>(this)->local(process);
}

Value Engine::State::reference(const values::ProcessIdentity& of) const {
  if (const Process* own = const_cast<Engine::State*>(this)->local(of)) return own->self;
  const auto remote = remotes.find(of);
  return Value::process(of, remote == remotes.end() ? nullptr : program->plan(remote->second.plan));
}

void Engine::State::look_at(Process& process, std::uint32_t action) {
  process.actions[action].searched = {};
  look_at_arrivals(process, action);
}

void Engine::State::look_at_arrivals(Process& process, std::uint32_t action) {
  ActionState& memory = process.actions[action];
  if (process.ended || memory.candidate || surely_disabled(*this, process, action)) return;
  memory.candidate = true;
  candidates.push_back({memory.last, process.number, action});
  std::push_heap(candidates.begin(), candidates.end(), std::greater<>());
}

void Engine::State::look_at_all(Process& process) {
  for (std::uint32_t action = 0; action < process.actions.size(); ++action) look_at(process, action);
}

void Engine::State::arrived(Process& process, std::uint32_t place) {
  changed = true;
  const PlaceCode& code = process.code->places[place];
  for (const std::uint32_t action : process.code->arrival_readers[place]) {
    if (code.latched) look_at(process, action);
    else look_at_arrivals(process, action);
  }
  if (code.direction == syntax::Direction::output) others_changed();
}

void Engine::State::departed(Process& process, std::uint32_t place, bool was_full) {
  changed = true;
  for (const std::uint32_t action : process.code->departure_readers[place]) look_at(process, action);
  if (was_full) {
    for (const std::uint32_t action : process.code->room_readers[place]) look_at(process, action);
  }
  const syntax::Direction direction = process.code->places[place].direction;
  if (direction == syntax::Direction::output || (was_full && direction == syntax::Direction::input)) others_changed();
}

void Engine::State::variable_changed(Process& process, std::uint32_t variable) {
  changed = true;
  for (const std::uint32_t action : process.code->variable_readers[variable]) look_at(process, action);
  for (const std::uint32_t action : process.code->every_variable_readers) look_at(process, action);
  if (process.code->variables[variable].parameter) others_changed();
}

void Engine::State::region_changed(Process& process, std::uint32_t region) {
  changed = true;
  for (const std::uint32_t action : process.code->region_readers[region]) look_at(process, action);
  if (region == kOwnRegion) others_changed();
}

void Engine::State::others_changed() {
  changed = true;
  for (const std::uint32_t number : watchers) {
    Process* process = processes[number].get();
    if (!process) continue;
    for (const std::uint32_t action : process->code->reference_readers) look_at(*process, action);
  }
}

void Engine::State::put(Process& process, std::uint32_t place, Value value, Value from) {
  const PlaceCode& code = process.code->places[place];
  TokenList& tokens = process.places[place];
  const std::optional<std::chrono::milliseconds> lifetime = ttl(process, place);
  changed = true;
  if (lifetime && lifetime->count() == 0) return;
  if (code.latched) tokens.clear();
  tokens.push({std::move(value), std::move(from), now, ++serial});
  if (lifetime) timers.emplace(now + *lifetime, process.number, kNone);
  arrived(process, place);
}

void Engine::State::set_variable(Process& process, std::uint32_t slot, Value value) {
  Cell& cell = process.variables[slot];
  if (cell.version != 0 && values::same(cell.value, value)) return;
  cell = {std::move(value), ++serial, now};
  variable_changed(process, slot);
}

void Engine::State::move(Process& process, std::uint32_t region, std::uint32_t to) {
  RegionState& at = process.regions[region];
  if (at.current == to) return;
  at = {to, ++serial, now};
  region_changed(process, region);
}

std::size_t Engine::State::capacity(Process& process, std::uint32_t place) {
  const PlaceCode& code = process.code->places[place];
  if (code.latched) return SIZE_MAX;
  if (!code.capacity) return limits.capacity;
  if (code.fixed_capacity) return *code.fixed_capacity;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  const Value value = code.capacity->evaluate(frame);
  return to_capacity(value, code.name);
}

std::optional<std::chrono::milliseconds> Engine::State::ttl(Process& process, std::uint32_t place) {
  const PlaceCode& code = process.code->places[place];
  if (!code.ttl || code.fixed_ttl) return code.fixed_ttl;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  return to_duration(code.ttl->evaluate(frame));
}

void Engine::State::require_type(Process& process, const TypeCode& type, std::uint32_t slots, const Value& value,
                                 std::string_view before, std::string_view name) {
  if (!type.declared() || (type.fixed && values::instance_of(*type.fixed, value))) return;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(slots)};
  require(type, value, std::string(before) + std::string(name) + "'", frame);
}

void Engine::State::dead_letter(Process& process, std::string message, Place place) {
  DeadLetter letter;
  letter.message = std::move(message);
  letter.place = std::move(place);
  letter.tokens = Value::array({});
  dead_letter(process, std::move(letter));
}

void Engine::State::dead_letter(Process& process, std::string message, std::string_view queue, const Value& value, Place place) {
  values::HashBuilder token;
  token.set("queue", Value::string(queue));
  token.set("value", value);
  DeadLetter letter;
  letter.message = std::move(message);
  letter.place = std::move(place);
  letter.tokens = Value::array({token.build()});
  dead_letter(process, std::move(letter));
}

void Engine::State::dead_letter(Process& process, DeadLetter letter) {
  letter.process = process.identity.resource;
  changed = true;
  if (effects) effects->dead_letters.push_back(letter);
  if (process.dead_letters.size() >= kMaxDeadLetters) process.dead_letters.erase(process.dead_letters.begin());
  process.dead_letters.push_back(std::move(letter));
}

Place Engine::State::place_of(Span span) const {
  const diagnostics::Position at = program->sources().position(span.source, span.begin);
  return {std::string(program->sources().path(span.source)), at.line, at.column};
}

void Engine::State::require_size(const Value& value, std::string_view before, std::string_view name) const {
  if (!is_larger(value, limits.token_bytes)) return;
  throw EvaluationError("LIMIT_TOKEN", "a token for " + std::string(before) + std::string(name) + "' is larger than " +
                                           std::to_string(limits.token_bytes) + " bytes as JSON (limit 'token')");
}

void Engine::State::refuse_narrowed(Process& process, std::uint32_t variable) {
  for (const std::uint32_t place : process.code->narrowed_by[variable]) {
    const PlaceCode& code = process.code->places[place];
    std::vector<std::pair<const Token*, std::string>> refused;
    for (const Token& token : process.places[place]) {
      try {
        require_type(process, code.type, code.slots, token.value, "queue '", code.name);
      } catch (const EvaluationError& error) {
        refused.emplace_back(&token, error.what());
      }
    }
    for (const auto& [token, why] : refused) {
      const bool was_full = full(process, place);
      dead_letter(process, why, code.name, process.places[place].take(token).value, place_of(code.span));
      departed(process, place, was_full);
    }
  }
}

std::string resource_name(std::string_view plan, std::string_view title) {
  std::string result(plan);
  bool start = true;
  for (char& c : result) {
    if (start) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    start = c == ':';
  }
  return result + "[" + std::string(title) + "]";
}

std::string process_name(const Process& process) { return process.made_with->name + "[" + std::string(process.title()) + "]"; }

std::size_t to_capacity(const Value& value, std::string_view queue) {
  if (!value.is(Kind::integer) || value.as_integer() < 1) {
    throw EvaluationError("TYPE_MISMATCH", "the capacity of '" + std::string(queue) + "' is an Integer from 1, got " + values::inspect(value));
  }
  return static_cast<std::size_t>(value.as_integer());
}

std::chrono::milliseconds to_duration(const Value& value) {
  std::int64_t milliseconds = 0;
  if (value.is(Kind::timespan)) {
    milliseconds = value.as_nanoseconds() / 1'000'000;
  } else if (value.is(Kind::integer)) {       // seconds, as in Puppet's Timespan
    milliseconds = value.as_integer() > INT64_MAX / 1000 ? INT64_MAX / 1'000'000 : value.as_integer() * 1000;
  } else if (value.is(Kind::floating)) {
    milliseconds = static_cast<std::int64_t>(value.as_float() * 1000);
  } else {
    throw EvaluationError("TYPE_MISMATCH", "a duration is wanted, got " + values::inspect(value));
  }
  if (milliseconds < 0) throw EvaluationError("TYPE_MISMATCH", "a duration cannot be negative");
  return std::chrono::milliseconds(milliseconds);
}

// ---------------------------------------------------------------------------------------------- views

Value ReadOnlyView::member(const Value& reference, std::string_view name) const {
  if (const Process* process = state_.local(reference)) {
    if (name == "title") return process->variables[kTitle].value;
    const std::uint32_t slot = process->code->variable(name);
    if (slot != kNone && process->code->variables[slot].parameter) return process->variables[slot].value;
    if (name != "state" && process->code->place(name) == kNone) {
      throw EvaluationError("NO_MEMBER", process->identity.resource + " has no member '" + std::string(name) + "'");
    }
    return Value::queue(reference, std::string(name));
  }
  const auto remote = state_.remotes.find(reference.as_process().identity);
  if (remote != state_.remotes.end()) {
    const PlanCode* code = state_.program->find(remote->second.plan);
    const std::uint32_t slot = code ? code->variable(name) : kNone;
    if (slot != kNone) {
      const auto value = remote->second.values.find(name);
      return value == remote->second.values.end() ? Value::undef() : value->second.value;
    }
  }
  return Value::queue(reference, std::string(name));
}

namespace {
[[noreturn]] void no_effect(const char* what) {
  throw EvaluationError("EFFECT", std::string(what) + " has an effect, which only the body of an action may have");
}
}  // namespace

void ReadOnlyView::assign(std::uint32_t, Value) { no_effect("an assignment to a plan variable"); }
void ReadOnlyView::send(std::uint32_t, Value) { no_effect("a send"); }
void ReadOnlyView::send_to(const Value&, Value) { no_effect("a send"); }
void ReadOnlyView::move(std::string_view) { no_effect("a move of a state"); }
void ReadOnlyView::next_state() { no_effect("next_state()"); }
Value ReadOnlyView::make(std::string_view, const Value&) { no_effect("making a process"); }
void ReadOnlyView::become(std::string_view) { no_effect("become()"); }
void ReadOnlyView::orchestrate(const Value&) { no_effect("orchestrate()"); }
void ReadOnlyView::release(const Value&) { no_effect("release()"); }

}  // namespace plan::engine
