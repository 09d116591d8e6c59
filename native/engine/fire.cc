// Firing: the body runs against buffered effects; they take place together when it ends, or not at all.
#include <algorithm>
#include <functional>
#include <utility>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

class Body final : public ReadOnlyView {
 public:
  Body(Engine::State& state, Process& process) : ReadOnlyView(state, process) {
    state.outgoing.clear();
    state.undo.clear();
  }

  void assign(std::uint32_t slot, Value value) override {
    const VariableCode& code = process_.code->variables[slot];
    state_.require_type(process_, code.type, code.slots, value, "'$", code.name);
    Cell& cell = process_.variables[slot];
    const std::uint64_t version = cell.version + 1;
    state_.undo.emplace_back(slot, std::exchange(cell, Cell{std::move(value), version, state_.now}));
  }

  void send(std::uint32_t place, Value value) override { to_place(process_, place, std::move(value)); }

  void send_to(const Value& queue, Value value) override {
    if (queue.is_undef()) throw EvaluationError("NO_RECEIVER", "a token is sent to undef");
    if (!queue.is(Kind::queue)) throw EvaluationError("NO_RECEIVER", values::inspect(queue) + " is not a queue");
    const values::QueueObject& target = queue.as_queue();
    Process* owner = state_.local(target.process);
    if (!owner) return to_remote(target, std::move(value));
    if (target.name == "state") return to_state(*owner, kInputRegion, values::to_string(value));
    const std::uint32_t place = owner->code->place(target.name);
    if (place == kNone || (owner != &process_ && owner->code->places[place].direction != syntax::Direction::input)) {
      throw EvaluationError("NO_RECEIVER", owner->identity.resource + " has no input '" + target.name + "'");
    }
    to_place(*owner, place, std::move(value));
  }

  void move(std::string_view to) override { to_state(process_, kOwnRegion, to); }

  void next_state() override {
    const std::size_t count = process_.code->regions[kOwnRegion].states.size();
    if (count == 0) throw EvaluationError("UNKNOWN_STATE", "the plan has no states");
    const std::uint32_t current = moved_.value_or(process_.regions[kOwnRegion].current);
    moved_ = std::min<std::uint32_t>(current + 1, static_cast<std::uint32_t>(count - 1));
    to_state(process_, kOwnRegion, process_.code->regions[kOwnRegion].states[*moved_]);
  }

  Value make(std::string_view plan, const Value& parameters) override {
    const PlanCode* code = state_.program->find(plan);
    PLAN_ASSERT(code);
    values::HashBuilder given;
    bool title_given = false;
    std::string title = std::to_string(state_.processes.size());
    for (const values::HashEntry& entry : parameters.is_undef() ? std::span<const values::HashEntry>() : parameters.as_hash().entries) {
      if (!entry.key.is(Kind::string) || entry.key.as_string() != "title") given.set(entry.key, entry.value);
      else if (entry.value.is(Kind::string) && !entry.value.as_string().empty()) {
        title = entry.value.as_string();
        title_given = true;
      }
      else throw EvaluationError("TYPE_MISMATCH", "the title of a process is a String[1], got " + values::inspect(entry.value));
    }
    values::ProcessIdentity identity{state_.identity.certname, resource_name(code->name, title)};
    if ((title_given || state_.titles_given) && state_.local(identity)) throw EvaluationError("DUPLICATE_PROCESS", "there is a process " + identity.resource + " already");
    Process& child = state_.make_process(*code, std::move(identity), title, process_.number);
    made_.push_back(child.number);
    state_.set_parameters(child, given.build());
    return child.self;
  }

  void become(std::string_view plan) override {
    const PlanCode* code = state_.program->find(plan);
    PLAN_ASSERT(code);
    if (!code->lineage->is_a(process_.made_with->name)) {
      throw EvaluationError("NOT_A_PLAN", "a process made with " + process_.made_with->name + " cannot become " + code->name);
    }
    become_ = code;
  }

