// A session with a thread, a connection, a clock and a file: what the Ruby binding holds.
//
// Threads: the caller's thread makes the calls below; one thread of our own persists, talks to the orchestrator and
// lets time pass. interrupt() may be called from any thread. All signals are blocked in our thread, they are for Ruby.
//
// Order (S13): the thread writes the state file before each call to the orchestrator, and wait() gives a batch only when
// the state that holds it is on disk. After the state could not be written nothing more is said or handed out: wait()
// reports the process as ended and failed.
//
// One run at a time: from open() to close() a runner that is no noop run holds the lock of its state (state_lock.h).
//
// Fork: a runner belongs to the process that opened it. In a child every call is an error ("agent.fork"), and the
// destructor leaves alone what belongs to the parent.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "agent/session.h"
#include "base/result.h"
#include "engine/bundle.h"
#include "transport/client.h"

namespace plan::agent {

struct RunnerSettings {
  engine::Setup process;
  engine::Bundle bundle;
  std::string cluster;
  std::string admission;          // may be empty
  std::string orchestrator;       // URL
  std::string state_file;
  transport::TlsSettings tls;
  bool noop = false;
  bool trace = false;
};

struct Settled {};
struct TimedOut {};
struct Interrupted {};
using Happening = std::variant<Batch, Settled, engine::Ended, TimedOut, Interrupted>;

class Runner {
 public:
  // Compiles the bundle and reads the state; no thread, no connection. Errors: "bundle.refused" (message: the
  // diagnostics with carets), "agent.busy" (another run of the process is under way), "engine.parameter", "agent.file", …
  static Result<std::unique_ptr<Runner>> open(RunnerSettings settings);
  ~Runner();                      // as close(), quietly
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // The run begins: from here on there is a thread. A client that cannot be made (no certificate) is not an error but
  // a connection that failed: the catalog is applied, and the process waits.
  Status start();
  Status event(std::string message, values::Value data, std::string resource);
  Result<bool> wants_event(std::string_view message);
  Status catalog_done(engine::CatalogDone done);
  Status synced(std::uint64_t batch, std::vector<engine::ResourceResult> results);
  Status leaving();
  // Until something happens or the time is over. A batch is given again until synced() was told of it. `use` sees it
  // under the lock: the counts of values belong to one thread at a time, so nothing of it may outlive the call.
  Status wait(std::chrono::milliseconds timeout, const std::function<void(const Happening&)>& use);
  // Makes the wait() that is under way, or the next one, return Interrupted at once.
  void interrupt();
  Status report(const std::function<void(const Report&)>& use);   // `use` as in wait()
  Result<std::vector<std::string>> trace();     // Session::take_trace; also after close()
  // Ends the run: the state is written, the thread joined, the connection closed. Again: nothing.
  Status close();

  [[nodiscard]] const values::NameResolver& resolver() const;

 private:
  struct State;
  explicit Runner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plan::agent
