#include "agent/runner.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <random>
#include <thread>

#include <unistd.h>

#include "agent/state_file.h"
#include "agent/state_lock.h"
#include "base/assert.h"
#include "diagnostics/diagnostic.h"

namespace plan::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswerTime{15'000};      // beyond what the orchestrator may hold a call
constexpr milliseconds kLongestSleep{60'000};

std::uint64_t random_number() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

// The time of day when the run began, and from there on steady: a clock that is set must not stop a run.
class Clock {
 public:
  [[nodiscard]] Instant now() const {
    const auto passed = std::chrono::steady_clock::now() - steady_;
    return begin_ + std::chrono::duration_cast<milliseconds>(passed);
  }

 private:
  Instant begin_ = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
};

// While it lives, the calling thread has all signals blocked; a thread that is made meanwhile keeps it so.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    PLAN_ASSERT(pthread_sigmask(SIG_SETMASK, &all, &before_) == 0);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

Error forked() {
  return {"agent.fork", "this session belongs to another process, which has forked", "open a session after the fork"};
}

}  // namespace

struct Runner::State {
  State(RunnerSettings given, StateFile state_file) : settings(std::move(given)), file(std::move(state_file)) {}

  const RunnerSettings settings;
  const StateFile file;
  const Clock clock;
  const pid_t owner = getpid();
  std::shared_ptr<const engine::Program> program;
  std::optional<StateLock> state_lock;    // from open() to close(), but in a noop run
  std::thread thread;

  std::mutex mutex;                       // guards all below
  std::condition_variable changed;
  std::unique_ptr<Session> session;
  std::unique_ptr<transport::Client> client;   // made by the thread; used by it without the lock, but for wakeup()
  std::optional<Error> failed;            // nothing goes on after it
  bool stopping = false;
  bool interrupted = false;
  bool closed = false;

  void run();
  void loop(std::unique_lock<std::mutex>& lock);
  Status persist(std::unique_lock<std::mutex>& lock);
  Status finish(std::unique_lock<std::mutex>& lock);
  void make_calls();
  Status ensure_client();
  [[nodiscard]] milliseconds sleep_time() const;
  void sleep(std::unique_lock<std::mutex>& lock);
  void deliver(std::vector<transport::Completion> done);
  void wake();
  [[nodiscard]] bool look(Happening& happening);
  template <class F>
  Status with_session(F&& body);
};

// ---------------------------------------------------------------------------------------------- our thread

void Runner::State::run() {
  std::unique_lock lock(mutex);
  try {
    loop(lock);
  } catch (const std::exception& bug) {   // an exception that left a thread would end the whole agent
    if (!lock.owns_lock()) lock.lock();
    failed = Error{"agent.bug", bug.what(), "this is a mistake of the module: report it, please"};
  }
  client.reset();
  changed.notify_all();
}

void Runner::State::loop(std::unique_lock<std::mutex>& lock) {
  while (!stopping && !failed) {
    if (auto status = persist(lock); !status) {
      failed = status.error();
      return;
    }
    if (stopping || failed) return;
    make_calls();
    changed.notify_all();
    sleep(lock);
    session->tick(clock.now());
  }
}

// Writes what is to be durable, until nothing is. The lock is not held while the disk works.
Status Runner::State::persist(std::unique_lock<std::mutex>& lock) {
  while (true) {
    const auto aside = session->take_set_aside();
    const auto persist = session->to_persist();
    if (!aside && !persist) return Done{};
    lock.unlock();
    Status status = Done{};
    if (aside) {
      if (auto moved = file.set_aside(aside->suffix); !moved) status = moved.error();
    }
    if (persist && status) status = file.write(persist->text);
    lock.lock();
    if (!status) return status;
    if (persist) session->persisted(persist->version);
  }
}

void Runner::State::make_calls() {
  while (auto exchange = session->next_exchange(clock.now())) {
    if (auto ready = ensure_client(); !ready) {
      session->failed(exchange->id, ready.error(), clock.now());
      continue;
    }
    client->start({exchange->id, std::move(exchange->path), std::move(exchange->body), exchange->wait + kAnswerTime});
  }
}

Status Runner::State::ensure_client() {
  if (client) return Done{};
  auto made = transport::Client::create({.base_url = settings.orchestrator, .tls = settings.tls});
  if (!made) return made.error();
  client = std::move(*made);
  return Done{};
}

milliseconds Runner::State::sleep_time() const {
  const Instant now = clock.now();
  const auto wakeup = session->next_wakeup(now);
  if (!wakeup) return kLongestSleep;
  return std::clamp<milliseconds>(*wakeup - now, milliseconds(0), kLongestSleep);
}

void Runner::State::sleep(std::unique_lock<std::mutex>& lock) {
  if (session->to_persist()) return;
  const milliseconds time = sleep_time();
  if (!client) {
    changed.wait_for(lock, time);
    return;
  }
  lock.unlock();
  auto done = client->perform(time);
  lock.lock();
  deliver(std::move(done));
}

void Runner::State::deliver(std::vector<transport::Completion> done) {
  for (auto& completion : done) {
    if (completion.result) {
      auto& response = *completion.result;
      session->answered(completion.id, {response.status, std::move(response.body), response.retry_after}, clock.now());
    } else {
      session->failed(completion.id, completion.result.error(), clock.now());
    }
  }
}

// Under the lock. Our thread looks again at what is to be done.
void Runner::State::wake() {
  if (client) client->wakeup();
  changed.notify_all();
}

// ---------------------------------------------------------------------------------------------- the caller's thread

Runner::Runner(std::unique_ptr<State> state) : state_(std::move(state)) {}

Runner::~Runner() {
  if (getpid() != state_->owner) {
    // The thread is not in this process, and its mutex may be held for ever: nothing here is ours to end.
    [[maybe_unused]] State* leaked = state_.release();
    return;
  }
  [[maybe_unused]] const auto status = close();
}

Result<std::unique_ptr<Runner>> Runner::open(RunnerSettings settings) {
  auto compilation = engine::compile(settings.bundle);
  if (compilation.program == nullptr) {
    return Error{"bundle.refused",
                 diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources),
                 "mend the plan where the carets point"};
  }
  StateFile file(settings.state_file);
  std::optional<StateLock> lock;
  if (!settings.noop) {
    auto taken = StateLock::take(settings.state_file, settings.process.identity.resource);
    if (!taken) return taken.error();
    lock.emplace(*std::move(taken));
  }
  auto text = file.read();
  if (!text) return text.error();
  auto state = std::make_unique<State>(std::move(settings), std::move(file));
  if (lock) state->state_lock.emplace(*std::move(lock));
  state->program = compilation.program;
  auto session = Session::open({.process = state->settings.process,
                                .program = compilation.program,
                                .cluster = state->settings.cluster,
                                .admission = state->settings.admission,
                                .noop = state->settings.noop,
                                .random = random_number,
                                .trace = state->settings.trace},
                               *text ? std::optional<std::string_view>(**text) : std::nullopt, state->clock.now());
  if (!session) return session.error();
  state->session = std::move(*session);
  return std::unique_ptr<Runner>(new Runner(std::move(state)));
}

