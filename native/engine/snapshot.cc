// The whole state written down and read back. Everything is kept under its name, so that a snapshot written by another
// version of a plan is carried over by the same code: what the new version accepts stays, the rest goes to dead letters.
#include <algorithm>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;
namespace json = boost::json;

namespace {

constexpr int kFormat = 2;

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }
Instant instant(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

// ---- writing

json::value write_identity(const values::ProcessIdentity& identity) {
  return json::object{{"certname", identity.certname}, {"resource", identity.resource}};
}

json::value write_held(const Message& message) {
  return json::object{{"kind", to_string(message.kind)}, {"from", write_identity(message.from)}, {"to", write_identity(message.to)},
                      {"plan", message.plan}, {"name", message.name}, {"value", values::to_json(message.value)},
                      {"version", message.version}};
}

json::value write_letter(const DeadLetter& letter) {
  return json::object{{"action", letter.action}, {"message", letter.message}, {"file", letter.place.file},
                      {"line", letter.place.line}, {"column", letter.place.column}, {"stack", letter.stack}, {"tokens", values::to_json(letter.tokens)}};
}

json::value write_tokens(const TokenList& tokens) {
  json::array list;
  for (const Token& token : tokens) {
    json::object one{{"value", values::to_json(token.value)}, {"arrived", milliseconds(token.arrived)}, {"serial", token.serial}};
    if (!token.from.is_undef()) one["from"] = values::to_json(token.from);
    list.push_back(std::move(one));
  }
  return list;
}

json::value write_action(const ActionState& action) {
  json::object marks;
  if (action.marks) {
    for (const auto& [source, versions] : *action.marks) marks[source] = json::array(versions.begin(), versions.end());
  }
  json::object one{{"last", action.last}, {"fired", action.fired}, {"marks", std::move(marks)}, {"guard_error", action.guard_error ? *action.guard_error : std::string()}};
  if (action.held_up) {
    one["held_up"] = {{"arc", action.held_up->arc}, {"reason", values::to_json(action.held_up->reason)},
                      {"since", milliseconds(action.held_up->since)}, {"between_runs", action.held_up->between_runs}};
  }
  return one;
}

json::value write_process(const Process& process) {
  json::object variables, queues, regions, actions;
  for (std::size_t i = 0; i < process.variables.size(); ++i) {
    const Cell& cell = process.variables[i];
    if (i == kFacts || i == kTrusted || i == kServerFacts || i == kTitle) continue;    // given anew each time
    variables[process.code->variables[i].name] = {
        {"value", values::to_json(cell.value)}, {"version", cell.version}, {"since", milliseconds(cell.since)}};
  }
  for (std::size_t i = 0; i < process.places.size(); ++i) {
    queues[process.code->places[i].name] = write_tokens(process.places[i]);
  }
  for (std::uint32_t i = 0; i < kRegions; ++i) {
    const RegionCode& code = process.code->regions[i];
    if (code.states.empty()) continue;
    regions[i == kOwnRegion ? "own" : "input"] = {{"current", code.states[process.regions[i].current]},
                                                  {"version", process.regions[i].version},
                                                  {"since", milliseconds(process.regions[i].since)}};
  }
  for (std::size_t i = 0; i < process.actions.size(); ++i) {
    actions[process.code->actions[i].name] = write_action(process.actions[i]);
  }
  json::array letters;
  for (const DeadLetter& letter : process.dead_letters) letters.push_back(write_letter(letter));
  json::object one{{"number", process.number},
                   {"identity", write_identity(process.identity)},
                   {"plan", process.code->name},
                   {"made_with", process.made_with->name},
                   {"title", process.title()},
                   {"given", values::to_json(process.given)},
                   {"variables", std::move(variables)},
                   {"queues", std::move(queues)},
                   {"regions", std::move(regions)},
                   {"actions", std::move(actions)},
                   {"dead_letters", std::move(letters)}};
  if (process.maker != kNone) one["maker"] = process.maker;
  if (process.ended) {
    one["ended"] = {{"failed", process.ended->failed}, {"value", values::to_json(process.ended->value)}, {"maker", process.ended->maker}};
  }
  return one;
}

// ---- reading: a field that is missing or of another kind raises Unreadable, caught in one place

struct Unreadable {
  std::string what;
};

const json::value& field(const json::value& from, std::string_view name) {
  const json::object* object = from.if_object();
  const json::value* value = object ? object->if_contains(name) : nullptr;
  if (!value) throw Unreadable{"'" + std::string(name) + "' is missing"};
  return *value;
}
const json::object& object_field(const json::value& from, std::string_view name) {
  const json::object* value = field(from, name).if_object();
  if (!value) throw Unreadable{"'" + std::string(name) + "' is not an object"};
  return *value;
}
const json::array& array_field(const json::value& from, std::string_view name) {
  const json::array* value = field(from, name).if_array();
  if (!value) throw Unreadable{"'" + std::string(name) + "' is not an array"};
  return *value;
}
std::string string_field(const json::value& from, std::string_view name) {
  const json::string* value = field(from, name).if_string();
  if (!value) throw Unreadable{"'" + std::string(name) + "' is not a string"};
  return std::string(*value);
}
bool boolean_field(const json::value& from, std::string_view name) {
  const bool* value = field(from, name).if_bool();
  if (!value) throw Unreadable{"'" + std::string(name) + "' is not a boolean"};
  return *value;
}
std::uint64_t to_number(const json::value& value, std::string_view name) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  throw Unreadable{"'" + std::string(name) + "' is not a number from 0"};
}
std::uint64_t number_field(const json::value& from, std::string_view name) { return to_number(field(from, name), name); }
Instant instant_field(const json::value& from, std::string_view name) {
  return instant(static_cast<std::int64_t>(number_field(from, name)));
}