  void orchestrate(const Value& process) override { conversation(process, engine::MessageKind::join); }
  void release(const Value& process) override { conversation(process, engine::MessageKind::leave); }

  // What overflows makes the firing fail before anything is done.
  void check_room() {
    std::map<std::pair<Process*, std::uint32_t>, std::size_t> sent;
    for (const Outgoing& effect : state_.outgoing) {
      if (effect.kind != Outgoing::Kind::token) continue;
      const std::size_t held = effect.process->places[effect.slot].size();
      // As many as are sent at all have room as a rule; only where they have not is it counted how many go to this place.
      const std::size_t capacity = state_.capacity(*effect.process, effect.slot);
      if (held + state_.outgoing.size() <= capacity) continue;
      if (held + ++sent[{effect.process, effect.slot}] > capacity && state_.ttl(*effect.process, effect.slot) != std::chrono::milliseconds(0)) {
        throw EvaluationError("LIMIT_CAPACITY", "queue '" + effect.process->code->places[effect.slot].name + "' of " +
                                                    effect.process->identity.resource + " is full");
      }
    }
  }

  // The processes that were made get their entries: one whose entries raise makes the firing fail.
  void start_children() {
    for (const std::uint32_t child : made_) state_.start_process(*state_.processes[child]);
  }

  // What it did, for traces.
  void tell(Firing& firing) {
    firing.sent = std::move(sent_);
    std::set<std::uint32_t> told;
    for (const auto& [slot, _] : state_.undo) {
      if (told.insert(slot).second) firing.assigned.emplace_back(process_.code->variables[slot].name, process_.variables[slot].value);
    }
  }

  void commit() {
    for (const auto& [slot, _] : state_.undo) state_.variable_changed(process_, slot);
    for (Outgoing& effect : state_.outgoing) apply(effect);
    if (!batch_.resources.empty()) {
      batch_.id = ++state_.batches;
      for (const Value& resource : batch_.resources) remember(resource);
      state_.effects->batches.push_back(batch_);
      state_.unsynced.push_back({batch_, process_.number});
    }
    for (const auto& [slot, _] : state_.undo) state_.refuse_narrowed(process_, slot);
    if (become_) state_.become(process_, *become_);
    if (ended_) state_.end_process(process_, *ended_);
  }

  void rollback() {
    for (auto at = state_.undo.rbegin(); at != state_.undo.rend(); ++at) process_.variables[at->first] = at->second;
    for (auto child = made_.rbegin(); child != made_.rend(); ++child) {
      PLAN_ASSERT(*child + 1 == state_.processes.size());
      state_.forget_last_process();
    }
  }

 private:
  void to_place(Process& owner, std::uint32_t place, Value value) {
    if (place == kResourcesToSync) return to_sync(value);
    const PlaceCode& code = owner.code->places[place];
    if (code.operators) throw EvaluationError("NO_RECEIVER", "queue '" + code.name + "' of " + owner.identity.resource + " is an operator's");
    state_.require_type(owner, code.type, code.slots, value, "queue '", code.name);
    state_.require_size(value, "queue '", code.name);
    if (state_.tracing) note(name_for(owner, code.name), value);
    state_.outgoing.push_back({Outgoing::Kind::token, &owner, place, 0, std::move(value)});
  }

  void to_sync(const Value& value) {
    if (value.is(Kind::array)) {
      for (const Value& item : value.as_array()) to_sync(item);
      return;
    }
    if (!value.is(Kind::resource) || value.as_resource().parameters.is_undef()) {
      throw EvaluationError("TYPE_MISMATCH", "resources_to_sync takes resources (Type.new { … }), got " + values::inspect(value));
    }
    state_.require_size(value, "'", "resources_to_sync");
    if (state_.tracing) note("resources_to_sync", value);
    batch_.resources.push_back(value);
  }

