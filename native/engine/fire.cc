// Firing: the body runs against buffered effects; they take place together when it ends, or not at all.
#include <algorithm>
#include <utility>

#include "engine/state.h"

namespace plan::engine {

using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

class Body final : public ReadOnlyView {
 public:
  using ReadOnlyView::ReadOnlyView;

  void assign(std::uint32_t slot, Value value) override {
    ReadOnlyView reader(state_, process_);
    Evaluation evaluation(reader, state_.limits.steps_per_firing, state_.limits.call_depth);
    const VariableCode& code = process_.code->variables[slot];
    Frame frame{evaluation, std::vector<Value>(code.slots)};
    require(code.type, value, "'$" + code.name + "'", frame);
    undo_.emplace_back(slot, process_.variables[slot]);
    process_.variables[slot] = {std::move(value), process_.variables[slot].version + 1, state_.now};
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
    std::string title = std::to_string(state_.processes.size());
    for (const values::HashEntry& entry : parameters.is_undef() ? std::span<const values::HashEntry>() : parameters.as_hash().entries) {
      if (!entry.key.is(Kind::string) || entry.key.as_string() != "title") given.set(entry.key, entry.value);
      else if (entry.value.is(Kind::string) && !entry.value.as_string().empty()) title = entry.value.as_string();
      else throw EvaluationError("TYPE_MISMATCH", "the title of a process is a String[1], got " + values::inspect(entry.value));
    }
    values::ProcessIdentity identity{state_.identity.certname, resource_name(code->name, title)};
    if (state_.by_identity.contains(identity)) throw EvaluationError("DUPLICATE_PROCESS", "there is a process " + identity.resource + " already");
    Process& child = state_.make_process(*code, std::move(identity), std::move(title), process_.number);
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
    for (const Effect_& effect : effects_) {
      if (effect.kind != Kind_::place) continue;
      const std::size_t more = ++sent[{effect.process, effect.slot}];
      if (effect.slot == kResourcesToSync) continue;
      if (effect.process->places[effect.slot].size() + more > state_.capacity(*effect.process, effect.slot) &&
          state_.ttl(*effect.process, effect.slot) != std::chrono::milliseconds(0)) {
        throw EvaluationError("LIMIT_CAPACITY", "queue '" + effect.process->code->places[effect.slot].name + "' of " +
                                                    effect.process->identity.resource + " is full");
      }
    }
  }

  // What it did, for traces.
  void tell(Firing& firing) {
    firing.sent = std::move(sent_);
    std::set<std::uint32_t> told;
    for (const auto& [slot, _] : undo_) {
      if (told.insert(slot).second) firing.assigned.emplace_back(process_.code->variables[slot].name, process_.variables[slot].value);
    }
  }

  void commit() {
    for (const auto& [slot, _] : undo_) state_.variable_changed(process_, slot);
    for (const std::uint32_t child : made_) state_.start_process(*state_.processes[child]);
    for (Effect_& effect : effects_) apply(effect);
    if (!batch_.resources.empty()) {
      batch_.id = ++state_.batches;
      for (const Value& resource : batch_.resources) remember(resource);
      state_.effects->batches.push_back(batch_);
      state_.unsynced.push_back({batch_, process_.number});
    }
    for (const auto& [slot, _] : undo_) state_.refuse_narrowed(process_, slot);
    if (become_) state_.become(process_, *become_);
    if (ended_) state_.end_process(process_, *ended_);
  }

  void rollback() {
    for (auto at = undo_.rbegin(); at != undo_.rend(); ++at) process_.variables[at->first] = at->second;
    for (auto child = made_.rbegin(); child != made_.rend(); ++child) {
      state_.by_identity.erase(state_.processes[*child]->identity);
      std::erase_if(state_.candidates, [&](const auto& candidate) { return std::get<1>(candidate) == *child; });
      PLAN_ASSERT(*child + 1 == state_.processes.size());
      state_.processes.pop_back();
    }
  }

 private:
  enum class Kind_ : std::uint8_t { place, move, message };
  struct Effect_ {
    Kind_ kind;
    Process* process;            // place, move
    std::uint32_t slot;          // place, or region
    std::uint32_t state;         // move
    Value value;
    Message message;
  };

