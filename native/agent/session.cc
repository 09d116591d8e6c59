#include "agent/session.h"

#include "agent/state_text.h"
#include "base/assert.h"

namespace plan::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kDeadLettersKept = 100;
constexpr std::size_t kWarningsKept = 100;
// How long a process that was accepted before goes on trying when all else is done: longer than an orchestrator needs
// to restart, much shorter than a run may take.
constexpr milliseconds kPatience{5'000};
constexpr unsigned kGenerationBits = 16;
// Two copies of one machine would replace each other for ever.
constexpr std::uint64_t kMostBeginnings = 4;

}  // namespace

Session::Session(SessionSetup setup) : setup_(std::move(setup)) {
  if (setup_.trace) trace_.emplace();
}
Session::~Session() = default;

// ---------------------------------------------------------------------------------------------- opening

Result<std::unique_ptr<Session>> Session::open(SessionSetup setup, std::optional<std::string_view> state, Instant now) {
  PLAN_ASSERT(setup.program != nullptr && setup.random);
  std::unique_ptr<Session> session(new Session(std::move(setup)));
  if (state) {
    auto resumed = session->resume(*state, now);
    if (resumed) return session;
    // What the manifest gives is wrong: the state is not to blame, and stays.
    if (resumed.error().code != "agent.state" && resumed.error().code != "engine.snapshot") return resumed.error();
    session->set_aside_.push_back({"damaged", resumed.error()});
    session->warn("the state of " + session->setup_.process.identity.resource + " cannot be used (" +
                  resumed.error().message + "): it is set aside, and the process begins anew");
  }
  if (auto begun = session->begin(now); !begun) return begun.error();
  return session;
}

Conversation::Setup Session::conversation_setup() const {
  return {setup_.process.identity, setup_.cluster, setup_.process.plan,   setup_.program->digest(),
          setup_.admission,        setup_.random,  setup_.program.get()};
}

Status Session::begin(Instant now) {
  auto engine = engine::Engine::create(setup_.program, setup_.process, now, setup_.limits);
  if (!engine) return engine.error();
  engine_ = std::move(*engine);
  engine_->trace(setup_.trace);
  if (!conversation_) conversation_.emplace(conversation_setup());
  return Done{};
}

Status Session::resume(std::string_view state, Instant now) {
  auto read = read_state(state);
  if (!read) return read.error();
  if (!(read->process == setup_.process.identity)) {
    return Error{"agent.state", "it is that of " + read->process.resource + " on " + read->process.certname};
  }
  auto conversation = Conversation::restore(conversation_setup(), read->conversation);
  if (!conversation) return Error{"agent.state", conversation.error().message};
  auto engine = engine::Engine::restore(setup_.program, setup_.process, read->engine, now, setup_.limits);
  if (!engine) return engine.error();
  engine_ = std::move(*engine);
  engine_->trace(setup_.trace);
  conversation_.emplace(std::move(*conversation));
  if (conversation_->cluster() == setup_.cluster) return Done{};
  if (!engine_->orchestrator()) {
    conversation_->address(setup_.cluster);
  } else {
    warn(setup_.process.identity.resource + " is in " + conversation_->cluster() + " and stays there; the manifest says " +
         setup_.cluster + ": let it leave first with ensure => absent");
  }
  return Done{};
}

// The engine and its state are dropped: what the process must know it looks up again, what it must tell it tells again.
void Session::begin_anew(const Error& why, Instant now) {
  warn(setup_.process.identity.resource + " begins anew: " + why.message);
  set_aside_.push_back({"replaced", why});
  conversation_->begin_anew(now);
  conversation_->address(setup_.cluster);
  ++generation_;
  ++version_;
  const auto begun = begin(now);
  PLAN_ASSERT(begun.ok());   // the same program and parameters were good before
  for (const auto& input : fed_) step(input, now);
}

// ---------------------------------------------------------------------------------------------- inputs

