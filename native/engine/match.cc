// Matching: arcs in order, candidates oldest first, with backtracking; stops at the first combination that satisfies
// every arc and supplies something this action has not used before.
#include <algorithm>
#include <numeric>

#include "engine/state.h"

namespace plan::engine {

using syntax::ArcKind;
using syntax::CountKind;
using syntax::SourceKind;
using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

// One value an arc may take: a token of a place, or the value of something that is only looked at.
struct Candidate {
  Value value;
  Value from;
  Instant since;
  std::uint64_t serial = 0;      // of a token; else the version
  bool token = false;
};

// Where an arc's candidates come from.
struct Source {
  bool enabled = false;          // false: an undef reference, or a value that is not known yet
  Process* owner = nullptr;
  std::uint32_t place = kNone;   // a place of `owner`, else `value`
  bool latched = false;
  Candidate value;
  std::string mark;
};

class Matcher {
 public:
  Matcher(Engine::State& state, Process& process, const ActionCode& code, ActionState& memory)
      : state_(state), process_(process), code_(code), memory_(memory), view_(state, process),
        evaluation_(view_, state.limits.steps_per_firing, state.limits.call_depth), frame_{evaluation_, {}} {
    frame_.slots.resize(code.slots);
    selections_.resize(code.arcs.size());
    found_any_.resize(code.arcs.size());
  }

  Search run() {
    Search search;
    if (code_.arcs.empty()) {
      if (!memory_.fired) search.match = Match{frame_.slots, {}};
      return search;
    }
    try {
      if (match(0)) search.match = Match{std::move(frame_.slots), std::move(selections_)};
    } catch (const EvaluationError& error) {
      note_error(error);       // outside of a candidate: a reference, a count, a limit
    }
    search.wake = wake_;
    search.guard_error = std::move(guard_error_);
    search.guard_place = std::move(guard_place_);
    if (!search.match) {
      for (std::uint32_t i = 0; i < code_.arcs.size(); ++i) {
        if (!held_up_ || held_up_->arc != i || found_any_[i]) continue;
        search.held_up = held_up_;
        break;
      }
    }
    return search;
  }

  // Is there a match of the arcs before one on `events` that goes on with this event?
  bool takes(const Value& event) {
    for (std::uint32_t i = 0; i < code_.arcs.size(); ++i) {
      if (code_.arcs[i].source != SourceKind::queue || code_.arcs[i].place != kEvents ||
          code_.arcs[i].kind == ArcKind::inhibit) {
        continue;
      }
      probe_ = i;
      probe_event_ = event;
      try {
        if (match(0)) return true;
      } catch (const EvaluationError&) {
        continue;        // told when the action itself is tried
      }
    }
    return false;
  }

 private:
  bool match(std::uint32_t i) {
    if (i == code_.arcs.size()) return fresh() && room();
    const ArcCode& arc = code_.arcs[i];
    const Source source = find_source(arc);
    bool found = false;
    const bool matched = arc.kind == ArcKind::inhibit ? match_inhibit(i, source, found) : match_source(i, source, found);
    found_any_[i] = found_any_[i] || found;
    if (!found && arc.awaiting && (!held_up_ || held_up_->arc < i)) note_held_up(i);
    return matched;
  }

  void note_held_up(std::uint32_t i) {
    try {
      held_up_ = HeldUp{i, code_.arcs[i].awaiting->evaluate(frame_), {}};
    } catch (const EvaluationError& error) {
      held_up_ = HeldUp{i, Value::string(std::string("(the reason cannot be told: ") + error.what() + ")"), {}};
    }
  }

  Source find_source(const ArcCode& arc) {
    Source source;
    source.mark = arc.mark;
    switch (arc.source) {
      case SourceKind::queue: place_source(source, process_, arc.place); break;
      case SourceKind::parameter: {
        const Cell& cell = process_.variables[arc.variable];
        source.enabled = true;
        source.value = {cell.value, Value::undef(), cell.since, cell.version, false};
        break;
      }
      case SourceKind::state: state_source(source, process_, arc.region, &arc.states); break;
      case SourceKind::reference: reference_source(source, arc); break;
    }
    return source;
  }