  void to_state(Process& owner, std::uint32_t region, std::string_view name) {
    const std::uint32_t state = owner.code->regions[region].find(name);
    if (state == kNone) {
      throw EvaluationError("UNKNOWN_STATE", owner.identity.resource + " has no state '" + std::string(name) + "'");
    }
    if (&owner == &process_ && region == kOwnRegion) moved_ = state;
    if (state_.tracing) note(name_for(owner, "state"), Value::string(name));
    state_.outgoing.push_back({Outgoing::Kind::move, &owner, region, state, {}});
  }

  void to_remote(const values::QueueObject& target, Value value) {
    Message message;
    message.kind = target.name == "state" ? MessageKind::state : MessageKind::send;
    message.from = process_.identity;
    message.to = target.process.as_process().identity;
    message.name = target.name == "state" ? values::to_string(value) : target.name;
    state_.require_size(value, "'", target.name);
    if (state_.tracing) note(message.to.resource + "." + target.name, value);
    if (message.kind == MessageKind::send) message.value = std::move(value);
    add_message(std::move(message));
  }

  void conversation(const Value& process, MessageKind kind) {
    if (!process.is(Kind::process) || state_.local(process) != &state_.root() || &process_ != &state_.root()) {
      throw EvaluationError("NOT_A_PROCESS", "a process orchestrates and releases itself: write (self)");
    }
    const std::uint32_t cluster = process_.code->variable("cluster");
    Message message;
    message.kind = kind;
    message.from = process_.identity;
    message.plan = process_.made_with->name;
    if (state_.orchestrator) message.to = *state_.orchestrator;
    if (kind == MessageKind::join) {
      if (cluster == kNone || !process_.variables[cluster].value.is(Kind::string)) {
        throw EvaluationError("NO_CLUSTER", "orchestrate() needs '$cluster', the title of the orchestrator process");
      }
      message.to = {"", std::string(process_.variables[cluster].value.as_string())};
    }
    add_message(std::move(message));
  }

  void add_message(Message message) {
    state_.outgoing.push_back({Outgoing::Kind::message, nullptr, static_cast<std::uint32_t>(messages_.size()), 0, {}});
    messages_.push_back(std::move(message));
  }

  [[nodiscard]] std::string name_for(const Process& owner, const std::string& queue) const {
    return &owner == &process_ ? queue : process_name(owner) + "." + queue;
  }

  void note(std::string queue, Value value) { sent_.push_back({std::move(queue), std::move(value)}); }

  void apply(Outgoing& effect) {
    if (effect.process && effect.process != &process_ && effect.process->ended) return return_to_sender(effect);
    switch (effect.kind) {
      case Outgoing::Kind::move: state_.move(*effect.process, effect.slot, effect.state); return;
      case Outgoing::Kind::message: state_.send_message(std::move(messages_[effect.slot])); return;
      case Outgoing::Kind::token: break;
    }
    if (effect.slot == kEnd || effect.slot == kFail) {
      Ended ended{effect.slot == kFail, effect.value};
      if (effect.process == &process_) ended_ = std::move(ended);
      else state_.end_process(*effect.process, ended);
      return;
    }
    state_.put(*effect.process, effect.slot, std::move(effect.value), process_.self);
  }

  // What a process that has ended no longer takes is told to the sender, as it is across the network.
  void return_to_sender(const Outgoing& effect) {
    const bool move = effect.kind == Outgoing::Kind::move;
    const std::string why = process_name(*effect.process) + " refused it: the process has ended";
    if (move) state_.dead_letter(process_, why, "state", Value::string(effect.process->code->regions[effect.slot].states[effect.state]));
    else state_.dead_letter(process_, why, effect.process->code->places[effect.slot].name, effect.value);
  }

  // The newest desired state of a resource, by type and title; an act (a hidden type of its own kind) is as well, the
  // shell knows which types are acts.
  void remember(const Value& resource) {
    const values::ResourceObject& wanted = resource.as_resource();
    std::erase_if(state_.desired, [&](const Value& known) {
      return known.as_resource().type == wanted.type && known.as_resource().title == wanted.title;
    });
    state_.desired.push_back(resource);
  }