void Session::start(Instant now) {
  PLAN_ASSERT(!started_);
  started_ = true;
  const auto& process = setup_.process;
  feed(engine::RunStarted{process.parameters, process.facts, process.trusted, process.server_facts}, now);
}

void Session::event(std::string message, values::Value data, std::string resource, Instant now) {
  engine::EventPosted event{std::move(message), std::move(data), std::move(resource)};
  if (trace_) trace_->event(event);
  feed(std::move(event), now);
}

void Session::catalog_done(engine::CatalogDone done, Instant now) {
  catalog_done_ = true;
  conversation_->want_sync();
  if (trace_) trace_->catalog_done(done);
  feed(std::move(done), now);
}

void Session::leaving(Instant now) {
  leaving_ = true;
  feed(engine::Leaving{}, now);
}

void Session::synced(std::uint64_t batch, std::vector<engine::ResourceResult> results, Instant now) {
  for (const auto& unsynced : engine_->unsynced()) {
    if (session_batch(unsynced.id) != batch) continue;
    if (trace_) trace_->synced(batch, results);
    step(engine::BatchSynced{unsynced.id, std::move(results)}, now);
    return;
  }
  warn("results of batch " + std::to_string(batch) + " came, which nobody waits for");
}

void Session::tick(Instant now) {
  if (started_ && !run_over_) step(engine::Tick{}, now);
}

void Session::end_run(Instant now) {
  if (run_over_ || !started_) return;
  step(engine::RunEnded{}, now);
  run_over_ = true;
  ++version_;
}

void Session::feed(engine::Input input, Instant now) {
  PLAN_ASSERT(started_ && !run_over_);
  fed_.push_back(std::move(input));
  step(fed_.back(), now);
}

void Session::step(const engine::Input& input, Instant now) { take_effects(engine_->step(input, now)); }

void Session::take_effects(engine::Effects effects) {
  if (effects.changed || !effects.messages.empty()) ++version_;
  if (trace_) {
    for (const auto& firing : effects.firings) trace_->fired(firing);
    for (const auto& batch : effects.batches) trace_->wanted(session_batch(batch.id), batch.resources);
  }
  for (auto& message : effects.messages) send(std::move(message));
  for (auto& letter : effects.dead_letters) {
    if (trace_) trace_->refused(letter);
    if (dead_letters_.size() == kDeadLettersKept) dead_letters_.pop_front();
    dead_letters_.push_back(std::move(letter));
  }
}

void Session::send(engine::Message message) {
  // A parameter that changes before the process is accepted: who orchestrates it is known by title only.
  if (message.to.resource.empty()) message.to.resource = conversation_->cluster();
  if (trace_) trace_->queued(conversation_->last_sent() + 1, message);
  conversation_->send(std::move(message));
}

void Session::warn(std::string text) {
  if (warnings_.size() < kWarningsKept) warnings_.push_back(std::move(text));
}

// ---------------------------------------------------------------------------------------------- outputs

std::optional<SetAside> Session::take_set_aside() {
  if (setup_.noop || !started_ || set_aside_.empty()) return std::nullopt;
  SetAside first = std::move(set_aside_.front());
  set_aside_.pop_front();
  return first;
}

std::optional<Persist> Session::to_persist() const {
  if (setup_.noop || !started_ || persisted_ == version_) return std::nullopt;
  return Persist{version_, write_state({setup_.process.identity, setup_.process.plan, setup_.program->digest(),
                                        conversation_->snapshot(), engine_->snapshot()})};
}

void Session::persisted(std::uint64_t version) {
  PLAN_ASSERT(version <= version_);
  if (version > persisted_) persisted_ = version;
}

// The process has to do with an orchestrator, or has something left to tell it.
bool Session::talks() const { return engine_->orchestrated() || !conversation_->all_acknowledged(); }

std::optional<Exchange> Session::next_exchange(Instant now) {
  if (setup_.noop || !started_ || run_over_ || persisted_ != version_) return std::nullopt;
  auto exchange = conversation_->next(engine_->orchestrated() && !engine_->ended(), now);
  if (exchange && trace_) trace_->called(*exchange);
  return exchange;
}

