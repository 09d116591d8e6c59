// The engine's whole state, and what every part of it does to it. Internal to the engine.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/code.h"
#include "engine/engine.h"
#include "engine/tokens.h"

namespace plan::engine {

struct Cell {                    // a variable
  values::Value value;
  std::uint64_t version = 0;     // of parameters and built-in ones
  Instant since;
};

// The variables of a process, by slot. What is known of the node is the same for all processes, and kept once.
class Cells {
 public:
  using Shared = std::array<Cell, kServerFacts - kFacts + 1>;
  Cells(Shared& shared, std::size_t slots) : shared_(&shared), own_(slots - shared.size()) {}
  [[nodiscard]] Cell& operator[](std::size_t slot) { return shared(slot) ? (*shared_)[slot - kFacts] : own_[own(slot)]; }
  [[nodiscard]] const Cell& operator[](std::size_t slot) const { return const_cast<Cells&>(*this)[slot]; }
  [[nodiscard]] std::size_t size() const { return own_.size() + shared_->size(); }

 private:
  [[nodiscard]] static bool shared(std::size_t slot) { return slot >= kFacts && slot <= kServerFacts; }
  [[nodiscard]] static std::size_t own(std::size_t slot) { return slot < kFacts ? slot : slot - (kServerFacts - kFacts + 1); }
  Shared* shared_;
  std::vector<Cell> own_;
};

struct RegionState {
  std::uint32_t current = 0;
  std::uint64_t version = 0;
  Instant since;
};

struct HeldUp {                  // at an `awaiting` arc
  std::uint32_t arc = 0;
  values::Value reason;
  Instant since;
  bool between_runs = false;     // only remembered: what came before the arc was of the run that ended
};

// What an incremental action's searches have tried in vain. Tokens up to `seen` make no match whose first token is
// older than `floor`; what changes anything but the tokens that are there makes a search forget it.
struct SearchMemory {
  std::uint64_t seen = 0;        // 0: nothing is known
  std::uint64_t floor = 0;       // UINT64_MAX: they make no match at all
};

struct ActionState {
  std::uint64_t last = 0;        // the engine's count at its last firing; 0: never
  bool fired = false;            // of an action without arcs: since its specialisation started
  bool candidate = false;        // among the engine's candidates
  SearchMemory searched;
  using Marks = std::vector<std::pair<std::string, std::vector<std::uint64_t>>>;
  std::unique_ptr<Marks> marks;  // versions used, by source
  std::unique_ptr<HeldUp> held_up;
  std::unique_ptr<std::string> guard_error;   // the last one told
  [[nodiscard]] bool used(std::string_view source, std::uint64_t version) const;
  void use(std::string_view source, std::uint64_t version, bool only_newest);
};

struct Process {
  Process(values::Value reference, Cells cells)
      : self(std::move(reference)), identity(self.as_process().identity), variables(std::move(cells)) {}
  [[nodiscard]] std::string_view title() const { return variables[kTitle].value.as_string(); }
  const values::Value self;
  const values::ProcessIdentity& identity;
  const PlanCode* code = nullptr;
  const PlanCode* made_with = nullptr;
  std::uint32_t number = 0;
  std::uint32_t maker = kNone;
  values::Value given;           // the parameters as given
  Cells variables;
  std::vector<TokenList> places;
  RegionState regions[kRegions];
  std::vector<ActionState> actions;
  std::unique_ptr<const Ended> ended;
  std::vector<DeadLetter> dead_letters;      // the newest kMaxDeadLetters
};
inline constexpr std::size_t kMaxDeadLetters = 1000;

struct Remote {                  // a process elsewhere, as far as it is known here
  values::ProcessIdentity identity;
  std::string plan;
  bool joined = false;
  std::map<std::string, Cell, std::less<>> values;      // what it published
};

struct PendingBatch {
  Batch batch;
  std::uint32_t process = 0;
};

// An action that is worth a search.
struct Candidate {
  std::uint64_t last;            // its last firing
  std::uint32_t process, action;
  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

// What one arc of a match took or looked at.
struct Selection {
  Process* owner = nullptr;      // of the place; null when it is no place
  std::uint32_t place = kNone;
  bool consumed = false;
  std::string_view mark;         // under what it counts as used; empty for consumed tokens and inhibitors
  std::vector<const Token*> tokens;        // of the place
  std::uint64_t version = 0;     // of what is no token
  void clear();                  // keeps the memory
};
struct Match {
  std::vector<values::Value> slots;
  std::vector<Selection> selections;
  std::vector<QueuedValue> received;       // while tracing
};

struct TakenToken {
  Process* owner;
  std::uint32_t place;
  Token token;
};

// What a body sends, until it ends.
struct Outgoing {
  enum class Kind : std::uint8_t { token, move, message };
  Kind kind;
  Process* process;              // token, move
  std::uint32_t slot;            // place, region, or which of the messages
  std::uint32_t state;           // move
  values::Value value;           // token
};

struct Search;

struct Engine::State {
  std::shared_ptr<const Program> program;
  Limits limits;
  values::ProcessIdentity identity;              // of the root
  Instant now;
  std::uint64_t serial = 0, firings = 0, batches = 0, instant_firings = 0;
  std::uint64_t search_steps = 0;                // of guards, since something fired or came in
  std::vector<std::unique_ptr<Process>> processes;    // null: ended and gone; the first is the root
  // The processes here by their names, which are theirs: the first `named` of them, the others when a name is looked for.
  std::unordered_map<std::string_view, std::uint32_t> by_resource;
  std::size_t named = 0;
  bool titles_given = false;                     // not only numbers
  Cells::Shared node;            // facts, trusted, server_facts
  std::map<values::ProcessIdentity, Remote> remotes;
  std::vector<PendingBatch> unsynced;
  std::vector<Message> held;                     // for queues that are full, in order of arrival
  std::vector<values::Value> desired;
  std::optional<values::ProcessIdentity> orchestrator;
  bool orchestrating = false;
  std::map<std::string, std::uint64_t, std::less<>> published;