  std::vector<Message> messages_;
  std::vector<QueuedValue> sent_;              // for traces
  std::vector<std::uint32_t> made_;
  Batch batch_;
  std::optional<std::uint32_t> moved_;
  const PlanCode* become_ = nullptr;
  std::optional<Ended> ended_;
};

// Takes the tokens of the match out of their places.
void take_tokens(Engine::State& state) {
  state.taken.clear();
  for (const Selection& selection : state.match.selections) {
    if (!selection.consumed) continue;
    TokenList& tokens = selection.owner->places[selection.place];
    const bool was_full = state.full(*selection.owner, selection.place);
    for (const Token* token : selection.tokens) state.taken.push_back({selection.owner, selection.place, tokens.take(token)});
    state.departed(*selection.owner, selection.place, was_full);
  }
}

Value describe_tokens(const std::vector<TakenToken>& taken) {
  std::vector<Value> letters;
  for (const TakenToken& one : taken) {
    values::HashBuilder letter;
    letter.set("queue", Value::string(one.owner->code->places[one.place].name));
    letter.set("value", one.token.value);
    letters.push_back(letter.build());
  }
  return Value::array(std::move(letters));
}

void count_as_used(ActionState& memory, const Match& match) {
  for (const Selection& selection : match.selections) {
    if (selection.mark.empty()) continue;
    const bool plain_place = selection.place != kNone && !selection.owner->code->places[selection.place].latched;
    if (selection.place == kNone) memory.use(selection.mark, selection.version, true);
    for (const Token* token : selection.tokens) memory.use(selection.mark, token->serial, !plain_place);
  }
}

std::string call_stack(const Engine::State& state, const Evaluation& evaluation) {
  std::string text;
  for (auto call = evaluation.stack().rbegin(); call != evaluation.stack().rend(); ++call) {
    if (!text.empty()) text += '\n';
    text += std::string(call->function) + " called at " + state.place_of(call->site).text();
  }
  return text;
}

}  // namespace

void Engine::State::run(std::uint64_t max_firings) {
  const std::uint64_t last = max_firings > UINT64_MAX - firings ? UINT64_MAX : firings + max_firings;
  do {
    if (firings == last) return;
    while (fire_next()) {
      if (!held.empty()) deliver_held();
      if (firings == last) return;
    }
    expire();
  } while ((!held.empty() && deliver_held()) || !candidates.empty());
}

// Fires the enabled action whose last firing is longest ago; false when none is enabled.
bool Engine::State::fire_next() {
  while (!candidates.empty()) {
    std::pop_heap(candidates.begin(), candidates.end(), std::greater<>());
    const Candidate next = candidates.back();
    candidates.pop_back();
    Process* process = processes[next.process].get();
    if (!process || process->ended || next.action >= process->actions.size()) continue;
    ActionState& memory = process->actions[next.action];
    if (memory.last != next.last) continue;        // of an action that is no more
    memory.candidate = false;
    Search found = search(*this, *process, next.action);
    tell_guard_error(*process, next.action, found);
    if (found.found) {
      fire(*process, next.action);
      return true;
    }
    if (found.wake) timers.emplace(*found.wake, next.process, next.action);
    hold_up(memory, std::move(found.held_up));
  }
  return false;
}

// That a guard raised is told once. An incremental search does not ask all guards again: silence means nothing then.
void Engine::State::tell_guard_error(Process& process, std::uint32_t action, const Search& search) {
  ActionState& memory = process.actions[action];
  const ActionCode& code = process.code->actions[action];
  if (search.guard_error.empty()) {
    if (!code.incremental) memory.guard_error.reset();
    return;
  }
  std::string told = search.guard_place.text() + ": " + search.guard_error;
  if (memory.guard_error && *memory.guard_error == told) return;
  DeadLetter letter;
  letter.action = code.name;
  letter.message = "a guard raised: " + search.guard_error;
  letter.place = search.guard_place;
  letter.tokens = Value::array({});
  dead_letter(process, std::move(letter));
  memory.guard_error = std::make_unique<std::string>(std::move(told));
}

