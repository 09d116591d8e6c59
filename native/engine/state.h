// The engine's whole state, and what every part of it does to it. Internal to the engine.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/code.h"
#include "engine/engine.h"

namespace plan::engine {

struct Token {
  values::Value value;
  Instant arrived;
  std::uint64_t serial = 0;      // its age and its version: larger is newer, across the engine
  values::Value from;            // the process that sent it, or undef
};

// Tokens, oldest first. Taking from the front is cheap.
class TokenList {
 public:
  [[nodiscard]] std::size_t size() const { return items_.size() - head_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const Token& operator[](std::size_t i) const { return items_[head_ + i]; }
  void push(Token token) { items_.push_back(std::move(token)); }
  void clear() { items_.clear(); head_ = 0; }
  Token take(std::size_t i);
  [[nodiscard]] std::size_t find(std::uint64_t serial) const;   // its index, or size()
  void insert_by_age(Token token);                              // back where it was

 private:
  std::vector<Token> items_;
  std::size_t head_ = 0;
};

struct Cell {                    // a variable
  values::Value value;
  std::uint64_t version = 0;     // of parameters and built-in ones
  Instant since;
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
};

struct ActionState {
  std::uint64_t last = 0;        // the engine's count at its last firing; 0: never
  bool fired = false;            // of an action without arcs: since its specialisation started
  std::vector<std::pair<std::string, std::vector<std::uint64_t>>> marks;   // versions used, by source
  std::optional<HeldUp> held_up;
  std::string guard_error;       // the last one told
  [[nodiscard]] bool used(std::string_view source, std::uint64_t version) const;
  void use(const std::string& source, std::uint64_t version, bool only_newest);
};

struct Process {
  values::ProcessIdentity identity;
  values::Value self;
  const PlanCode* code = nullptr;
  const PlanCode* made_with = nullptr;
  std::string title;
  std::uint32_t number = 0;
  std::uint32_t maker = kNone;
  values::Value given;           // the parameters as given
  std::vector<Cell> variables;
  std::vector<TokenList> places;
  RegionState regions[kRegions];
  std::vector<ActionState> actions;
  std::optional<Ended> ended;
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

struct Engine::State {
  std::shared_ptr<const Program> program;
  Limits limits;
  values::ProcessIdentity identity;              // of the root
  Instant now;
  std::uint64_t serial = 0, firings = 0, batches = 0, instant_firings = 0;
  std::vector<std::unique_ptr<Process>> processes;    // null: ended and gone; the first is the root
  std::map<values::ProcessIdentity, std::uint32_t> by_identity;
  std::map<values::ProcessIdentity, Remote> remotes;
  std::vector<PendingBatch> unsynced;
  std::vector<values::Value> desired;
  std::optional<values::ProcessIdentity> orchestrator;
  bool orchestrating = false;
  std::map<std::string, std::uint64_t, std::less<>> published;

  using Candidate = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;   // last firing, process, action
  std::set<Candidate> candidates;
  std::set<std::tuple<Instant, std::uint32_t, std::uint32_t>> timers;          // action kNone: tokens expire
  std::set<std::uint32_t> expiring;              // processes with a token whose time is over
  bool tracing = false;
  bool changed = false;
  Effects* effects = nullptr;    // of the running step

  // ---- state.cc: lookups and "this has changed"
  [[nodiscard]] Process& root() { return *processes.front(); }
  [[nodiscard]] const Process& root() const { return *processes.front(); }
  [[nodiscard]] Process* local(const values::Value& process);
  [[nodiscard]] const Process* local(const values::Value& process) const;
  [[nodiscard]] values::Value reference(const values::ProcessIdentity& identity) const;
  void look_at(const Process& process, std::uint32_t action);
  void look_at_all(const Process& process);
  void place_changed(const Process& process, std::uint32_t place);
  void variable_changed(const Process& process, std::uint32_t variable);
  void region_changed(const Process& process, std::uint32_t region);
  void others_changed();         // what is read through references
  void put(Process& process, std::uint32_t place, values::Value value, values::Value from);
  void set_variable(Process& process, std::uint32_t slot, values::Value value);   // a new version when it differs
  void move(Process& process, std::uint32_t region, std::uint32_t state);
  [[nodiscard]] std::size_t capacity(Process& process, std::uint32_t place);
  [[nodiscard]] std::optional<std::chrono::milliseconds> ttl(Process& process, std::uint32_t place);
  void dead_letter(Process& process, DeadLetter letter);
  [[nodiscard]] Place place_of(Span span) const;
  // Raises EvaluationError when the value is larger than a token may be.
  void require_size(const values::Value& value, std::string_view what) const;
  // After a change of a variable: tokens that a type which follows it now refuses are dead letters.
  void refuse_narrowed(Process& process, std::uint32_t variable);

  // ---- create.cc: processes
  Process& make_process(const PlanCode& code, values::ProcessIdentity identity, std::string title, std::uint32_t maker);
  void start_process(Process& process);   // raises EvaluationError
  void set_parameters(Process& process, const values::Value& parameters);  // raises EvaluationError, nothing set
  void fill_entries(Process& process, std::uint32_t place);
  void become(Process& process, const PlanCode& code);
  void end_process(Process& process, const Ended& ended);

  // ---- fire.cc
  void run(std::uint64_t max_firings);         // until nothing is enabled
  bool fire_next();
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
  void take(const Tick& input);
  void deliver(const Message& message);
  void refuse(const Message& message, const std::string& why);
  void publish();
  void send_message(Message message);

  // ---- snapshot.cc
  [[nodiscard]] boost::json::value write() const;
  Status read(const boost::json::value& snapshot);
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

// match.cc: the first combination of tokens that satisfies every arc and has something new.
struct Selection {               // what one arc of a match took or looked at
  Process* owner = nullptr;      // of the place; null when it is no place
  std::uint32_t place = kNone;
  std::vector<std::uint64_t> serials;
  bool consumed = false;
  std::string mark;              // under what it counts as used; empty for consumed tokens and inhibitors
  std::vector<QueuedValue> received = {};      // for traces: what the arc received
};
struct Match {
  std::vector<values::Value> slots;
  std::vector<Selection> selections;
};
struct Search {
  std::optional<Match> match;
  std::optional<Instant> wake;   // when a pending `after` could change the answer
  std::optional<HeldUp> held_up; // `since` unset
  std::string guard_error;       // of a guard that raised: it does not match
  Place guard_place;
};
[[nodiscard]] Search search(Engine::State& state, Process& process, std::uint32_t action);
// Would an event with these contents be taken by an action whose earlier arcs match now?
[[nodiscard]] bool would_take_event(Engine::State& state, Process& process, const values::Value& event);

// Has the value more than so many bytes when written as JSON?
[[nodiscard]] bool is_larger(const values::Value& value, std::size_t bytes);
[[nodiscard]] std::string resource_name(std::string_view plan, std::string_view title);   // Galera::Host[title]
[[nodiscard]] std::string process_name(const Process& process);       // galera::host[title], by the plan it was made with
[[nodiscard]] std::chrono::milliseconds to_duration(const values::Value& value);          // raises EvaluationError

}  // namespace plan::engine