  static void place_source(Source& source, Process& owner, std::uint32_t place) {
    source.enabled = true;
    source.owner = &owner;
    source.place = place;
    source.latched = owner.code->places[place].latched;
  }

  static void state_source(Source& source, const Process& owner, std::uint32_t region,
                           const std::vector<std::uint32_t>* wanted) {
    const RegionState& at = owner.regions[region];
    const RegionCode& code = owner.code->regions[region];
    if (at.current >= code.states.size()) return;
    if (wanted && !wanted->empty() && std::find(wanted->begin(), wanted->end(), at.current) == wanted->end()) return;
    source.enabled = true;
    source.value = {Value::string(code.states[at.current]), Value::undef(), at.since, at.version, false};
  }

  void reference_source(Source& source, const ArcCode& arc) {
    const Value reference = arc.reference->evaluate(frame_);
    if (!reference.is(Kind::process)) return;       // undef: not enabled
    const values::ProcessIdentity& identity = reference.as_process().identity;
    source.mark += " of " + identity.certname + " " + identity.resource;
    if (Process* owner = state_.local(reference)) {
      if (arc.name == "state") return state_source(source, *owner, kOwnRegion, nullptr);
      const std::uint32_t place = owner->code->place(arc.name);
      if (place != kNone && owner->code->places[place].direction == syntax::Direction::output) {
        return place_source(source, *owner, place);
      }
      const std::uint32_t slot = owner->code->variable(arc.name);
      if (slot == kNone || !owner->code->variables[slot].parameter) return;
      const Cell& cell = owner->variables[slot];
      source.enabled = true;
      source.value = {cell.value, Value::undef(), cell.since, cell.version, false};
      return;
    }
    const auto remote = state_.remotes.find(identity);
    if (remote == state_.remotes.end()) return;
    const auto value = remote->second.values.find(arc.name);
    if (value == remote->second.values.end()) return;
    source.enabled = true;
    source.value = {value->second.value, Value::undef(), value->second.since, value->second.version, false};
  }

  [[nodiscard]] std::vector<Candidate> candidates(std::uint32_t i, const Source& source) const {
    if (probe_ && *probe_ == i) return {{probe_event_, Value::undef(), state_.now, UINT64_MAX, true}};
    if (!source.enabled) return {};
    if (source.place == kNone) return {source.value};
    std::vector<Candidate> result;
    const TokenList& tokens = source.owner->places[source.place];
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const Token& token = tokens[t];
      if (!taken(i, source, token.serial)) {
        result.push_back({token.value, token.from, token.arrived, token.serial, true});
      }
    }
    return result;
  }

  [[nodiscard]] bool taken(std::uint32_t before, const Source& source, std::uint64_t serial) const {
    if (source.latched) return false;
    for (std::uint32_t i = 0; i < before; ++i) {
      const Selection& selection = selections_[i];
      if (selection.owner == source.owner && selection.place == source.place &&
          std::find(selection.serials.begin(), selection.serials.end(), serial) != selection.serials.end()) {
        return true;
      }
    }
    return false;
  }

  bool match_inhibit(std::uint32_t i, const Source& source, bool& found) {
    const ArcCode& arc = code_.arcs[i];
    for (const Candidate& candidate : candidates(i, source)) {
      if (admits(arc, candidate)) return false;
    }
    found = true;
    selections_[i] = {};
    return match(i + 1);
  }

  bool match_source(std::uint32_t i, const Source& source, bool& found) {
    const ArcCode& arc = code_.arcs[i];
    if (arc.count != CountKind::one) return match_many(i, source, found);
    for (const Candidate& candidate : candidates(i, source)) {
      if (!admits(arc, candidate)) continue;
      found = true;
      if (probe_ && *probe_ == i) return true;
      select(i, source, {candidate});
      if (match(i + 1)) return true;
      selections_[i] = {};
    }
    return false;
  }

