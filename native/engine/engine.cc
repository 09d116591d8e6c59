#include "engine/engine.h"

#include <algorithm>
#include <array>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Value;

namespace {

constexpr std::array<std::pair<MessageKind, std::string_view>, 7> kKinds = {{
    {MessageKind::send, "send"}, {MessageKind::state, "state"}, {MessageKind::join, "join"},
    {MessageKind::leave, "leave"}, {MessageKind::accepted, "accepted"}, {MessageKind::publish, "publish"},
    {MessageKind::dead_letter, "dead_letter"}}};

std::unique_ptr<Engine::State> empty_state(std::shared_ptr<const Program> program, const Setup& setup, Instant now,
                                           const Limits& limits) {
  auto state = std::make_unique<Engine::State>();
  state->program = std::move(program);
  state->limits = limits;
  state->identity = setup.identity;
  state->now = now;
  return state;
}

void set_facts(Engine::State& state, const Setup& setup) {
  const auto set = [&](std::uint32_t slot, const Value& value) {
    state.node[slot - kFacts] = {value.is_undef() ? values::HashBuilder().build() : value, 1, state.now};
  };
  set(kFacts, setup.facts);
  set(kTrusted, setup.trusted);
  set(kServerFacts, setup.server_facts);
}

boost::json::array unsynced_resources(const Engine::State& state, const Process& process) {
  boost::json::array resources;
  for (const PendingBatch& pending : state.unsynced) {
    if (pending.process != process.number) continue;
    for (const Value& resource : pending.batch.resources) resources.push_back(values::to_json(resource));
  }
  return resources;
}

// As it is now: a type may follow variables.
std::string type_text(Engine::State& state, Process& process, const PlaceCode& code) {
  ReadOnlyView view(state, process);
  Evaluation evaluation(view, state.limits.steps_per_firing, state.limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  try {
    return types::to_string(type_of(code.type, frame)->resolved());
  } catch (const EvaluationError&) {
    return "Any";
  }
}

// What a guard raised, or what an action that would take it says it waits for.
std::string why_not_taken(const Effects& effects, const std::vector<Waiting>& before, const std::vector<Waiting>& after) {
  if (!effects.dead_letters.empty()) return effects.dead_letters.front().message;
  std::string why;
  for (const Waiting& one : after) {
    const bool known = std::any_of(before.begin(), before.end(), [&](const Waiting& other) {
      return other.process == one.process && other.action == one.action && values::same(other.reason, one.reason);
    });
    if (!known) why += (why.empty() ? "it waits for " : "; ") + one.text();
  }
  return why;
}

boost::json::value describe_end(const Ended& ended) {
  if (!ended.maker.empty()) return boost::json::object{{"maker", ended.maker}};
  return boost::json::object{{ended.failed ? "fail" : "end", values::to_json(ended.value)}};
}

}  // namespace

std::string_view to_string(MessageKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  PLAN_ASSERT(false);
}

std::optional<MessageKind> message_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

std::string Place::text() const {
  return file.empty() ? std::string() : file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Waiting::text() const {
  if (!reason.is(values::Kind::hash)) return values::to_string(reason);
  const Value* what = reason.as_hash().find("for");
  std::string text = what ? values::to_string(*what) : std::string();
  if (const Value* risk = reason.as_hash().find("risk"); risk && !risk->is_undef()) text += " (at risk: " + values::to_string(*risk) + ")";
  if (const Value* next = reason.as_hash().find("next"); next && !next->is_undef()) text += "; " + values::to_string(*next);
  return text;
}

Engine::Engine() = default;
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(std::shared_ptr<const Program> program, const Setup& setup, Instant now,
                                               const Limits& limits) {
  const PlanCode* code = program->find(setup.plan);
  if (!code) return Error{"engine.plan", "the bundle has no plan '" + setup.plan + "'", {}};
  std::unique_ptr<Engine> engine(new Engine());
  engine->state_ = empty_state(std::move(program), setup, now, limits);
  State& state = *engine->state_;
  try {
    Process& root = state.make_process(*code, setup.identity, setup.title, kNone);
    set_facts(state, setup);
    state.set_parameters(root, setup.parameters);
    state.start_process(root);
  } catch (const EvaluationError& error) {
    return Error{"engine.parameter", error.what(), {}};
  }
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::restore(std::shared_ptr<const Program> program, const Setup& setup,
                                                const boost::json::value& snapshot, Instant now, const Limits& limits) {
  const PlanCode* code = program->find(setup.plan);
  if (!code) return Error{"engine.plan", "the bundle has no plan '" + setup.plan + "'", {}};
  std::unique_ptr<Engine> engine(new Engine());
  engine->state_ = empty_state(std::move(program), setup, now, limits);
  State& state = *engine->state_;
  Effects effects;               // dead letters of a new version of the plan stay in the processes
  state.effects = &effects;
  try {
    if (Status read = state.read(snapshot); !read) return read.error();
    if (state.root().made_with != code) {
      return Error{"engine.snapshot", "the saved state is of plan '" + state.root().made_with->name + "', not of '" + setup.plan + "'", {}};
    }
    set_facts(state, setup);
    if (!state.root().ended) state.set_parameters(state.root(), setup.parameters);
  } catch (const EvaluationError& error) {
    return Error{"engine.parameter", error.what(), {}};
  }
  state.effects = nullptr;
  return engine;
}

Status Engine::accepts(std::string_view queue, const Value& value) const {
  Process& process = state_->root();
  const std::uint32_t place = process.code->place(queue);
  if (place == kNone || place == kResourcesToSync) {
    std::vector<std::string_view> names;
    for (const PlaceCode& known : process.code->places) names.push_back(known.name);
    const std::string_view near = diagnostics::nearest(queue, names);
    return Error{"engine.queue", "plan '" + process.code->name + "' has no queue '" + std::string(queue) + "' that takes tokens",
                 near.empty() ? "" : "did you mean '" + std::string(near) + "'?"};
  }
  const PlaceCode& code = process.code->places[place];
  const std::string what = "queue '" + code.name + "'";
  if (code.operators) return Error{"engine.queue", what + " of plan '" + process.code->name + "' is an operator's", {}};
  ReadOnlyView view(*state_, process);
  Evaluation evaluation(view, state_->limits.steps_per_firing, state_->limits.call_depth);
  Frame frame{evaluation, std::vector<Value>(code.slots)};
  try {
    require(code.type, value, what, frame);
    state_->require_size(value, "queue '", queue);
    if (process.places[place].size() >= state_->capacity(process, place)) return Error{"engine.token", what + " is full", {}};
  } catch (const EvaluationError& error) {
    return Error{"engine.token", error.what(), {}};
  }
  return Done{};
}

Effects Engine::step(const Input& input, Instant now, std::uint64_t max_firings) {
  const auto* word = std::get_if<Ordered>(&input);
  return word ? hear(*word, now) : advance(input, now, max_firings);
}

// Tried on a copy, which is the state from then on when an action has taken the word.
Effects Engine::hear(const Ordered& word, Instant now) {
  const auto refused = [](Error why) {
    Effects nothing;
    nothing.refused = std::move(why);
    return nothing;
  };
  if (const Status heard = state_->hears(word); !heard) return refused(heard.error());
  const std::vector<Waiting> waited = waiting();
  Result<std::unique_ptr<State>> copied = state_->copy();
  if (!copied) return refused(copied.error());
  std::unique_ptr<State> before = std::exchange(state_, std::move(*copied));
  state_->tracing = true;
  Effects effects = advance(word, now, UINT64_MAX);
  state_->tracing = before->tracing;
  state_->word = 0;
  const auto firing = std::find_if(effects.firings.begin(), effects.firings.end(),
                                   [&](const Firing& one) { return one.number == state_->heard_in; });
  if (firing == effects.firings.end()) {
    const std::string why = why_not_taken(effects, waited, waiting());
    state_ = std::move(before);
    return refused({"engine.not_taken", "no action takes it now from '" + word.queue + "'", why});
  }
  if (!firing->error.empty()) {
    state_ = std::move(before);
    return refused({"engine.failed", firing->error, "Action '" + firing->action + "' says so; nothing has happened."});
  }
  for (const QueuedValue& sent : firing->sent) {
    if (sent.queue == "drain") effects.answers.push_back(sent.value);
  }
  return effects;
}

Effects Engine::advance(const Input& input, Instant now, std::uint64_t max_firings) {
  State& state = *state_;
  Effects effects;
  state.effects = &effects;
  state.changed = false;
  state.search_steps = 0;
  if (now > state.now || !std::holds_alternative<Tick>(input)) state.instant_firings = 0;
  state.now = std::max(now, state.now);
  while (!state.timers.empty() && std::get<0>(*state.timers.begin()) <= state.now) {
    const auto [at, number, action] = *state.timers.begin();
    state.timers.erase(state.timers.begin());
    Process* process = state.processes[number].get();
    if (!process || process->ended) continue;
    if (action == kNone) state.expiring.insert(number);
    else if (action < process->actions.size()) state.look_at(*process, action);
  }
  std::visit([&](const auto& one) { state.take(one); }, input);
  state.run(max_firings);
  state.publish();
  state.ending_run = false;
  effects.changed = state.changed;
  state.effects = nullptr;
  return effects;
}

Result<std::unique_ptr<Engine>> Engine::copy() const {
  Result<std::unique_ptr<State>> state = state_->copy();
  if (!state) return state.error();
  std::unique_ptr<Engine> other(new Engine());
  other->state_ = std::move(*state);
  return other;
}

std::vector<OperatorInput> Engine::operator_inputs() const {
  std::vector<OperatorInput> inputs;
  Process& process = state_->root();
  if (process.ended) return inputs;
  for (const PlaceCode& code : process.code->places) {
    if (code.operators) inputs.push_back({code.name, type_text(*state_, process, code), state_->program->sources().comment_over(code.span)});
  }
  return inputs;
}

boost::json::value Engine::snapshot() const { return state_->write(); }

std::optional<Instant> Engine::next_wakeup() const {
  if (!state_->candidates.empty()) return state_->now;
  if (state_->timers.empty()) return std::nullopt;
  return std::get<0>(*state_->timers.begin());
}

std::vector<Waiting> Engine::waiting() const {
  std::vector<Waiting> result;
  for (const auto& process : state_->processes) {
    if (!process || process->ended) continue;
    for (std::size_t i = 0; i < process->actions.size(); ++i) {
      const auto& held_up = process->actions[i].held_up;
      if (held_up && !held_up->between_runs) result.push_back({process->identity.resource, process->code->actions[i].name, held_up->reason, held_up->since});
    }
  }
  return result;
}

std::vector<Batch> Engine::unsynced() const {
  std::vector<Batch> result;
  for (const PendingBatch& pending : state_->unsynced) result.push_back(pending.batch);
  return result;
}

std::optional<Ended> Engine::ended() const {
  const auto& ended = state_->root().ended;
  return ended ? std::optional(*ended) : std::nullopt;
}
std::optional<values::ProcessIdentity> Engine::orchestrator() const { return state_->orchestrator; }
bool Engine::orchestrated() const { return state_->orchestrating; }

bool Engine::wants_event(std::string_view message) const {
  values::HashBuilder event;
  event.set("message", Value::string(message));
  event.set("data", Value::undef());
  event.set("resource", Value::string(""));
  event.set("time", Value::timestamp(state_->now.time_since_epoch().count() * 1'000'000));
  const Value value = event.build();
  Process& root = state_->root();
  return !root.ended && would_take_event(*state_, root, value);
}

std::vector<Value> Engine::desired() const { return state_->desired; }
void Engine::trace(bool on) { state_->tracing = on; }

boost::json::value Engine::describe() const {
  boost::json::object processes;
  for (const auto& process : state_->processes) {
    if (!process) continue;
    boost::json::object about;
    about["plan"] = process->code->name;
    boost::json::object variables, queues;
    for (std::size_t slot = kBuiltinVariables; slot < process->variables.size(); ++slot) {
      variables[process->code->variables[slot].name] = values::to_json(process->variables[slot].value);
    }
    for (std::size_t place = 0; place < process->places.size(); ++place) {
      const bool unseen = process->places[place].empty() || (place == kStart && process->code->arrival_readers[place].empty());
      if (place < kBuiltinPlaces && unseen) continue;
      boost::json::array tokens;
      for (const Token& token : process->places[place]) tokens.push_back(values::to_json(token.value));
      queues[process->code->places[place].name] = std::move(tokens);
    }
    if (boost::json::array wanted = unsynced_resources(*state_, *process); !wanted.empty()) queues["resources_to_sync"] = std::move(wanted);
    boost::json::array states, waiting, letters;
    for (std::uint32_t region = 0; region < kRegions; ++region) {
      const RegionCode& code = process->code->regions[region];
      if (!code.states.empty()) states.push_back(boost::json::string(code.states[process->regions[region].current]));
    }
    for (std::size_t i = 0; i < process->actions.size(); ++i) {
      const auto& held_up = process->actions[i].held_up;
      if (!held_up || held_up->between_runs) continue;
      waiting.push_back({{"action", process->code->actions[i].name}, {"reason", values::to_json(held_up->reason)},
                         {"since_ms", held_up->since.time_since_epoch().count()}});
    }
    for (const DeadLetter& letter : process->dead_letters) {
      letters.push_back({{"action", letter.action}, {"message", letter.message}, {"file", letter.place.file},
                         {"line", letter.place.line}, {"column", letter.place.column},
                         {"tokens", values::to_json(letter.tokens)}});
    }
    about["variables"] = std::move(variables);
    about["queues"] = std::move(queues);
    about["states"] = std::move(states);
    about["waiting"] = std::move(waiting);
    about["dead_letters"] = std::move(letters);
    about["ended"] = process->ended ? describe_end(*process->ended) : nullptr;
    processes[process_name(*process)] = std::move(about);
  }
  return boost::json::object{{"processes", std::move(processes)}};
}

}  // namespace plan::engine
