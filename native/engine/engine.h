// The plan engine: a pure state machine. step() takes one input and the time, fires until nothing more is enabled,
// and returns what the world must be told. Inside there is no thread, clock, I/O, global or randomness: the same
// inputs at the same times give the same firings everywhere. Agent, orchestrator, simulator and command line are
// shells around it.
//
// One engine holds one root process (a `galera::host` of an agent, a `galera::cluster` of the orchestrator) and the
// processes it makes. An engine belongs to one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "engine/program.h"
#include "values/value.h"

namespace plan::engine {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// ------------------------------------------------------------------------------------------------ messages

enum class MessageKind : std::uint8_t {
  send,         // a token for the queue `name`
  state,        // a move of the input state `name`
  join,         // orchestrate(self): an `add` for the receiver's `requests`; value: the sender's published values (hash)
  leave,        // release(self): the `remove`
  accepted,     // answer to join: `$orchestrator` is now known
  publish,      // replicated value `name` of the sender (parameter, output state, latched output) changed
  dead_letter,  // a message of the receiver was refused; name: its queue; value: {value, error}
};
[[nodiscard]] std::string_view to_string(MessageKind kind);
[[nodiscard]] std::optional<MessageKind> message_kind(std::string_view text);

// Between two processes of different engines. Delivery (order, once, stored) is protocol/'s and the shells' task.
struct Message {
  MessageKind kind = MessageKind::send;
  values::ProcessIdentity from;
  values::ProcessIdentity to;      // of a join: certname empty, resource: the title given by `$cluster`
  std::string plan;                // of a join: the plan the sender was made with
  std::string name;
  values::Value value;
  std::uint64_t version = 0;       // of a publish
};

// ------------------------------------------------------------------------------------------------ inputs

// A catalog run begins (agent). Parameters as the manifest gives them; a changed one is a new version.
struct RunStarted {
  values::Value parameters;        // hash by name
  values::Value facts, trusted, server_facts;
};
struct EventPosted {
  std::string message;
  values::Value data;              // undef when none was given
  std::string resource;            // "Event[install_complete]"
};
struct CatalogDone {               // becomes main::catalog_done
  std::vector<std::string> changed, failed, skipped;
  std::string run = {};            // an id of this run
};
struct ResourceResult {
  std::string reference;           // "File[/etc/…]", as the batch named it
  bool changed = false, failed = false, skipped = false, noop = false;
  std::vector<std::string> messages = {};
  values::Value data = {};         // what the provider returned, or undef
};
struct BatchSynced {
  std::uint64_t batch = 0;
  std::vector<ResourceResult> results;
};
struct RunEnded {};                // events and synced are emptied
struct Leaving {};                 // the resource is `ensure => absent`
struct Received { Message message; };
struct QueuedValue {
  std::string queue;
  values::Value value;
};
struct Posted {                    // planctl run --send: a token without a sender, one that Engine::accepts
  std::string queue;
  values::Value value;
};
// What an operator says, to a queue of the root process that is `operator => true`. Taken in this step, or refused as if
// it had never been said: it never lies in wait. All that it enables fires, whatever `max_firings` is.
struct Ordered {
  std::string queue;
  values::Value value;
  std::string by;                  // what `from` binds: who speaks
};
struct Tick {};                    // time has passed

using Input = std::variant<RunStarted, EventPosted, CatalogDone, BatchSynced, RunEnded, Leaving, Received, Posted, Ordered, Tick>;

// ------------------------------------------------------------------------------------------------ effects

// What one firing sent to resources_to_sync: applied as one small catalog, in order of its relationships.
struct Batch {
  std::uint64_t id = 0;            // ascending; an unsynced batch is still in the snapshot and is offered again
  std::vector<values::Value> resources;   // Kind::resource
};

struct Place {                     // in a plan's text; lines and columns from 1
  std::string file;                // empty: nowhere in particular
  std::uint32_t line = 0, column = 0;
  [[nodiscard]] std::string text() const;      // "path:line:column", or empty
};

struct DeadLetter {
  std::string process;             // resource reference of the process
  std::string action;              // empty when no action was at work
  std::string message;             // what went wrong
  Place place;
  std::string stack;               // a line per call, or empty
  values::Value tokens;            // array of {queue, value}
};

// For traces. A queue of another process is named "plan[title].queue", a state "state", a parameter "$name".
struct Firing {
  std::string process;             // "plan[title]"
  std::string action;
  Instant at;
  std::uint64_t number = 0;        // the engine's count, over all runs
  std::vector<QueuedValue> received, sent;     // of a firing that failed nothing is sent and nothing assigned
  std::vector<std::pair<std::string, values::Value>> assigned;
  std::string error;               // of a body that raised, else empty
};

struct Effects {
  std::vector<Message> messages;
  std::vector<Batch> batches;
  std::vector<DeadLetter> dead_letters;
  std::vector<Firing> firings;     // filled only when tracing is on, and of an Ordered
  bool changed = false;            // the snapshot differs from what it was before the step
  // Of an Ordered: what the action that took it sent to `drain`; or why it was refused, and then all else is empty. Codes:
  // "engine.input" no such queue, "engine.token" its type or size refuse it, "engine.ended" the process has ended,
  // "engine.not_taken" no action takes it now (`help` says what one that would take it awaits), "engine.failed" the one that
  // took it failed (`message` says with what).
  std::vector<values::Value> answers;
  std::optional<Error> refused;
};

struct Waiting {                   // an action that is held up at an `awaiting` arc
  std::string process, action;
  values::Value reason;            // String or Struct {for, risk, next}
  Instant since;                   // over runs, as long as it is the same arc that is not fulfilled
  [[nodiscard]] std::string text() const;
};

struct OperatorInput {             // a queue of the root process that is `operator => true`
  std::string name, type;          // of an alias, what it stands for
  std::string about;               // the comment over its declaration
};

struct Ended {
  bool failed = false;
  values::Value value;             // the token: of `fail` usually a message
  std::string maker = {};          // "plan[title]" of the process with which this one ended, or empty
};

// ------------------------------------------------------------------------------------------------ engine

struct Setup {
  std::string plan;                     // "galera::host"
  values::ProcessIdentity identity;     // certname and "Galera::Host[cluster_member]"
  std::string title;
  values::Value parameters;             // hash
  values::Value facts, trusted, server_facts;   // hashes, or undef
};

struct Limits {
  std::uint64_t steps_per_firing = 1'000'000;
  std::uint64_t firings_per_instant = 1'000'000;
  std::size_t call_depth = 256;
  std::size_t token_bytes = 1024 * 1024;        // as JSON
  std::size_t capacity = 10'000;                // of a queue that declares none
};

class Engine {
 public:
  // Makes the root process; nothing fires before the first step(). Errors: an unknown plan, a parameter that is
  // missing, not declared, or refused by its type ("engine.parameter", naming it, what is wanted and what was found).
  static Result<std::unique_ptr<Engine>> create(std::shared_ptr<const Program> program, const Setup& setup,
                                                Instant now, const Limits& limits = {});
  // Goes on from a snapshot, also one written by another version of the plan: state is carried over by name.
  // Error "engine.snapshot" when it cannot be read; nothing is half restored.
  static Result<std::unique_ptr<Engine>> restore(std::shared_ptr<const Program> program, const Setup& setup,
                                                 const boost::json::value& snapshot, Instant now,
                                                 const Limits& limits = {});
  // Another engine in the same state, to see what would come of an input. Error "engine.snapshot" as `restore` has it.
  [[nodiscard]] Result<std::unique_ptr<Engine>> copy() const;
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // With `max_firings` it stops after so many (0: the input is taken and nothing fires), though more is enabled: a Tick
  // at the same time goes on.
  Effects step(const Input& input, Instant now, std::uint64_t max_firings = UINT64_MAX);

