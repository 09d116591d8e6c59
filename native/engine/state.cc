#include "engine/state.h"

#include <algorithm>
#include <cctype>

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

Token TokenList::take(std::size_t i) {
  Token token = std::move(items_[head_ + i]);
  if (i == 0) {
    ++head_;
    if (head_ == items_.size()) clear();
    if (head_ > 64 && head_ * 2 > items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  } else {
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(head_ + i));
  }
  return token;
}

std::size_t TokenList::find(std::uint64_t serial) const {
  const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto at = std::lower_bound(begin, items_.end(), serial,
                                   [](const Token& token, std::uint64_t wanted) { return token.serial < wanted; });
  return at != items_.end() && at->serial == serial ? static_cast<std::size_t>(at - begin) : size();
}

void TokenList::insert_by_age(Token token) {
  const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto at = std::lower_bound(begin, items_.end(), token.serial,
                                   [](const Token& other, std::uint64_t serial) { return other.serial < serial; });
  items_.insert(at, std::move(token));
}

bool ActionState::used(std::string_view source, std::uint64_t version) const {
  for (const auto& [name, versions] : marks) {
    if (name == source) return std::find(versions.begin(), versions.end(), version) != versions.end();
  }
  return false;
}

void ActionState::use(const std::string& source, std::uint64_t version, bool only_newest) {
  for (auto& [name, versions] : marks) {
    if (name != source) continue;
    if (only_newest) versions.clear();
    if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(version);
    return;
  }
  marks.emplace_back(source, std::vector<std::uint64_t>{version});
}

Process* Engine::State::local(const Value& process) {
  const values::ProcessObject& object = process.as_process();
  if (object.identity.certname != identity.certname) return nullptr;
  const auto found = by_identity.find(object.identity);
  return found == by_identity.end() ? nullptr : processes[found->second].get();
}

const Process* Engine::State::local(const Value& process) const {
  return const_cast<Engine::State*>(this)->local(process);
}

Value Engine::State::reference(const values::ProcessIdentity& of) const {
  const auto own = by_identity.find(of);
  if (own != by_identity.end() && processes[own->second]) return processes[own->second]->self;
  const auto remote = remotes.find(of);
  return Value::process(of, remote == remotes.end() ? nullptr : program->plan(remote->second.plan));
}

void Engine::State::look_at(const Process& process, std::uint32_t action) {
  if (process.ended) return;
  candidates.emplace(process.actions[action].last, process.number, action);
}

void Engine::State::look_at_all(const Process& process) {
  for (std::uint32_t action = 0; action < process.actions.size(); ++action) look_at(process, action);
}

void Engine::State::place_changed(const Process& process, std::uint32_t place) {
  changed = true;
  for (const std::uint32_t action : process.code->place_readers[place]) look_at(process, action);
  if (place >= kBuiltinPlaces && process.code->places[place].direction == syntax::Direction::output) others_changed();
}

void Engine::State::variable_changed(const Process& process, std::uint32_t variable) {
  changed = true;
  for (const std::uint32_t action : process.code->variable_readers[variable]) look_at(process, action);
  for (const std::uint32_t action : process.code->every_variable_readers) look_at(process, action);
  if (process.code->variables[variable].parameter) others_changed();
}

void Engine::State::region_changed(const Process& process, std::uint32_t region) {
  changed = true;
  for (const std::uint32_t action : process.code->region_readers[region]) look_at(process, action);
  if (region == kOwnRegion) others_changed();
}

void Engine::State::others_changed() {
  changed = true;
  for (const auto& process : processes) {
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
  tokens.push({std::move(value), now, ++serial, std::move(from)});
  if (lifetime) timers.emplace(now + *lifetime, process.number, kNone);
  place_changed(process, place);
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
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  const Value value = code.capacity->evaluate(frame);
  if (!value.is(Kind::integer) || value.as_integer() < 1) {
    throw EvaluationError("TYPE_MISMATCH", "the capacity of '" + code.name + "' is an Integer from 1, got " + values::inspect(value));
  }
  return static_cast<std::size_t>(value.as_integer());
}

std::optional<std::chrono::milliseconds> Engine::State::ttl(Process& process, std::uint32_t place) {
  const PlaceCode& code = process.code->places[place];
  if (place == kDrain) return std::chrono::milliseconds(0);
  if (!code.ttl) return std::nullopt;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  return to_duration(code.ttl->evaluate(frame));
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

void Engine::State::require_size(const Value& value, std::string_view what) const {
  if (!is_larger(value, limits.token_bytes)) return;
  throw EvaluationError("LIMIT_TOKEN", "a token for " + std::string(what) + " is larger than " +
                                           std::to_string(limits.token_bytes) + " bytes as JSON (limit 'token')");
}

void Engine::State::refuse_narrowed(Process& process, std::uint32_t variable) {
  for (const std::uint32_t place : process.code->narrowed_by[variable]) {
    const PlaceCode& code = process.code->places[place];
    TokenList& tokens = process.places[place];
    ReadOnlyView view(*this, process);
    Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
    Frame frame{evaluation, std::vector<Value>(code.slots)};
    for (std::size_t i = 0; i < tokens.size();) {
      try {
        require(code.type, tokens[i].value, "queue '" + code.name + "'", frame);
        ++i;
      } catch (const EvaluationError& error) {
        values::HashBuilder letter;
        letter.set("queue", Value::string(code.name));
        letter.set("value", tokens.take(i).value);
        dead_letter(process, {{}, {}, error.what(), place_of(code.span), {}, Value::array({letter.build()})});
        place_changed(process, place);
      }
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

std::string process_name(const Process& process) { return process.made_with->name + "[" + process.title + "]"; }

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
    if (name == "title") return Value::string(process->title);
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