  std::vector<Candidate> candidates;             // a heap, the one whose last firing is longest ago on top
  std::set<std::tuple<Instant, std::uint32_t, std::uint32_t>> timers;          // action kNone: tokens expire
  std::set<std::uint32_t> expiring;              // processes with a token whose time is over
  // Of the firing that is tried; their memory serves the next.
  Match match;
  std::vector<std::uint64_t> best_tuple, last_tuple;     // serials of the tokens of matches
  std::vector<TakenToken> taken;
  std::vector<Outgoing> outgoing;
  std::vector<std::pair<std::uint32_t, Cell>> undo;      // what its assignments replaced
  std::vector<std::string> reference_marks;      // what marks of a match point to, by arc
  std::set<std::uint32_t> watchers;              // processes that read others through references
  bool tracing = false;
  std::uint64_t word = 0;        // the token of what an operator said, of the step that hears it
  std::uint64_t heard_in = 0;    // the firing that took it
  bool ending_run = false;       // during the step that ends one
  bool changed = false;
  Effects* effects = nullptr;    // of the running step

  // ---- state.cc: lookups and "this has changed"
  [[nodiscard]] Process& root() { return *processes.front(); }
  [[nodiscard]] const Process& root() const { return *processes.front(); }
  [[nodiscard]] Process* local(const values::Value& process);
  [[nodiscard]] const Process* local(const values::Value& process) const;
  [[nodiscard]] Process* local(const values::ProcessIdentity& identity);
  void set_node(std::uint32_t slot, const values::Value& value);   // facts and the like, for all processes
  [[nodiscard]] values::Value reference(const values::ProcessIdentity& identity) const;
  void look_at(Process& process, std::uint32_t action);            // anything may have changed
  void look_at_arrivals(Process& process, std::uint32_t action);   // nothing but that tokens came
  void look_at_all(Process& process);
  void arrived(Process& process, std::uint32_t place);
  void departed(Process& process, std::uint32_t place, bool was_full);
  void variable_changed(Process& process, std::uint32_t variable);
  void region_changed(Process& process, std::uint32_t region);
  void others_changed();         // what is read through references
  void put(Process& process, std::uint32_t place, values::Value value, values::Value from);
  void set_variable(Process& process, std::uint32_t slot, values::Value value);   // a new version when it differs
  void move(Process& process, std::uint32_t region, std::uint32_t state);
  [[nodiscard]] std::size_t capacity(Process& process, std::uint32_t place);   // SIZE_MAX: no bound
  [[nodiscard]] bool full(Process& process, std::uint32_t place) {
    const std::size_t size = process.places[place].size();
    return size != 0 && size >= capacity(process, place);
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> ttl(Process& process, std::uint32_t place);
  // Raises EvaluationError that names `before` and `name` ("queue 'x'"), the type and the value found.
  void require_type(Process& process, const TypeCode& type, std::uint32_t slots, const values::Value& value,
                    std::string_view before, std::string_view name);
  void dead_letter(Process& process, DeadLetter letter);
  // Without an action at work. `queue` and `value` of the token, when there is one.
  void dead_letter(Process& process, std::string message, Place place = {});
  void dead_letter(Process& process, std::string message, std::string_view queue, const values::Value& value, Place place = {});
  [[nodiscard]] Place place_of(Span span) const;
  // Raises EvaluationError when the value is larger than a token may be.
  void require_size(const values::Value& value, std::string_view before, std::string_view name) const;
  // After a change of a variable: tokens that a type which follows it now refuses are dead letters.
  void refuse_narrowed(Process& process, std::uint32_t variable);

  // ---- create.cc: processes
  Process& make_process(const PlanCode& code, values::ProcessIdentity identity, std::string_view title, std::uint32_t maker);
  void forget_last_process();             // whose making failed
  void start_process(Process& process);   // raises EvaluationError
  void set_parameters(Process& process, const values::Value& parameters);  // raises EvaluationError, nothing set
  void fill_entries(Process& process, std::uint32_t place);
  void become(Process& process, const PlanCode& code);
  void end_process(Process& process, const Ended& ended);

  // ---- fire.cc
  void run(std::uint64_t max_firings);         // until nothing is enabled
  bool fire_next();
  void fire(Process& process, std::uint32_t action);
  void tell_guard_error(Process& process, std::uint32_t action, const Search& search);
  void hold_up(ActionState& memory, std::optional<HeldUp> at);
  void expire();

  // ---- input.cc
  void take(const RunStarted& input);
  void take(const EventPosted& input);
  void take(const CatalogDone& input);
  void take(const BatchSynced& input);
  void take(const RunEnded& input);
  void take(const Leaving& input);
  void take(const Received& input);
  void take(const Posted& input);
  void take(const Ordered& input);
  void take(const Tick& input);
  [[nodiscard]] Status hears(const Ordered& input);
  void deliver(const Message& message);
  void hold(const Message& message);
  bool deliver_held();           // true when at least one no longer waits
  void refuse(const Message& message, const std::string& why);
  void publish();
  void send_message(Message message);

  // ---- snapshot.cc
  [[nodiscard]] boost::json::value write() const;
  Status read(const boost::json::value& snapshot);
  [[nodiscard]] Result<std::unique_ptr<State>> copy() const;
};

// Reads for guards and declarations; every effect raises.
class ReadOnlyView : public ProcessView {
 public:
  ReadOnlyView(Engine::State& state, Process& process) : state_(state), process_(process) {}
  [[nodiscard]] const PlanCode& code() const override { return *process_.code; }
  [[nodiscard]] const values::Value& variable(std::uint32_t slot) const override { return process_.variables[slot].value; }
  [[nodiscard]] values::Value self() const override { return process_.self; }
  [[nodiscard]] values::Value member(const values::Value& process, std::string_view name) const override;