  // Would Posted of this token be taken? Errors: "engine.queue" (the root process has no such queue that takes tokens),
  // "engine.token" (its type, size or the queue's capacity refuse it), each saying what is wanted.
  [[nodiscard]] Status accepts(std::string_view queue, const values::Value& value) const;

  [[nodiscard]] std::vector<OperatorInput> operator_inputs() const;
  [[nodiscard]] boost::json::value snapshot() const;          // {"format": 1, …}
  [[nodiscard]] std::optional<Instant> next_wakeup() const;   // when a Tick could enable or drop something
  [[nodiscard]] std::vector<Waiting> waiting() const;
  // Once the catalog is done: may what is waited for still come? By messages, the results of batches, time, and what
  // follows from them; events of the catalog come no more, but those that a batch in flight notifies.
  [[nodiscard]] bool may_go_on() const;
  [[nodiscard]] std::vector<Batch> unsynced() const;          // batches without a BatchSynced yet
  [[nodiscard]] std::optional<Ended> ended() const;           // of the root process
  [[nodiscard]] std::optional<values::ProcessIdentity> orchestrator() const;   // after `accepted`
  [[nodiscard]] bool orchestrated() const;                    // orchestrate(self) was called and not released
  // Would an event with this message be taken by an action whose earlier arcs match now?
  [[nodiscard]] bool wants_event(std::string_view message) const;
  // The newest desired state of each resource a plan put in place, by "Type[title]", newest last.
  [[nodiscard]] std::vector<values::Value> desired() const;
  // Variables, queues, states … for people: what `planctl run --state` and status pages print.
  [[nodiscard]] boost::json::value describe() const;
  void trace(bool on);

  struct State;        // internal (state.h)

 private:
  Engine();
  Effects advance(const Input& input, Instant now, std::uint64_t max_firings);
  Effects hear(const Ordered& word, Instant now);
  std::unique_ptr<State> state_;
};

}  // namespace plan::engine