class Reader {
 public:
  explicit Reader(Engine::State& state) : state_(state) {}

  void read(const json::value& from) {
    if (number_field(from, "format") != kFormat) {
      throw Unreadable{"its format is " + std::to_string(number_field(from, "format")) + ", this version reads " + std::to_string(kFormat)};
    }
    state_.firings = number_field(from, "firings");
    state_.batches = number_field(from, "batches");
    state_.orchestrating = boolean_field(from, "orchestrating");
    if (const json::value& orchestrator = field(from, "orchestrator"); !orchestrator.is_null()) state_.orchestrator = identity(orchestrator);
    for (const auto& [name, version] : object_field(from, "published")) state_.published[std::string(name)] = to_number(version, name);
    const json::array& processes = array_field(from, "processes");
    if (processes.empty() || processes[0].is_null()) throw Unreadable{"it holds no process"};
    for (const json::value& one : processes) declare(one);
    state_.serial = number_field(from, "serial");
    for (const json::value& one : array_field(from, "remotes")) remote(one);
    for (const json::value& one : processes) {
      if (!one.is_null()) fill(*state_.processes[number_field(one, "number")], one);
    }
    for (const json::value& one : array_field(from, "held")) state_.held.push_back(held(one));
    for (const json::value& one : array_field(from, "unsynced")) {
      PendingBatch pending;
      pending.process = static_cast<std::uint32_t>(number_field(one, "process"));
      pending.batch.id = number_field(one, "id");
      for (const json::value& wanted : array_field(one, "resources")) pending.batch.resources.push_back(resource(wanted));
      state_.unsynced.push_back(std::move(pending));
    }
    for (const json::value& wanted : array_field(from, "desired")) state_.desired.push_back(resource(wanted));
  }

 private:
  Value value(const json::value& from) {
    Result<Value> result = values::from_json(from, state_.program.get());
    if (!result) throw Unreadable{result.error().message};
    return std::move(*result);
  }

  Value resource(const json::value& from) {
    Value result = value(from);
    if (!result.is(Kind::resource)) throw Unreadable{"a resource is wanted, there is " + values::inspect(result)};
    return result;
  }

