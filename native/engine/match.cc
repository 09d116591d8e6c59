// Matching: arcs in order, candidates oldest first, with backtracking; stops at the first combination that satisfies
// every arc and supplies something this action has not used before.
//
// The result is always that of trying every combination in that order. Two things keep a search short: equalities in
// guards are looked up in an index of the place (joins.h), and an incremental action's search leaves out what an earlier
// one tried in vain (SearchMemory): it tries the tokens that arrived since, each in the place of every arc, and goes on
// where the last match stood.
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

void Selection::clear() {
  owner = nullptr;
  place = kNone;
  consumed = false;
  mark = {};
  tokens.clear();
  version = 0;
}

namespace {

// Lists this short are gone through, without an index.
constexpr std::size_t kWorthAnIndex = 8;
// With more tokens than this since the last search, one search from the start is cheaper than one for each.
constexpr std::size_t kMaxSeeds = 32;
// How often the searches between two firings may use up the steps of one.
constexpr std::uint64_t kSearches = 64;

// A value that an arc may take: a token's, or that of something which is only looked at.
struct Offer {
  const Value* value;
  const Value* from;
  Instant since;
  const Token* token;            // null: it is no token
};

const Value kUndef;

Offer offer_of(const Token& token) { return {&token.value, &token.from, token.arrived, &token}; }

// Where an arc's values come from.
struct Source {
  bool enabled = false;          // false: an undef reference, or a value that is not known yet
  Process* owner = nullptr;
  std::uint32_t place = kNone;   // a place of `owner`, else `value`
  bool latched = false;
  Value value;
  Instant since;
  std::uint64_t version = 0;
  std::string_view mark;
};

class Matcher {
 public:
  Matcher(Engine::State& state, Process& process, std::uint32_t action, Search& search)
      : state_(state), process_(process), code_(process.code->actions[action]), memory_(process.actions[action]), search_(search),
        match_(state.match), view_(state, process),
        evaluation_(view_, state.limits.steps_per_firing, state.limits.call_depth),
        frame_{evaluation_, std::move(match_.slots)} {
    frame_.slots.assign(code_.slots, Value());
    match_.selections.resize(code_.arcs.size());
    for (Selection& selection : match_.selections) selection.clear();
    if (code_.has_awaiting) found_any_.resize(code_.arcs.size());
  }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;
  ~Matcher() { match_.slots = std::move(frame_.slots); }

