// Processes: made, given parameters, becoming a specialisation, ended.
#include <algorithm>
#include <functional>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

Process& Engine::State::make_process(const PlanCode& code, values::ProcessIdentity of, std::string_view title,
                                     std::uint32_t maker) {
  const auto number = static_cast<std::uint32_t>(processes.size());
  auto process = std::make_unique<Process>(Value::process(std::move(of), code.lineage, number + 1),
                                           Cells(node, code.variables.size()));
  process->code = process->made_with = &code;
  process->number = number;
  process->maker = maker;
  process->places.resize(code.places.size());
  process->actions.resize(code.actions.size());
  for (RegionState& region : process->regions) region = {0, ++serial, now};
  process->variables[kTitle] = {Value::string(title), ++serial, now};
  titles_given = titles_given || (number != 0 && title != std::to_string(number));
  if (!code.reference_readers.empty()) watchers.insert(number);
  processes.push_back(std::move(process));
  return *processes.back();
}

namespace {

[[noreturn]] void refuse_parameter(const PlanCode& code, const std::string& why) {
  throw EvaluationError("PARAMETER", "plan '" + code.name + "': " + why);
}

}  // namespace

// Checks all before it sets any. What is not given gets its default, computed anew: it may follow the facts.
void Engine::State::set_parameters(Process& process, const Value& parameters) {
  const PlanCode& code = *process.code;
  PLAN_ASSERT(parameters.is_undef() || parameters.is(Kind::hash));
  if (parameters.is(Kind::hash)) {
    for (const values::HashEntry& entry : parameters.as_hash().entries) {
      const std::string name = values::to_string(entry.key);
      const std::uint32_t slot = code.variable(name);
      if (slot == kNone || !code.variables[slot].parameter) {
        std::vector<std::string_view> known;
        for (const VariableCode& variable : code.variables) {
          if (variable.parameter) known.push_back(variable.name);
        }
        const std::string_view near = diagnostics::nearest(name, known);
        refuse_parameter(code, "no parameter '" + name + "'" + (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
      }
    }
  }
  const Cells before = process.variables;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  std::vector<std::pair<std::uint32_t, Value>> wanted;
  try {
    const Work::Counted counted(evaluation);
    for (std::uint32_t slot = kBuiltinVariables; slot < code.variables.size(); ++slot) {
      const VariableCode& variable = code.variables[slot];
      const bool first_time = process.variables[slot].version == 0;
      if (!variable.parameter && !first_time) continue;
      const Value* given = parameters.is(Kind::hash) && variable.parameter ? parameters.as_hash().find(variable.name) : nullptr;
      Frame frame{evaluation, std::vector<Value>(variable.slots)};
      if (!given && !variable.initial && variable.parameter) refuse_parameter(code, "'" + variable.name + "' is required");
      Value value = given ? *given : (variable.initial ? variable.initial->evaluate(frame) : Value::undef());
      if (given || variable.initial) require(variable.type, value, "parameter '" + variable.name + "'", frame);
      wanted.emplace_back(slot, value);
      process.variables[slot].value = std::move(value);     // later declarations may use it
    }
  } catch (const EvaluationError& error) {
    process.variables = before;
    throw EvaluationError(error.issue(), "plan '" + code.name + "': " + error.what());
  }
  process.variables = before;
  for (auto& [slot, value] : wanted) set_variable(process, slot, std::move(value));
  for (const auto& [slot, _] : wanted) refuse_narrowed(process, slot);
  process.given = parameters;
}

void Engine::State::forget_last_process() {
  const std::uint32_t number = processes.back()->number;
  if (named == processes.size()) {
    by_resource.erase(processes.back()->identity.resource);
    --named;
  }
  std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.process == number; });
  std::make_heap(candidates.begin(), candidates.end(), std::greater<>());
  watchers.erase(number);
  std::erase_if(timers, [&](const auto& timer) { return std::get<1>(timer) == number; });
  processes.pop_back();
}

namespace {

// What a process and a token cost the firing that makes them: so that its limit of steps is one of memory too.
constexpr std::uint64_t kWorkOfAProcess = 4096;
constexpr std::uint64_t kWorkOfAToken = 64;

std::vector<Value> entries_of(const PlaceCode& code, Frame& frame) {
  const Value value = code.entries->evaluate(frame);
  if (!code.splat_entries) return {value};
  const auto range = value.is(Kind::type) ? functions::elements(value) : std::nullopt;
  return range ? *range : values::splat(value);
}

}  // namespace