  static values::ProcessIdentity identity(const json::value& from) {
    return {string_field(from, "certname"), string_field(from, "resource")};
  }

  Message held(const json::value& from) {
    const std::optional<MessageKind> kind = message_kind(string_field(from, "kind"));
    if (!kind) throw Unreadable{"'" + string_field(from, "kind") + "' is no kind of message"};
    return {*kind, identity(field(from, "from")), identity(field(from, "to")), string_field(from, "plan"), string_field(from, "name"),
            value(field(from, "value")), number_field(from, "version")};
  }

  // All processes are known before any value, since values may refer to them.
  void declare(const json::value& from) {
    if (from.is_null()) {
      state_.processes.push_back(nullptr);
      return;
    }
    if (number_field(from, "number") != state_.processes.size()) throw Unreadable{"the processes are out of order"};
    const std::string made_with = string_field(from, "made_with");
    const PlanCode* base = state_.program->find(made_with);
    if (!base) throw Unreadable{"the bundle no longer has the plan '" + made_with + "'"};
    const json::value* maker = from.get_object().if_contains("maker");
    Process& process = state_.make_process(*base, identity(field(from, "identity")), string_field(from, "title"),
                                           maker ? static_cast<std::uint32_t>(to_number(*maker, "maker")) : kNone);
    const PlanCode* code = state_.program->find(string_field(from, "plan"));
    if (code && code != base && code->lineage->is_a(made_with)) {
      process.code = code;
      Cells variables(state_.node, code->variables.size());
      variables[kTitle] = process.variables[kTitle];
      process.variables = std::move(variables);
      process.places.resize(code->places.size());
      process.actions.resize(code->actions.size());
      if (!code->reference_readers.empty()) state_.watchers.insert(process.number);
    } else if (!code) {
      state_.dead_letter(process, "the plan '" + string_field(from, "plan") + "' it had become is gone");
    }
  }

  void remote(const json::value& from) {
    Remote remote;
    remote.identity = identity(field(from, "identity"));
    remote.plan = string_field(from, "plan");
    remote.joined = boolean_field(from, "joined");
    for (const auto& [name, one] : object_field(from, "values")) {
      remote.values[std::string(name)] = {value(field(one, "value")), number_field(one, "version"), instant_field(one, "since")};
    }
    state_.remotes[remote.identity] = std::move(remote);
  }

  void fill(Process& process, const json::value& from) {
    process.given = value(field(from, "given"));
    if (!process.given.is_undef() && !process.given.is(Kind::hash)) throw Unreadable{"'given' is not a hash"};
    read_variables(process, object_field(from, "variables"));
    std::vector<bool> known_places = read_queues(process, object_field(from, "queues"));
    for (RegionState& region : process.regions) region.version = 0;
    read_regions(process, object_field(from, "regions"));
    for (const auto& [name, one] : object_field(from, "actions")) {
      const std::uint32_t action = process.code->action(name);
      if (action != kNone) read_action(process, action, one);
    }
    for (const json::value& one : array_field(from, "dead_letters")) {
      Place place{string_field(one, "file"), static_cast<std::uint32_t>(number_field(one, "line")),
                  static_cast<std::uint32_t>(number_field(one, "column"))};
      process.dead_letters.push_back({process.identity.resource, string_field(one, "action"), string_field(one, "message"),
                                      std::move(place), string_field(one, "stack"), value(field(one, "tokens"))});
    }
    if (const json::value* ended = from.get_object().if_contains("ended")) {
      process.ended = std::make_unique<Ended>(
          Ended{boolean_field(*ended, "failed"), value(field(*ended, "value")), string_field(*ended, "maker")});
    }
    start_what_is_new(process, known_places);
    state_.look_at_all(process);
  }