  void assign(std::uint32_t slot, values::Value value) override;
  void send(std::uint32_t place, values::Value value) override;
  void send_to(const values::Value& queue, values::Value value) override;
  void move(std::string_view state) override;
  void next_state() override;
  values::Value make(std::string_view plan, const values::Value& parameters) override;
  void become(std::string_view plan) override;
  void orchestrate(const values::Value& process) override;
  void release(const values::Value& process) override;

 protected:
  Engine::State& state_;
  Process& process_;
};

// match.cc: the first combination of tokens that satisfies every arc and has something new. A match that is found is
// in `state.match`, until the next search.
struct Search {
  bool found = false;
  std::optional<Instant> wake;   // when a pending `after` could change the answer
  std::optional<HeldUp> held_up; // `since` unset
  std::string guard_error;       // of a guard that raised: it does not match
  Place guard_place;
};
[[nodiscard]] Search search(Engine::State& state, Process& process, std::uint32_t action);
// No token at one of its arcs, or none that an earlier search has not tried in vain: it need not be searched.
[[nodiscard]] bool surely_disabled(const Engine::State& state, Process& process, std::uint32_t action);
// Would an event with these contents be taken by an action whose earlier arcs match now?
[[nodiscard]] bool would_take_event(Engine::State& state, Process& process, const values::Value& event);

// Has the value more than so many bytes when written as JSON?
[[nodiscard]] bool is_larger(const values::Value& value, std::size_t bytes);
[[nodiscard]] std::string process_name(const Process& process);       // galera::host[title], by the plan it was made with

}  // namespace plan::engine