// Notes at which arc an action is held up, if at any, and since when.
void Engine::State::hold_up(ActionState& memory, std::optional<HeldUp> at) {
  if (!at) {
    if (!memory.held_up || memory.held_up->between_runs) return;
    changed = true;
    memory.held_up->between_runs = true;
    if (!ending_run) memory.held_up.reset();
    return;
  }
  const bool same_arc = memory.held_up && memory.held_up->arc == at->arc;
  if (same_arc && !memory.held_up->between_runs && values::same(memory.held_up->reason, at->reason)) return;
  at->since = same_arc ? memory.held_up->since : now;
  memory.held_up = std::make_unique<HeldUp>(std::move(*at));
  changed = true;
}

// The action has a match, in `match`.
void Engine::State::fire(Process& process, std::uint32_t action) {
  ActionState& memory = process.actions[action];
  const ActionCode& code = process.code->actions[action];
  memory.held_up.reset();
  memory.last = ++firings;
  search_steps = 0;
  memory.fired = true;
  changed = true;
  count_as_used(memory, match);
  take_tokens(*this);
  if (word != 0 && std::any_of(taken.begin(), taken.end(), [&](const TakenToken& one) { return one.token.serial == word; })) heard_in = firings;
  look_at_arrivals(process, action);
  std::optional<Firing> firing;
  if (tracing) firing = Firing{process_name(process), code.name, now, firings, std::move(match.received), {}, {}, {}};

  Body body(*this, process);
  Evaluation evaluation(body, limits.steps_per_firing, limits.call_depth);
  Frame frame{evaluation, std::move(match.slots)};
  try {
    const Work::Counted counted(evaluation);
    for (const NodePtr& statement : code.statements) {
      evaluation.spend(1);
      static_cast<void>(statement->evaluate(frame));
    }
    body.check_room();
    body.start_children();
  } catch (const EvaluationError& error) {
    body.rollback();
    if (firing) {
      firing->error = error.what();
      effects->firings.push_back(std::move(*firing));
    }
    DeadLetter letter;
    letter.action = code.name;
    letter.message = error.what();
    letter.place = place_of(evaluation.where());
    letter.stack = call_stack(*this, evaluation);
    letter.tokens = describe_tokens(taken);
    dead_letter(process, std::move(letter));
    return;
  }
  if (firing) {
    body.tell(*firing);
    effects->firings.push_back(std::move(*firing));
  }
  body.commit();
  match.slots = std::move(frame.slots);
  if (++instant_firings > limits.firings_per_instant && !process.ended) {
    end_process(process, {true, Value::string("more than " + std::to_string(limits.firings_per_instant) +
                                              " firings without new input (limit 'firings'); the last was of '" + code.name +
                                              "' of plan '" + process.code->name + "' at " + place_of(code.span).text())});
  }
}

// Drops the tokens whose time is over; called only when nothing more is enabled.
void Engine::State::expire() {
  if (expiring.empty()) return;
  for (const std::uint32_t number : std::exchange(expiring, {})) {
    Process* process = processes[number].get();
    if (!process || process->ended) continue;
    for (std::uint32_t place = kBuiltinPlaces; place < process->places.size(); ++place) {
      if (!process->code->places[place].ttl) continue;
      const auto lifetime = ttl(*process, place);
      TokenList& tokens = process->places[place];
      while (!tokens.empty() && tokens.front().arrived + *lifetime <= now) {
        const bool was_full = full(*process, place);
        static_cast<void>(tokens.take(&tokens.front()));
        departed(*process, place, was_full);
      }
    }
  }
}

}  // namespace plan::engine