  bool match_many(std::uint32_t i, const Source& source, bool& found) {
    const ArcCode& arc = code_.arcs[i];
    std::size_t minimum = 1, maximum = SIZE_MAX;
    if (arc.count != CountKind::all) minimum = count(arc.minimum);
    if (arc.count == CountKind::exactly) maximum = minimum;
    if (arc.count == CountKind::range) maximum = count(arc.maximum);
    const std::vector<Candidate> all = candidates(i, source);
    std::vector<Candidate> admitted;
    auto next = all.begin();
    const auto admit = [&](std::size_t wanted) {      // no more guards are asked than need be
      for (; next != all.end() && admitted.size() < wanted; ++next) {
        if (admits(arc, *next)) admitted.push_back(*next);
      }
      return admitted.size() >= wanted;
    };
    if (!admit(maximum) && admitted.size() < minimum) return false;
    found = true;
    if (probe_ && *probe_ == i) return true;
    std::vector<std::size_t> chosen(std::min(maximum, admitted.size()));
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    for (;;) {
      if (match_chosen(i, source, admitted, chosen)) return true;
      if (!arc.alternatives || !next_combination(chosen, admit)) return false;
      evaluation_.spend(1);
    }
  }

  // The next choice of as many tokens, in order of age: the last one that can be exchanged for a newer one is.
  template <class Admit>
  static bool next_combination(std::vector<std::size_t>& chosen, const Admit& admit) {
    for (std::size_t at = chosen.size(); at-- > 0;) {
      const std::size_t after_it = chosen.size() - at;
      if (!admit(chosen[at] + 1 + after_it)) continue;
      std::iota(chosen.begin() + static_cast<std::ptrdiff_t>(at), chosen.end(), chosen[at] + 1);
      return true;
    }
    return false;
  }

  bool match_chosen(std::uint32_t i, const Source& source, const std::vector<Candidate>& admitted,
                    const std::vector<std::size_t>& chosen) {
    std::vector<Candidate> tokens;
    std::vector<Value> items;
    for (const std::size_t one : chosen) {
      tokens.push_back(admitted[one]);
      items.push_back(admitted[one].value);
    }
    const ArcCode& arc = code_.arcs[i];
    if (arc.has_pattern && !bind(arc.pattern, Value::array(std::move(items)))) return false;
    select(i, source, tokens);
    if (match(i + 1)) return true;
    selections_[i] = {};
    return false;
  }

  std::size_t count(const NodePtr& node) {
    const Value value = node->evaluate(frame_);
    if (!value.is(Kind::integer) || value.as_integer() < 0) {
      throw EvaluationError("TYPE_MISMATCH", "the number of tokens is an Integer from 0, got " + values::inspect(value));
    }
    return static_cast<std::size_t>(value.as_integer());
  }

  // Binds the candidate and asks the clauses. A guard that raises does not match; that it raised is told once.
  bool admits(const ArcCode& arc, const Candidate& candidate) {
    const bool parts_of_all = arc.count != CountKind::one && arc.pattern.kind == syntax::PatternKind::array;
    if (arc.has_pattern && !parts_of_all && !bind(arc.pattern, candidate.value)) return false;
    if (arc.from_slot != kNone) frame_.slots[arc.from_slot] = candidate.from;
    try {
      if (arc.where && !arc.where->evaluate(frame_).truthy()) return false;
      return !arc.after || old_enough(arc, candidate);
    } catch (const EvaluationError& error) {
      note_error(error);
      return false;
    }
  }

  void note_error(const EvaluationError& error) {
    guard_error_ = error.what();
    guard_place_ = state_.place_of(evaluation_.where());
  }

  bool old_enough(const ArcCode& arc, const Candidate& candidate) {
    const Instant ripe = candidate.since + to_duration(arc.after->evaluate(frame_));
    if (ripe <= state_.now) return true;
    if (!wake_ || ripe < *wake_) wake_ = ripe;
    return false;
  }