  bool run() {
    if (code_.arcs.empty()) return !memory_.fired;
    bool found = false;
    try {
      found = code_.incremental ? find_incrementally() : match(0);
    } catch (const EvaluationError& error) {
      note_error(error);       // outside of a candidate: a reference, a count, a limit
      memory_.searched = {};       // nothing was tried to its end
    }
    if (search_.held_up && (found || found_any_[search_.held_up->arc])) search_.held_up.reset();
    if (found && state_.tracing) note_received();
    state_.search_steps += evaluation_.steps_taken();
    return found;
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
  // ---------------------------------------------------------------------------------------- incremental search

  bool find_incrementally() {
    SearchMemory& searched = memory_.searched;
    if (code_.token_arcs.empty()) return match(0);
    const Arrivals arrivals = searched.seen == 0 ? Arrivals{kMaxSeeds + 1} : find_arrivals();
    if (arrivals.count > kMaxSeeds) return conclude(match(0));
    const bool exhausted = searched.floor == UINT64_MAX;
    if (exhausted && arrivals.count == 1) return try_seed(arrivals.arc, *arrivals.newest) || conclude(false);

    std::vector<std::uint64_t>& best = state_.best_tuple;     // the match that is oldest, arc by arc
    best.clear();
    bool stands = false;                 // whether it is the one that was tried last
    if (arrivals.count > 0) {
      for (const TokenArc& arc : code_.token_arcs) try_seeds(arc, best, stands);
    }
    if (stands && exhausted) return true;
    if (!exhausted && (best.empty() || searched.floor <= best.front())) {
      floor_ = searched.floor;
      if (match(0)) {
        const std::vector<std::uint64_t>& found = tuple();
        searched.floor = found.front();
        if (best.empty() || found < best) return true;
      } else {
        searched.floor = UINT64_MAX;
      }
      floor_ = 0;
    }
    if (best.empty()) return conclude(false);
    pinned_tuple_ = &best;
    const bool again = match(0);
    PLAN_ASSERT(again);
    return true;
  }

  // After a search that left nothing out.
  bool conclude(bool found) {
    memory_.searched = {state_.serial, found ? first_token(code_.token_arcs.front().arc).serial : UINT64_MAX};
    return found;
  }

  [[nodiscard]] const Token& first_token(std::uint32_t arc) const { return *match_.selections[arc].tokens.front(); }

  struct Arrivals {
    std::size_t count = 0;               // or any number above kMaxSeeds
    std::uint32_t arc = kNone;           // of the last one that was counted
    const Token* newest = nullptr;       // that one
  };

  // The tokens that came since the last search, counted once for each arc that may take them.
  [[nodiscard]] Arrivals find_arrivals() const {
    Arrivals arrivals;
    for (const auto& [arc, place] : code_.token_arcs) {
      const TokenList& tokens = process_.places[place];
      if (tokens.newest() <= memory_.searched.seen) continue;
      for (auto at = tokens.newer_than(memory_.searched.seen); at != tokens.end(); ++at) {
        arrivals = {arrivals.count + 1, arc, &*at};
        if (arrivals.count > kMaxSeeds) return arrivals;
      }
    }
    return arrivals;
  }

  // Is there a match in which the arc takes this token?
  bool try_seed(std::uint32_t arc, const Token& token) {
    seed_ = &token;
    seed_arc_ = arc;
    const bool found = match(0);
    seed_ = nullptr;
    seed_arc_ = kNone;
    return found;
  }

  // Tries each token that came since the last search as the one that the arc takes.
  void try_seeds(const TokenArc& arc, std::vector<std::uint64_t>& best, bool& stands) {
    const TokenList& tokens = process_.places[arc.place];
    if (tokens.newest() <= memory_.searched.seen) return;
    for (auto at = tokens.newer_than(memory_.searched.seen); at != tokens.end(); ++at) {
      stands = false;
      if (!try_seed(arc.arc, *at)) continue;
      const std::vector<std::uint64_t>& found = tuple();
      if (!best.empty() && best < found) continue;
      best = found;
      stands = true;
    }
  }

  // The serials of the tokens of a match, arc by arc.
  [[nodiscard]] const std::vector<std::uint64_t>& tuple() const {
    std::vector<std::uint64_t>& serials = state_.last_tuple;
    serials.clear();
    for (const TokenArc& arc : code_.token_arcs) serials.push_back(first_token(arc.arc).serial);
    return serials;
  }

  [[nodiscard]] std::uint64_t pinned(std::uint32_t arc) const {
    const auto at = std::find_if(code_.token_arcs.begin(), code_.token_arcs.end(), [&](const TokenArc& one) { return one.arc == arc; });
    return (*pinned_tuple_)[static_cast<std::size_t>(at - code_.token_arcs.begin())];
  }

  // ---------------------------------------------------------------------------------------- arcs

  bool match(std::uint32_t i) {
    if (i == code_.arcs.size()) return fresh() && room();
    const ArcCode& arc = code_.arcs[i];
    Source source;
    find_source(arc, i, source);
    bool found = false;
    const bool matched = arc.kind == ArcKind::inhibit      ? match_inhibit(i, source, found)
                         : arc.count != CountKind::one ? match_many(i, source, found)
                                                       : match_one(i, source, found);
    if (code_.has_awaiting) {
      found_any_[i] = found_any_[i] || found;
      if (!found && arc.awaiting && (!search_.held_up || search_.held_up->arc < i)) note_held_up(i);
    }
    return matched;
  }

  void note_held_up(std::uint32_t i) {
    try {
      search_.held_up = HeldUp{i, code_.arcs[i].awaiting->evaluate(frame_), {}};
    } catch (const EvaluationError& error) {
      search_.held_up = HeldUp{i, Value::string(std::string("(the reason cannot be told: ") + error.what() + ")"), {}};
    }
  }

  void find_source(const ArcCode& arc, std::uint32_t i, Source& source) {
    source.mark = arc.mark;
    switch (arc.source) {
      case SourceKind::queue: place_source(source, process_, arc.place); break;
      case SourceKind::parameter: cell_source(source, process_.variables[arc.variable]); break;
      case SourceKind::state: state_source(source, process_, arc.region, &arc.states); break;
      case SourceKind::reference: reference_source(source, arc, i); break;
    }
  }

  static void place_source(Source& source, Process& owner, std::uint32_t place) {
    source.enabled = true;
    source.owner = &owner;
    source.place = place;
    source.latched = owner.code->places[place].latched;
  }

  static void cell_source(Source& source, const Cell& cell) {
    source.enabled = true;
    source.value = cell.value;
    source.since = cell.since;
    source.version = cell.version;
  }

  static void state_source(Source& source, const Process& owner, std::uint32_t region,
                           const std::vector<std::uint32_t>* wanted) {
    const RegionState& at = owner.regions[region];
    const RegionCode& code = owner.code->regions[region];
    if (at.current >= code.states.size()) return;
    if (wanted && !wanted->empty() && std::find(wanted->begin(), wanted->end(), at.current) == wanted->end()) return;
    source.enabled = true;
    source.value = Value::string(code.states[at.current]);
    source.since = at.since;
    source.version = at.version;
  }

  void reference_source(Source& source, const ArcCode& arc, std::uint32_t i) {
    const Value reference = arc.reference->evaluate(frame_);
    if (!reference.is(Kind::process)) return;       // undef: not enabled
    const values::ProcessIdentity& identity = reference.as_process().identity;
    if (reference_marks_.size() < code_.arcs.size()) reference_marks_.resize(code_.arcs.size());
    reference_marks_[i] = arc.mark + " of " + identity.certname + " " + identity.resource;
    source.mark = reference_marks_[i];
    if (Process* owner = state_.local(reference)) {
      if (arc.name == "state") return state_source(source, *owner, kOwnRegion, nullptr);
      const std::uint32_t place = owner->code->place(arc.name);
      if (place != kNone && owner->code->places[place].direction == syntax::Direction::output) {
        return place_source(source, *owner, place);
      }
      const std::uint32_t slot = owner->code->variable(arc.name);
      if (slot != kNone && owner->code->variables[slot].parameter) cell_source(source, owner->variables[slot]);
      return;
    }
    const auto remote = state_.remotes.find(identity);
    if (remote == state_.remotes.end()) return;
    const auto value = remote->second.values.find(arc.name);
    if (value == remote->second.values.end()) return;
    source.enabled = true;
    source.value = value->second.value;
    source.since = value->second.since;
    source.version = value->second.version;
  }

  // ---------------------------------------------------------------------------------------- what an arc may take

  // Asks `visit` for each offer, oldest first, until it returns true. Returns whether it did.
  template <typename Visit>
  bool each_offer(std::uint32_t i, const Source& source, const Visit& visit) {
    if (probe_ && *probe_ == i) return visit(Offer{&probe_event_, &kUndef, state_.now, nullptr});
    if (!source.enabled) return false;
    if (source.place == kNone) return visit(Offer{&source.value, &kUndef, source.since, nullptr});
    const TokenList& tokens = source.owner->places[source.place];
    const auto offer = [&](const Token& token) { return !taken(i, source, token) && visit(offer_of(token)); };
    if (pinned_tuple_ && code_.arcs[i].takes_tokens) return offer(*tokens.find(pinned(i)));
    if (seed_arc_ == i) return offer(*seed_);
    const std::uint64_t from = floor_ != 0 && code_.token_arcs.front().arc == i ? floor_ : 0;
    if (tokens.size() >= kWorthAnIndex && source.owner == &process_) {
      if (auto cursor = look_up(i, tokens)) {
        while (const Token* token = cursor->next()) {
          if (token->serial >= from && offer(*token)) return true;
        }
        return false;
      }
    }
    for (auto at = tokens.from(from); at != tokens.end(); ++at) {
      if (offer(*at)) return true;
    }
    return false;
  }

  // By an equality with what is bound already, or with the seed of a later arc.
  std::optional<TokenIndex::Cursor> look_up(std::uint32_t i, const TokenList& tokens) {
    for (const Join& join : code_.arcs[i].joins) {
      const std::optional<std::uint64_t> key = key_of(join.other);
      if (key) return tokens.index(join.own.path).find(tokens, *key);
    }
    if (seed_arc_ == kNone || seed_arc_ < i) return std::nullopt;
    for (const Join& join : code_.arcs[seed_arc_].joins) {
      if (join.other.arc != i) continue;
      const Value* part = follow(seed_->value, *join.own.path);
      const std::optional<std::uint64_t> key = part ? equality_key(*part) : std::nullopt;
      if (key) return tokens.index(join.other.path).find(tokens, *key);
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> key_of(const JoinSide& side) {
    if (side.node) return equality_key(side.node->evaluate(frame_));
    const Selection& selection = match_.selections[side.arc];
    const Value* part = selection.tokens.empty() ? nullptr : follow(selection.tokens.front()->value, *side.path);
    return part ? equality_key(*part) : std::nullopt;
  }

  [[nodiscard]] bool taken(std::uint32_t before, const Source& source, const Token& token) const {
    if (source.latched) return false;
    for (std::uint32_t i = 0; i < before; ++i) {
      const Selection& selection = match_.selections[i];
      if (selection.owner == source.owner && selection.place == source.place &&
          std::find(selection.tokens.begin(), selection.tokens.end(), &token) != selection.tokens.end()) {
        return true;
      }
    }
    return false;
  }

  bool match_inhibit(std::uint32_t i, const Source& source, bool& found) {
    const ArcCode& arc = code_.arcs[i];
    std::size_t left = arc.count == CountKind::exactly ? count(arc.minimum) : 1;      // so many there must not be
    if (left == 0 || each_offer(i, source, [&](const Offer& offer) { return admits(arc, offer) && --left == 0; })) return false;
    found = true;
    match_.selections[i].clear();
    return match(i + 1);
  }

  bool match_one(std::uint32_t i, const Source& source, bool& found) {
    return each_offer(i, source, [&](const Offer& offer) {
      if (!admits(code_.arcs[i], offer)) return false;
      found = true;
      if (probe_ && *probe_ == i) return true;
      select(i, source);
      if (offer.token) match_.selections[i].tokens.push_back(offer.token);
      if (match(i + 1)) return true;
      match_.selections[i].clear();
      return false;
    });
  }

  bool match_many(std::uint32_t i, const Source& source, bool& found) {
    const ArcCode& arc = code_.arcs[i];
    std::size_t minimum = 1, maximum = SIZE_MAX;
    if (arc.count != CountKind::all) minimum = count(arc.minimum);
    if (arc.count == CountKind::exactly) maximum = minimum;
    if (arc.count == CountKind::range) maximum = count(arc.maximum);
    std::vector<Offer> all, admitted;
    each_offer(i, source, [&](const Offer& offer) {
      all.push_back(offer);
      return false;
    });
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

  bool match_chosen(std::uint32_t i, const Source& source, const std::vector<Offer>& admitted,
                    const std::vector<std::size_t>& chosen) {
    std::vector<const Token*> tokens;
    std::vector<Value> items;
    for (const std::size_t one : chosen) {
      if (admitted[one].token) tokens.push_back(admitted[one].token);
      items.push_back(*admitted[one].value);
    }
    const ArcCode& arc = code_.arcs[i];
    if (arc.has_pattern && !bind(arc.pattern, Value::array(std::move(items)))) return false;
    select(i, source);
    match_.selections[i].tokens = std::move(tokens);
    if (match(i + 1)) return true;
    match_.selections[i].clear();
    return false;
  }

  std::size_t count(const NodePtr& node) {
    const Value value = node->evaluate(frame_);
    if (!value.is(Kind::integer) || value.as_integer() < 0) {
      throw EvaluationError("TYPE_MISMATCH", "the number of tokens is an Integer from 0, got " + values::inspect(value));
    }
    return static_cast<std::size_t>(value.as_integer());
  }

  // Binds what is offered and asks the clauses. A guard that raises does not match; that it raised is told once.
  bool admits(const ArcCode& arc, const Offer& offer) {
    const bool parts_of_all = arc.count != CountKind::one && arc.pattern.kind == syntax::PatternKind::array;
    if (arc.has_pattern && !parts_of_all && !bind(arc.pattern, *offer.value)) return false;
    if (arc.from_slot != kNone) frame_.slots[arc.from_slot] = *offer.from;
    if (!arc.where && !arc.after) return true;
    try {
      const Work::Counted counted(evaluation_);
      if (arc.where && !arc.where->evaluate(frame_).truthy()) return false;
      return !arc.after || old_enough(arc, offer);
    } catch (const EvaluationError& error) {
      if (error.issue() == "LIMIT_STEPS") throw;      // of the whole search: it is over
      note_error(error);
      return false;
    }
  }

  void note_error(const EvaluationError& error) {
    search_.guard_error = error.what();
    search_.guard_place = state_.place_of(evaluation_.where());
  }

  bool old_enough(const ArcCode& arc, const Offer& offer) {
    const Instant ripe = offer.since + to_duration(arc.after->evaluate(frame_));
    if (ripe <= state_.now) return true;
    if (!search_.wake || ripe < *search_.wake) search_.wake = ripe;
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

  void select(std::uint32_t i, const Source& source) {
    Selection& selection = match_.selections[i];
    selection.clear();
    selection.owner = source.owner;
    selection.place = source.place;
    selection.consumed = source.place != kNone && !source.latched && code_.arcs[i].kind == ArcKind::receive;
    if (selection.consumed) return;
    selection.mark = source.mark;
    selection.version = source.version;
  }

  // What the arcs received, for traces.
  void note_received() {
    match_.received.clear();
    for (std::uint32_t i = 0; i < code_.arcs.size(); ++i) {
      const ArcCode& arc = code_.arcs[i];
      if (arc.kind != ArcKind::receive) continue;
      Source source;
      find_source(arc, i, source);
      Selection& selection = match_.selections[i];
      if (!selection.mark.empty()) selection.mark = source.mark;      // the text it looked at was written anew
      const std::string name = name_of(arc, source);
      for (const Token* token : selection.tokens) match_.received.push_back({name, token->value});
      if (source.place == kNone) match_.received.push_back({name, source.value});
    }
  }

  [[nodiscard]] std::string name_of(const ArcCode& arc, const Source& source) {
    if (arc.source != SourceKind::reference) return arc.source == SourceKind::parameter ? "$" + arc.name : arc.name;
    if (source.owner) return process_name(*source.owner) + "." + arc.name;
    const Value reference = arc.reference->evaluate(frame_);
    const Process* owner = state_.local(reference);
    return (owner ? process_name(*owner) : reference.as_process().identity.resource) + "." + arc.name;
  }

  [[nodiscard]] bool fresh() const {
    return std::any_of(match_.selections.begin(), match_.selections.end(), [&](const Selection& selection) {
      if (selection.consumed) return !selection.tokens.empty();
      if (selection.mark.empty()) return false;
      if (selection.place == kNone) return !memory_.used(selection.mark, selection.version);
      return std::any_of(selection.tokens.begin(), selection.tokens.end(),
                         [&](const Token* token) { return !memory_.used(selection.mark, token->serial); });
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
      if (held == 0) return true;
      for (const Selection& selection : match_.selections) {
        if (selection.consumed && selection.owner == &process_ && selection.place == place) held -= selection.tokens.size();
      }
      return held < state_.capacity(process_, place);
    });
  }

  Engine::State& state_;
  Process& process_;
  const ActionCode& code_;
  ActionState& memory_;
  Search& search_;             // what it tells, but whether it found a match
  Match& match_;
  ReadOnlyView view_;
  Evaluation evaluation_;
  Frame frame_;
  std::vector<std::string>& reference_marks_ = state_.reference_marks;

  std::uint64_t floor_ = 0;                    // the oldest token that the first arc of an incremental search may take
  const Token* seed_ = nullptr;                // the only token that `seed_arc_` may take
  std::uint32_t seed_arc_ = kNone;
  const std::vector<std::uint64_t>* pinned_tuple_ = nullptr;     // the only tokens that any arc may take

  std::vector<bool> found_any_;                // by arc; where something is awaited
  std::optional<std::uint32_t> probe_;
  Value probe_event_;
};

}  // namespace

bool surely_disabled(const Engine::State& state, Process& process, std::uint32_t action) {
  const ActionCode& code = process.code->actions[action];
  if (!code.incremental || code.token_arcs.empty()) return false;
  SearchMemory& searched = process.actions[action].searched;
  const bool exhausted = searched.seen != 0 && searched.floor == UINT64_MAX;
  bool arrived = false;
  for (const TokenArc& arc : code.token_arcs) {
    const TokenList& tokens = process.places[arc.place];
    if (tokens.empty()) {
      searched = {state.serial, UINT64_MAX};
      return true;
    }
    arrived = arrived || tokens.newest() > searched.seen;
  }
  return exhausted && !arrived;
}

Search search(Engine::State& state, Process& process, std::uint32_t action) {
  Search search;
  if (surely_disabled(state, process, action)) return search;
  if (state.search_steps / kSearches >= state.limits.steps_per_firing) {
    search.guard_error = "it was not tried: the guards of other actions took more than " + std::to_string(kSearches) + " times " +
                         std::to_string(state.limits.steps_per_firing) + " steps without a firing (limit 'steps')";
    search.guard_place = state.place_of(process.code->actions[action].span);
    return search;
  }
  search.found = Matcher(state, process, action, search).run();
  return search;
}

bool would_take_event(Engine::State& state, Process& process, const Value& event) {
  for (std::uint32_t action = 0; action < process.code->actions.size(); ++action) {
    Search search;
    if (Matcher(state, process, action, search).takes(event)) return true;
  }
  return false;
}

}  // namespace plan::engine
