// One process inside agent runs, without clock, thread, file or socket: the engine, the conversation with the
// orchestrator, and the bookkeeping of the run. The runner (runner.h) and the simulator are shells around it.
//
// Durability (S13): as long as to_persist() has something, next_exchange() and next_batch() have nothing. A shell thus
// keeps the order by asking in a loop: persist what is to be persisted, then make the calls, then hand out the batch.
//
// A session belongs to one thread at a time. `now` never runs backwards within a session.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/conversation.h"
#include "agent/trace.h"
#include "base/result.h"
#include "engine/engine.h"

namespace plan::agent {

struct SessionSetup {
  engine::Setup process;
  std::shared_ptr<const engine::Program> program;
  std::string cluster;          // title of the process to orchestrate with; may be empty
  std::string admission;        // to it, of the compiler of the catalog; may be empty
  bool noop = false;            // look only: nothing is sent, applied or written
  Random random;                // incarnations and jitter
  engine::Limits limits = {};
  bool trace = false;           // what it does is to be told line by line
};

// One small catalog to apply. The id is the session's, valid for this run only.
struct Batch {
  std::uint64_t id = 0;
  std::vector<values::Value> resources;
};

struct Persist {
  std::uint64_t version = 0;    // for persisted()
  std::string text;
};

// A state that is not used any more and is worth keeping for a look: where to put it and why.
struct SetAside {
  std::string suffix;           // "damaged", "replaced"
  Error reason;
};

// How the run stands, for people.
struct Report {
  Instant now = {};
  bool settled = false;
  bool orchestrated = false;    // orchestrate(self) was called
  bool accepted = false;        // and the orchestrator took the process
  std::vector<engine::Waiting> waiting;
  Connection connection;
  std::vector<engine::DeadLetter> dead_letters;   // of this run, the last hundred
  std::vector<std::string> warnings;              // of this run
  std::vector<values::Value> desired;
  std::optional<engine::Ended> ended;
};

class Session {
 public:
  // Goes on from `state` (what to_persist() gave), or begins where there is none. A state that cannot be read is no
  // error: set_aside() tells, and the process begins anew. Errors: those of engine::Engine::create.
  static Result<std::unique_ptr<Session>> open(SessionSetup setup, std::optional<std::string_view> state, Instant now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // ---- what happens in the run
  void start(Instant now);                        // first; the other inputs come after it
  void event(std::string message, values::Value data, std::string resource, Instant now);
  void catalog_done(engine::CatalogDone done, Instant now);
  // The results of the batch that next_batch() gives. Those of another one are ignored with a warning.
  void synced(std::uint64_t batch, std::vector<engine::ResourceResult> results, Instant now);
  void leaving(Instant now);
  void tick(Instant now);
  void end_run(Instant now);                      // last: no more calls or batches; something is left to persist

  // ---- what the shell must do, in this order
  // The old state file goes out of the way before the next Persist takes its name. Given once each.
  std::optional<SetAside> take_set_aside();
  [[nodiscard]] std::optional<Persist> to_persist() const;
  void persisted(std::uint64_t version);
  // After end_run(): the process left and nothing is to be done for it any more: no state file shall stay.
  [[nodiscard]] bool finished() const;
  std::optional<Exchange> next_exchange(Instant now);
  void answered(std::uint64_t exchange, const Answer& answer, Instant now);
  void failed(std::uint64_t exchange, const Error& error, Instant now);
  // The oldest batch without results; the same one until synced() was told of it.
  [[nodiscard]] std::optional<Batch> next_batch() const;
  [[nodiscard]] std::optional<Instant> next_wakeup(Instant now) const;

  // ---- how it stands
  // The catalog is done, nothing is enabled, nothing is in flight, and nothing waits but for what can no longer come.
  // When the orchestrator cannot be reached, a process that it had accepted is settled all the same after some seconds.
  [[nodiscard]] bool settled(Instant now) const;
  // Of the process: its last messages are acknowledged, or cannot be.
  [[nodiscard]] std::optional<engine::Ended> ended() const;
  [[nodiscard]] bool wants_event(std::string_view message) const;
  [[nodiscard]] Report report(Instant now) const;
  // Since the last call; nothing when the setup did not ask for it.
  [[nodiscard]] std::vector<std::string> take_trace();
  [[nodiscard]] const engine::Engine& engine() const { return *engine_; }
  [[nodiscard]] const Conversation& conversation() const { return *conversation_; }

 private:
  explicit Session(SessionSetup setup);
  [[nodiscard]] Status begin(Instant now);
  [[nodiscard]] Status resume(std::string_view state, Instant now);
  [[nodiscard]] Conversation::Setup conversation_setup() const;
  void begin_anew(const Error& why, Instant now);
  void feed(engine::Input input, Instant now);    // remembered, to be fed again to a process that begins anew
  void step(const engine::Input& input, Instant now);
  void take_effects(engine::Effects effects);
  void send(engine::Message message);
  void trace_news(std::uint64_t exchange, int status, const Conversation::News& news);
  void warn(std::string text);
  [[nodiscard]] bool talks() const;
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] bool undeliverable(Instant now) const;
  [[nodiscard]] std::uint64_t session_batch(std::uint64_t engine_batch) const;

  SessionSetup setup_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<Conversation> conversation_;
  std::uint64_t generation_ = 1;                  // of the engine: counts processes that began anew in this session
  std::vector<engine::Input> fed_;
  bool started_ = false;
  bool catalog_done_ = false;
  bool leaving_ = false;
  bool run_over_ = false;
  std::uint64_t version_ = 1;                     // of what is to be durable
  std::uint64_t persisted_ = 0;
  std::deque<SetAside> set_aside_;
  std::deque<engine::DeadLetter> dead_letters_;
  std::vector<std::string> warnings_;
  std::optional<Trace> trace_;
};

}  // namespace plan::agent