void Engine::State::start_process(Process& process) {
  Work::spend(kWorkOfAProcess);
  for (std::uint32_t place = kBuiltinPlaces; place < process.places.size(); ++place) fill_entries(process, place);
  put(process, kStart, Value::undef(), Value::undef());
  look_at_all(process);
}

void Engine::State::fill_entries(Process& process, std::uint32_t place) {
  const PlaceCode& code = process.code->places[place];
  if (!code.entries) return;
  ReadOnlyView view(*this, process);
  Evaluation evaluation(view, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  std::vector<Value> entries;
  {
    const Work::Counted counted(evaluation);
    entries = entries_of(code, frame);
  }
  if (entries.size() > capacity(process, place)) {
    throw EvaluationError("LIMIT_CAPACITY", "queue '" + code.name + "' has more entries than its capacity");
  }
  Work::spend(entries.size() * kWorkOfAToken);
  for (Value& entry : entries) {
    require(code.type, entry, "an entry of queue '" + code.name + "'", frame);
    require_size(entry, "queue '", code.name);
    put(process, place, std::move(entry), Value::undef());
  }
}

// What the plan it was made with declares is kept by name; the rest goes, and the new specialisation starts.
void Engine::State::become(Process& process, const PlanCode& to) {
  if (process.code == &to) return;
  const PlanCode& from = *process.code;
  const PlanCode& base = *process.made_with;
  Cells variables(node, to.variables.size());
  std::vector<TokenList> places(to.places.size());
  std::vector<ActionState> actions(to.actions.size());
  std::vector<std::uint32_t> fresh_places;
  for (std::uint32_t slot = 0; slot < to.variables.size(); ++slot) {
    const std::string& name = to.variables[slot].name;
    if (base.variable(name) != kNone && (slot < kFacts || slot > kServerFacts)) variables[slot] = std::move(process.variables[from.variable(name)]);
  }
  for (std::uint32_t place = 0; place < to.places.size(); ++place) {
    const std::string& name = to.places[place].name;
    if (base.place(name) != kNone) places[place] = std::move(process.places[from.place(name)]);
    else fresh_places.push_back(place);
  }
  for (std::uint32_t place = 0; place < from.places.size(); ++place) {
    if (base.place(from.places[place].name) != kNone) continue;
    for (const Token& token : process.places[place]) {
      dead_letter(process, "the process became " + to.name + ", which has no queue '" + from.places[place].name + "'", from.places[place].name, token.value);
    }
  }
  for (std::uint32_t action = 0; action < to.actions.size(); ++action) {
    const ActionCode& code = to.actions[action];
    const std::uint32_t known = from.action(code.name);
    if (known != kNone && from.actions[known].owner == code.owner && base.lineage->is_a(code.owner)) {
      actions[action] = std::move(process.actions[known]);
      actions[action].candidate = false;
    }
  }
  for (std::uint32_t region = 0; region < kRegions; ++region) {
    RegionState& at = process.regions[region];
    const std::string current = from.regions[region].states.empty() ? std::string() : from.regions[region].states[at.current];
    const std::uint32_t kept = base.regions[region].find(current) == kNone ? kNone : to.regions[region].find(current);
    if (kept != kNone) at.current = kept;      // the state that the base declares, wherever it stands now
    else at = {0, ++serial, now};
  }
  process.code = &to;
  if (!to.reference_readers.empty()) watchers.insert(process.number);
  process.variables = std::move(variables);
  process.places = std::move(places);
  process.actions = std::move(actions);
  try {
    set_parameters(process, process.given);
    for (const std::uint32_t place : fresh_places) fill_entries(process, place);
  } catch (const EvaluationError& error) {
    dead_letter(process, "becoming " + to.name + ": " + error.what());
  }
  changed = true;
  look_at_all(process);
  others_changed();
}

void Engine::State::end_process(Process& process, const Ended& ended) {
  if (process.ended) return;
  process.ended = std::make_unique<Ended>(ended);
  for (ActionState& action : process.actions) action.held_up.reset();
  changed = true;
  for (const auto& child : processes) {
    if (child && child->maker == process.number) end_process(*child, {false, Value::undef(), process_name(process)});
  }
}

}  // namespace plan::engine