  void read_variables(Process& process, const json::object& variables) {
    ReadOnlyView view(state_, process);
    Evaluation evaluation(view, state_.limits.steps_per_firing, state_.limits.call_depth);
    for (const auto& [name, one] : variables) {
      const std::uint32_t slot = process.code->variable(name);
      if (slot == kNone) continue;
      Value kept = value(field(one, "value"));
      const VariableCode& code = process.code->variables[slot];
      Frame frame{evaluation, std::vector<Value>(code.slots)};
      const std::uint64_t version = number_field(one, "version");
      const bool unset = kept.is_undef() && (version == 0 || !code.initial);      // an ended process is given nothing new
      if (!unset && code.type.declared() && !values::instance_of(*type_of(code.type, frame), kept)) {
        state_.dead_letter(process, "the new version of the plan refuses the value of '$" + std::string(name) + "'", name, kept);
        continue;
      }
      process.variables[slot] = {std::move(kept), version, instant_field(one, "since")};
    }
  }

  std::vector<bool> read_queues(Process& process, const json::object& queues) {
    std::vector<bool> known(process.places.size());
    ReadOnlyView view(state_, process);
    Evaluation evaluation(view, state_.limits.steps_per_firing, state_.limits.call_depth);
    for (const auto& [name, tokens] : queues) {
      const json::array* list = tokens.if_array();
      if (!list) throw Unreadable{"the tokens of '" + std::string(name) + "' are not an array"};
      const std::uint32_t place = process.code->place(name);
      if (place != kNone) known[place] = true;
      std::uint64_t newest = 0;
      for (const json::value& one : *list) {
        const json::value* sender = one.is_object() ? one.get_object().if_contains("from") : nullptr;
        Token token{value(field(one, "value")), sender ? value(*sender) : Value::undef(), instant_field(one, "arrived"),
                    number_field(one, "serial")};
        if (token.serial <= newest || token.serial > state_.serial) {
          throw Unreadable{"the tokens of '" + std::string(name) + "' are out of order"};
        }
        newest = token.serial;
        if (place == kNone) {
          state_.dead_letter(process, "the new version of the plan has no queue '" + std::string(name) + "'", name, token.value);
          continue;
        }
        if (process.code->places[place].operators) {
          state_.dead_letter(process, "the new version of the plan has '" + std::string(name) + "' for an operator", name, token.value);
          continue;
        }
        const TypeCode& type = process.code->places[place].type;
        Frame frame{evaluation, std::vector<Value>(process.code->places[place].slots)};
        if (type.declared() && !values::instance_of(*type_of(type, frame), token.value)) {
          state_.dead_letter(process, "the new version of the plan refuses a token of '" + std::string(name) + "'", name, token.value);
          continue;
        }
        if (const auto lifetime = state_.ttl(process, place)) {
          state_.timers.emplace(token.arrived + *lifetime, process.number, kNone);
        }
        process.places[place].push(std::move(token));
      }
    }
    return known;
  }

  static void read_regions(Process& process, const json::object& regions) {
    for (const auto& [name, one] : regions) {
      const std::uint32_t region = name == "own" ? kOwnRegion : kInputRegion;
      const std::uint32_t current = process.code->regions[region].find(string_field(one, "current"));
      if (current == kNone) continue;      // a state whose name is gone starts at the first
      process.regions[region] = {current, number_field(one, "version"), instant_field(one, "since")};
    }
  }

  void read_action(Process& process, std::uint32_t index, const json::value& from) {
    ActionState& action = process.actions[index];
    action.last = number_field(from, "last");
    action.fired = boolean_field(from, "fired");
    if (std::string told = string_field(from, "guard_error"); !told.empty()) {
      action.guard_error = std::make_unique<std::string>(std::move(told));
    }
    for (const auto& [source, versions] : object_field(from, "marks")) {
      const json::array* list = versions.if_array();
      if (!list) throw Unreadable{"the marks of an action are not an array"};
      std::vector<std::uint64_t> used;
      for (const json::value& version : *list) used.push_back(to_number(version, source));
      if (!action.marks) action.marks = std::make_unique<ActionState::Marks>();
      action.marks->emplace_back(std::string(source), std::move(used));
    }
    const json::value* held_up = from.get_object().if_contains("held_up");
    if (!held_up) return;
    const std::uint64_t arc = number_field(*held_up, "arc");
    if (arc >= process.code->actions[index].arcs.size()) return;
    const json::value* between = held_up->get_object().if_contains("between_runs");
    action.held_up = std::make_unique<HeldUp>(
        HeldUp{static_cast<std::uint32_t>(arc), value(field(*held_up, "reason")), instant_field(*held_up, "since"),
               between && between->is_bool() && between->as_bool()});
  }