// Runs `body` on the session. A bug in it ends this runner's work, not the agent's run.
template <class F>
Status Runner::State::with_session(F&& body) {
  if (getpid() != owner) return forked();
  const std::lock_guard lock(mutex);
  if (failed) return *failed;
  if (closed) return Error{"agent.closed", "the session is closed", ""};
  try {
    body();
  } catch (const Bug& bug) {
    failed = Error{"agent.bug", bug.what(), "this is a mistake of the module: report it, please"};
    wake();
    return *failed;
  }
  wake();
  return Done{};
}

Status Runner::start() {
  auto status = state_->with_session([&] { state_->session->start(state_->clock.now()); });
  if (!status) return status;
  if (state_->settings.noop) return status;
  const SignalsBlocked blocked;
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  return status;
}

Status Runner::event(std::string message, values::Value data, std::string resource) {
  return state_->with_session([&] {
    state_->session->event(std::move(message), std::move(data), std::move(resource), state_->clock.now());
  });
}

Result<bool> Runner::wants_event(std::string_view message) {
  bool wanted = false;
  if (auto status = state_->with_session([&] { wanted = state_->session->wants_event(message); }); !status) {
    return status.error();
  }
  return wanted;
}

Status Runner::catalog_done(engine::CatalogDone done) {
  return state_->with_session([&] { state_->session->catalog_done(std::move(done), state_->clock.now()); });
}

Status Runner::synced(std::uint64_t batch, std::vector<engine::ResourceResult> results) {
  return state_->with_session([&] { state_->session->synced(batch, std::move(results), state_->clock.now()); });
}

Status Runner::leaving() {
  return state_->with_session([&] { state_->session->leaving(state_->clock.now()); });
}

Status Runner::report(const std::function<void(const Report&)>& use) {
  return state_->with_session([&] { use(state_->session->report(state_->clock.now())); });
}

Result<std::vector<std::string>> Runner::trace() {
  if (getpid() != state_->owner) return forked();
  const std::lock_guard lock(state_->mutex);
  return state_->session->take_trace();
}

// Whether there is something to tell, and what.
bool Runner::State::look(Happening& happening) {
  if (interrupted || stopping) {
    interrupted = false;
    happening = Interrupted{};
  } else if (failed) {
    happening = engine::Ended{true, values::Value::string(failed->message)};
  } else if (auto batch = session->next_batch()) {
    happening = *std::move(batch);
  } else if (auto ended = session->ended()) {
    happening = *std::move(ended);
  } else if (session->settled(clock.now())) {
    happening = Settled{};
  } else {
    return false;
  }
  return true;
}

Status Runner::wait(milliseconds timeout, const std::function<void(const Happening&)>& use) {
  if (getpid() != state_->owner) return forked();
  std::unique_lock lock(state_->mutex);
  if (state_->closed) return Error{"agent.closed", "the session is closed", ""};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Happening happening = TimedOut{};
  while (!state_->look(happening) && std::chrono::steady_clock::now() < deadline) {
    state_->changed.wait_until(lock, deadline);
  }
  use(happening);
  return Done{};
}

void Runner::interrupt() {
  if (getpid() != state_->owner) return;
  const std::lock_guard lock(state_->mutex);
  state_->interrupted = true;
  state_->changed.notify_all();
}

Status Runner::close() {
  if (getpid() != state_->owner) return forked();
  std::unique_lock lock(state_->mutex);
  if (state_->closed) return Done{};
  state_->closed = true;
  if (!state_->failed) state_->session->end_run(state_->clock.now());
  state_->stopping = true;
  state_->wake();
  lock.unlock();
  if (state_->thread.joinable()) state_->thread.join();
  lock.lock();
  const auto written = state_->finish(lock);
  state_->state_lock.reset();
  return written;
}

// Writes down how the run ended.
Status Runner::State::finish(std::unique_lock<std::mutex>& lock) {
  if (failed) return *failed;
  if (auto status = persist(lock); !status) {
    failed = status.error();
    return status;
  }
  return session->finished() ? file.remove() : Status(Done{});
}

const values::NameResolver& Runner::resolver() const { return *state_->program; }

}  // namespace plan::agent