  void to_place(Process& owner, std::uint32_t place, Value value) {
    if (place == kResourcesToSync) return to_sync(value);
    const PlaceCode& code = owner.code->places[place];
    ReadOnlyView reader(state_, owner);
    Evaluation evaluation(reader, state_.limits.steps_per_firing, state_.limits.call_depth);
    Frame frame{evaluation, std::vector<Value>(code.slots)};
    require(code.type, value, "queue '" + code.name + "'", frame);
    state_.require_size(value, "queue '" + code.name + "'");
    note(name_for(owner, code.name), value);
    effects_.push_back({Kind_::place, &owner, place, 0, std::move(value), {}});
  }

  void to_sync(const Value& value) {
    if (value.is(Kind::array)) {
      for (const Value& item : value.as_array()) to_sync(item);
      return;
    }
    if (!value.is(Kind::resource) || value.as_resource().parameters.is_undef()) {
      throw EvaluationError("TYPE_MISMATCH", "resources_to_sync takes resources (Type.new { … }), got " + values::inspect(value));
    }
    state_.require_size(value, "'resources_to_sync'");
    note("resources_to_sync", value);
    batch_.resources.push_back(value);
  }

  void to_state(Process& owner, std::uint32_t region, std::string_view name) {
    const std::uint32_t state = owner.code->regions[region].find(name);
    if (state == kNone) {
      throw EvaluationError("UNKNOWN_STATE", owner.identity.resource + " has no state '" + std::string(name) + "'");
    }
    if (&owner == &process_ && region == kOwnRegion) moved_ = state;
    note(name_for(owner, "state"), Value::string(name));
    effects_.push_back({Kind_::move, &owner, region, state, {}, {}});
  }

  void to_remote(const values::QueueObject& target, Value value) {
    Message message;
    message.kind = target.name == "state" ? MessageKind::state : MessageKind::send;
    message.from = process_.identity;
    message.to = target.process.as_process().identity;
    message.name = target.name == "state" ? values::to_string(value) : target.name;
    state_.require_size(value, "'" + target.name + "'");
    note(message.to.resource + "." + target.name, value);
    if (message.kind == MessageKind::send) message.value = std::move(value);
    effects_.push_back({Kind_::message, nullptr, 0, 0, {}, std::move(message)});
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
    effects_.push_back({Kind_::message, nullptr, 0, 0, {}, std::move(message)});
  }

  [[nodiscard]] std::string name_for(const Process& owner, const std::string& queue) const {
    return &owner == &process_ ? queue : process_name(owner) + "." + queue;
  }

  void note(std::string queue, Value value) {
    if (state_.tracing) sent_.push_back({std::move(queue), std::move(value)});
  }