void Session::answered(std::uint64_t exchange, const Answer& answer, Instant now) {
  if (run_over_) return;
  auto news = conversation_->answered(exchange, answer, now);
  if (news.changed) ++version_;
  if (trace_) trace_news(exchange, answer.status, news);
  for (auto& message : news.messages) step(engine::Received{std::move(message)}, now);
  if (!news.broken) return;
  if (generation_ < kMostBeginnings) {
    begin_anew(*news.broken, now);
  } else {
    conversation_->refused(*news.broken, now);
  }
}

void Session::trace_news(std::uint64_t exchange, int status, const Conversation::News& news) {
  trace_->answered(exchange, status, conversation_->acknowledged());
  std::uint64_t sequence = conversation_->received() - news.messages.size();
  for (const auto& message : news.messages) trace_->received(++sequence, message);
}

void Session::failed(std::uint64_t exchange, const Error& error, Instant now) {
  if (run_over_) return;
  if (trace_) trace_->failed(exchange, error);
  conversation_->failed(exchange, error, now);
}

std::uint64_t Session::session_batch(std::uint64_t engine_batch) const {
  return (engine_batch << kGenerationBits) | generation_;
}

std::optional<Batch> Session::next_batch() const {
  if (setup_.noop || !started_ || run_over_ || persisted_ != version_) return std::nullopt;
  auto unsynced = engine_->unsynced();
  if (unsynced.empty()) return std::nullopt;
  return Batch{session_batch(unsynced.front().id), std::move(unsynced.front().resources)};
}

std::optional<Instant> Session::next_wakeup(Instant now) const {
  if (!started_ || run_over_) return std::nullopt;
  std::optional<Instant> first = engine_->next_wakeup();
  const auto consider = [&](std::optional<Instant> other) {
    if (other && (!first || *other < *first)) first = other;
  };
  if (talks() && !setup_.noop) consider(conversation_->next_attempt());
  if (const auto since = conversation_->unreachable_since(); since && now < *since + kPatience) {
    consider(*since + kPatience);
  }
  return first;
}

// ---------------------------------------------------------------------------------------------- status

// Nothing is left to do here, whatever the orchestrator may have to say.
bool Session::quiet() const { return persisted_ == version_ && engine_->unsynced().empty(); }

bool Session::undeliverable(Instant now) const {
  const auto since = conversation_->unreachable_since();
  return since && now >= *since + kPatience;
}

bool Session::settled(Instant now) const {
  if (!started_ || !catalog_done_) return false;
  if (setup_.noop) return true;
  if (!quiet() || engine_->may_go_on()) return false;
  if (!talks() || (conversation_->all_acknowledged() && conversation_->in_sync())) return true;
  return engine_->orchestrator().has_value() && undeliverable(now);
}

std::optional<engine::Ended> Session::ended() const {
  auto ended = engine_->ended();
  if (!ended || setup_.noop) return ended;
  const bool delivered = conversation_->all_acknowledged() || conversation_->connection().state == Connection::State::failed;
  return quiet() && delivered ? ended : std::nullopt;
}

bool Session::finished() const {
  return run_over_ && leaving_ && conversation_->all_acknowledged() && (engine_->ended() || !engine_->orchestrated());
}

bool Session::wants_event(std::string_view message) const { return engine_->wants_event(message); }

std::vector<std::string> Session::take_trace() { return trace_ ? trace_->take() : std::vector<std::string>(); }

Report Session::report(Instant now) const {
  Report report;
  report.now = now;
  report.settled = settled(now);
  report.orchestrated = engine_->orchestrated();
  report.accepted = engine_->orchestrator().has_value();
  report.waiting = engine_->waiting();
  report.connection = conversation_->connection();
  report.dead_letters.assign(dead_letters_.begin(), dead_letters_.end());
  report.warnings = warnings_;
  report.desired = engine_->desired();
  report.ended = engine_->ended();
  return report;
}

}  // namespace plan::agent