  // A queue that the new version adds gets its entries; a variable its default when parameters are set.
  void start_what_is_new(Process& process, const std::vector<bool>& known) {
    if (process.ended) return;
    for (std::uint32_t region = 0; region < kRegions; ++region) {
      const bool declared = !process.code->regions[region].states.empty();
      if (declared && process.regions[region].version == 0) process.regions[region] = {0, ++state_.serial, state_.now};
    }
    state_.set_parameters(process, process.given);
    for (std::uint32_t place = kBuiltinPlaces; place < process.places.size(); ++place) {
      if (!known[place]) state_.fill_entries(process, place);
    }
  }

  Engine::State& state_;
};

}  // namespace

json::value Engine::State::write() const {
  json::array all, others, batches_pending, waiting, wanted;
  for (const auto& process : processes) all.push_back(process ? write_process(*process) : json::value(nullptr));
  for (const auto& [of, remote] : remotes) {
    json::object known;
    for (const auto& [name, value] : remote.values) {
      known[name] = {{"value", values::to_json(value.value)}, {"version", value.version}, {"since", milliseconds(value.since)}};
    }
    others.push_back({{"identity", write_identity(of)}, {"plan", remote.plan}, {"joined", remote.joined}, {"values", std::move(known)}});
  }
  for (const PendingBatch& pending : unsynced) {
    json::array resources;
    for (const Value& resource : pending.batch.resources) resources.push_back(values::to_json(resource));
    batches_pending.push_back({{"id", pending.batch.id}, {"process", pending.process}, {"resources", std::move(resources)}});
  }
  for (const Message& message : held) waiting.push_back(write_held(message));
  for (const Value& resource : desired) wanted.push_back(values::to_json(resource));
  json::object told;
  for (const auto& [name, version] : published) told[name] = version;
  return json::object{{"format", kFormat},
                      {"digest", program->digest()},
                      {"serial", serial},
                      {"firings", firings},
                      {"batches", batches},
                      {"orchestrating", orchestrating},
                      {"orchestrator", orchestrator ? write_identity(*orchestrator) : json::value(nullptr)},
                      {"published", std::move(told)},
                      {"processes", std::move(all)},
                      {"remotes", std::move(others)},
                      {"unsynced", std::move(batches_pending)},
                      {"held", std::move(waiting)},
                      {"desired", std::move(wanted)}};
}

Status Engine::State::read(const json::value& snapshot) {
  try {
    Reader(*this).read(snapshot);
  } catch (const Unreadable& problem) {
    return Error{"engine.snapshot", "the saved state cannot be read: " + problem.what, {}};
  }
  return Done{};
}

Result<std::unique_ptr<Engine::State>> Engine::State::copy() const {
  auto other = std::make_unique<State>();
  other->program = program;
  other->limits = limits;
  other->identity = identity;
  other->now = now;
  other->node = node;
  other->instant_firings = instant_firings;
  other->tracing = tracing;
  Effects lost;
  other->effects = &lost;
  try {
    if (const Status read = other->read(write()); !read) return read.error();
  } catch (const values::EvaluationError& error) {
    return Error{"engine.snapshot", "the state cannot be read back: " + std::string(error.what()), {}};
  }
  if (!lost.dead_letters.empty()) return Error{"engine.snapshot", "the state cannot be read back: " + lost.dead_letters.front().message, {}};
  other->effects = nullptr;
  return other;
}

}  // namespace plan::engine