  // A value that the pattern does not fit (too few parts) is no match.
  bool bind(const PatternCode& pattern, const Value& value) {
    switch (pattern.kind) {
      case syntax::PatternKind::wildcard: return true;
      case syntax::PatternKind::variable: frame_.slots[pattern.slot] = value; return true;
      case syntax::PatternKind::array: break;
    }
    if (value.is(Kind::array)) {
      const std::span<const Value> items = value.as_array();
      if (items.size() != pattern.items.size()) return false;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (!bind(pattern.items[i], items[i])) return false;
      }
      return true;
    }
    if (!value.is(Kind::hash)) return false;
    for (const PatternCode& item : pattern.items) {
      if (item.kind != syntax::PatternKind::variable) continue;
      const Value* part = value.as_hash().find(item.key);
      if (!part) return false;
      frame_.slots[item.slot] = *part;
    }
    return true;
  }

  void select(std::uint32_t i, const Source& source, const std::vector<Candidate>& chosen) {
    const ArcCode& arc = code_.arcs[i];
    Selection& selection = selections_[i];
    selection = {};
    selection.owner = source.owner;
    selection.place = source.place;
    selection.consumed = source.place != kNone && !source.latched && arc.kind == ArcKind::receive;
    for (const Candidate& candidate : chosen) selection.serials.push_back(candidate.serial);
    if (state_.tracing && arc.kind == ArcKind::receive) {
      for (const Candidate& candidate : chosen) selection.received.push_back({name_of(arc, source), candidate.value});
    }
    if (selection.consumed) return;
    selection.mark = source.mark;
  }

  [[nodiscard]] std::string name_of(const ArcCode& arc, const Source& source) {
    if (arc.source != SourceKind::reference) return arc.source == SourceKind::parameter ? "$" + arc.name : arc.name;
    if (source.owner) return process_name(*source.owner) + "." + arc.name;
    const Value reference = arc.reference->evaluate(frame_);
    const Process* owner = state_.local(reference);
    return (owner ? process_name(*owner) : reference.as_process().identity.resource) + "." + arc.name;
  }

  [[nodiscard]] bool fresh() const {
    return std::any_of(selections_.begin(), selections_.end(), [&](const Selection& selection) {
      if (selection.consumed) return !selection.serials.empty();
      if (selection.mark.empty()) return false;
      return std::any_of(selection.serials.begin(), selection.serials.end(),
                         [&](std::uint64_t serial) { return !memory_.used(selection.mark, serial); });
    });
  }

  [[nodiscard]] bool room() {
    return room_here() && std::all_of(code_.unconditional_references.begin(), code_.unconditional_references.end(),
                                      [&](const TargetReference& target) { return room_at(target); });
  }

  // A reference to nothing, or to a process elsewhere, is for the body.
  bool room_at(const TargetReference& target) {
    const Value reference = target.reference->evaluate(frame_);
    Process* owner = reference.is(Kind::process) ? state_.local(reference) : nullptr;
    const std::uint32_t place = owner && owner != &process_ && !owner->ended ? owner->code->place(target.queue) : kNone;
    return place == kNone || owner->places[place].size() < state_.capacity(*owner, place);
  }

  [[nodiscard]] bool room_here() const {
    return std::all_of(code_.unconditional_targets.begin(), code_.unconditional_targets.end(), [&](std::uint32_t place) {
      std::size_t held = process_.places[place].size();
      for (const Selection& selection : selections_) {
        if (selection.consumed && selection.owner == &process_ && selection.place == place) held -= selection.serials.size();
      }
      return held < state_.capacity(process_, place);
    });
  }

  Engine::State& state_;
  Process& process_;
  const ActionCode& code_;
  const ActionState& memory_;
  ReadOnlyView view_;
  Evaluation evaluation_;
  Frame frame_;
  std::vector<Selection> selections_;
  std::vector<bool> found_any_;
  std::optional<Instant> wake_;
  std::optional<HeldUp> held_up_;
  std::string guard_error_;
  Place guard_place_;
  std::optional<std::uint32_t> probe_;
  Value probe_event_;
};

}  // namespace

Search search(Engine::State& state, Process& process, std::uint32_t action) {
  return Matcher(state, process, process.code->actions[action], process.actions[action]).run();
}

bool would_take_event(Engine::State& state, Process& process, const Value& event) {
  for (std::uint32_t action = 0; action < process.code->actions.size(); ++action) {
    if (Matcher(state, process, process.code->actions[action], process.actions[action]).takes(event)) return true;
  }
  return false;
}

}  // namespace plan::engine