  void apply(Effect_& effect) {
    if (effect.process && effect.process != &process_ && effect.process->ended) return return_to_sender(effect);
    switch (effect.kind) {
      case Kind_::move: state_.move(*effect.process, effect.slot, effect.state); return;
      case Kind_::message: state_.send_message(std::move(effect.message)); return;
      case Kind_::place: break;
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
  void return_to_sender(const Effect_& effect) {
    const bool move = effect.kind == Kind_::move;
    values::HashBuilder letter;
    letter.set("queue", Value::string(move ? "state" : effect.process->code->places[effect.slot].name));
    letter.set("value", move ? Value::string(effect.process->code->regions[effect.slot].states[effect.state]) : effect.value);
    state_.dead_letter(process_, {{}, {}, process_name(*effect.process) + " refused it: the process has ended", {}, {},
                                  Value::array({letter.build()})});
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

  std::vector<std::pair<std::uint32_t, Cell>> undo_;
  std::vector<Effect_> effects_;
  std::vector<QueuedValue> sent_;              // for traces
  std::vector<std::uint32_t> made_;
  Batch batch_;
  std::optional<std::uint32_t> moved_;
  const PlanCode* become_ = nullptr;
  std::optional<Ended> ended_;
};

// Takes the tokens of a match out of their places, and puts them back.
struct TakenToken {
  Process* owner;
  std::uint32_t place;
  Token token;
};

// An input that others may be waiting to send to.
bool is_full(Engine::State& state, Process& owner, std::uint32_t place) {
  return owner.code->places[place].direction == syntax::Direction::input &&
         owner.places[place].size() >= state.capacity(owner, place);
}

std::vector<TakenToken> take_tokens(Engine::State& state, const Match& match) {
  std::vector<TakenToken> taken;
  for (const Selection& selection : match.selections) {
    if (!selection.consumed) continue;
    TokenList& tokens = selection.owner->places[selection.place];
    const bool was_full = is_full(state, *selection.owner, selection.place);
    for (const std::uint64_t serial : selection.serials) {
      taken.push_back({selection.owner, selection.place, tokens.take(tokens.find(serial))});
    }
    state.place_changed(*selection.owner, selection.place);
    if (was_full) state.others_changed();
  }
  return taken;
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
    for (const std::uint64_t serial : selection.serials) memory.use(selection.mark, serial, !plain_place);
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
    while (fire_next()) {
      if (firings == last) return;
    }
    expire();
  } while (!candidates.empty());
}

// Fires the enabled action whose last firing is longest ago; false when none is enabled.
bool Engine::State::fire_next() {
  while (!candidates.empty()) {
    const auto [last, number, index] = *candidates.begin();
    candidates.erase(candidates.begin());
    Process* process = processes[number].get();
    if (!process || process->ended || index >= process->actions.size() || process->actions[index].last != last) continue;
    Search found = search(*this, *process, index);
    ActionState& memory = process->actions[index];
    const ActionCode& code = process->code->actions[index];
    const std::string told = found.guard_error.empty() ? std::string() : found.guard_place.text() + ": " + found.guard_error;
    if (!told.empty() && told != memory.guard_error) {
      dead_letter(*process, {{}, code.name, "a guard raised: " + found.guard_error, found.guard_place, {}, Value::array({})});
    }
    memory.guard_error = told;
    if (!found.match) {
      if (found.wake) timers.emplace(*found.wake, number, index);
      if (found.held_up) {
        const bool same = memory.held_up && memory.held_up->arc == found.held_up->arc &&
                          values::same(memory.held_up->reason, found.held_up->reason);
        if (!same) {
          found.held_up->since = memory.held_up && memory.held_up->arc == found.held_up->arc ? memory.held_up->since : now;
          memory.held_up = found.held_up;
          changed = true;
        }
      } else if (memory.held_up) {
        memory.held_up.reset();
        changed = true;
      }
      continue;
    }

    memory.held_up.reset();
    memory.last = ++firings;
    memory.fired = true;
    changed = true;
    look_at(*process, index);
    count_as_used(memory, *found.match);
    std::vector<TakenToken> taken = take_tokens(*this, *found.match);
    Firing firing{process_name(*process), code.name, now, {}, {}, {}, {}};
    if (tracing) {
      for (Selection& selection : found.match->selections) {
        std::move(selection.received.begin(), selection.received.end(), std::back_inserter(firing.received));
      }
    }

    Body body(*this, *process);
    Evaluation evaluation(body, limits.steps_per_firing, limits.call_depth);
    Frame frame{evaluation, std::move(found.match->slots)};
    try {
      for (const NodePtr& statement : code.statements) {
        evaluation.spend(1);
        static_cast<void>(statement->evaluate(frame));
      }
      body.check_room();
    } catch (const EvaluationError& error) {
      body.rollback();
      firing.error = error.what();
      if (tracing) effects->firings.push_back(std::move(firing));
      dead_letter(*process, {{}, code.name, error.what(), place_of(evaluation.where()), call_stack(*this, evaluation),
                             describe_tokens(taken)});
      return true;
    }
    if (tracing) {
      body.tell(firing);
      effects->firings.push_back(std::move(firing));
    }
    body.commit();
    if (++instant_firings > limits.firings_per_instant && !process->ended) {
      end_process(*process, {true, Value::string("more than " + std::to_string(limits.firings_per_instant) +
                                                 " firings without new input (limit 'firings'); the last was of '" + code.name +
                                                 "' of plan '" + process->code->name + "' at " + place_of(code.span).text())});
    }
    return true;
  }
  return false;
}

// Drops the tokens whose time is over; called only when nothing more is enabled.
void Engine::State::expire() {
  for (const std::uint32_t number : std::exchange(expiring, {})) {
    Process* process = processes[number].get();
    if (!process || process->ended) continue;
    for (std::uint32_t place = kBuiltinPlaces; place < process->places.size(); ++place) {
      if (!process->code->places[place].ttl) continue;
      const auto lifetime = ttl(*process, place);
      TokenList& tokens = process->places[place];
      while (!tokens.empty() && tokens[0].arrived + *lifetime <= now) {
        static_cast<void>(tokens.take(0));
        place_changed(*process, place);
      }
    }
  }
}

}  // namespace plan::engine
