#include "simulator/orchestrator_node.h"

#include "base/assert.h"
#include "orchestrator/memory_loss.h"

namespace plan::simulator {

OrchestratorNode::OrchestratorNode(World& world, orchestrator::Declaration declaration)
    : world_(world), declaration_(std::move(declaration)), store_({"0123456789abcdef0123456789abcdef", 1}) {}

void OrchestratorNode::start() {
  PLAN_ASSERT(service_ == nullptr);
  ++boots_;
  store_.repair();
  auto opened = orchestrator::Service::open(store_, {.certname = "puppet.example.com", .log = [this](const auto& record) {
    const bool planned = record.message.starts_with("nothing more is acknowledged") ||   // the commit that the crash broke
                         record.event == "operator" ||   // that it is refused is an answer
                         (record.event == "dead_letter" && record.message.ends_with("its incarnation ended"));
    if (record.level != orchestrator::LogLevel::info && !planned) world_.wrong("orchestrator", record.message);
  }, .witness = &witness_, .admissions = &admissions_});
  if (!opened) throw Bug(opened.error().message);
  service_ = std::move(*opened);
  for (const auto& refusal : service_->configure({declaration_}, world_.now())) throw Bug(refusal.error.message);
  note("starts");
  commit_soon();
}

void OrchestratorNode::crash() {
  if (!up()) return;
  if (world_.chance(50)) {
    die();
  } else {
    store_.fail_after(world_.below(3), {"store.io", "power lost", ""}, world_.chance(50));
    const auto boots = boots_;
    world_.after(seconds(2), [this, boots] {   // when there was nothing to commit
      if (boots == boots_ && up()) die();
    });
  }
}

Status OrchestratorNode::Witness::remember(std::string_view resource) {
  known_.emplace(resource);
  return Done{};
}

Status OrchestratorNode::Witness::remember_epoch(std::uint64_t epoch) {
  epoch_ = epoch;
  return Done{};
}

void OrchestratorNode::back_up(bool running) {
  backup_of_running_ = running;
  if (!running && up()) {
    note("stops for a copy of its store");
    static_cast<void>(service_->leave());   // of no use when a crash comes in between
    die();
  }
  backup_ = store_;
}

void OrchestratorNode::set_back() {
  if (!backup_) return;
  world_.expect("the store is an older or a new one");   // the service's word
  world_.expect("it was set back");
  world_.expect("was declared before, but this store does not know it");
  world_.expect("refused: sequence_gap");
  world_.expect("refused: stale_incarnation");           // a call that was long on its way
  world_.expect("begins anew");                          // a member's
  world_.expect("state set aside");
  world_.expect("which nobody waits for");               // a batch that was under way then
  if (up()) die();
  const auto replaced = std::exchange(store_, *backup_).load();
  note(backup_of_running_ ? "the store is restored" : "the store is set back");
  if (!backup_of_running_) return;
  const auto contents = store_.load();
  PLAN_ASSERT(replaced.ok() && contents.ok());
  store_.repair();   // of a crash that was under way when it was copied
  PLAN_ASSERT(store_.commit(orchestrator::restoration(*contents, replaced->epoch)).ok());
}

void OrchestratorNode::die() {
  note("dies");
  service_.reset();
  commit_is_due_ = false;
  timer_.reset();
  for (auto& held : std::exchange(held_, {})) held->respond(std::nullopt);
  world_.after(world_.between(milliseconds(300), seconds(20)), [this] { start(); });
}

void OrchestratorNode::arrive(const values::ProcessIdentity& member, const std::string& body, Respond respond) {
  if (!up()) {
    respond(std::nullopt);
    return;
  }
  auto staged = service_->receive(member.certname, member, body, world_.now());
  if (!staged) {
    // As if it were held until the commit: no answer when the orchestrator dies before.
    if (service_->must_commit() && !commit()) respond(std::nullopt);
    else respond(agent::Answer{409, protocol::write(service_->error_reply(staged.error()))});
    return;
  }
  recorder_.arrived(member, body);
  auto held = std::make_shared<Held>(Held{*staged, std::move(respond)});
  held_.push_back(held);
  world_.after(staged->wait + milliseconds(20), [this, weak = std::weak_ptr<Held>(held)] {
    if (const auto expired = weak.lock()) {
      expired->staged.wait = milliseconds(0);
      answer_held();
    }
  });
  commit_soon();
}

std::optional<Result<boost::json::value>> OrchestratorNode::order(const std::string& input, boost::json::value value, bool dry_run) {
  if (!up()) return std::nullopt;
  auto answer = service_->order({declaration_.title, input, "operator", std::move(value), dry_run}, world_.now());
  note((dry_run ? "an operator tries " : "an operator says ") + input + ": " + (answer ? "taken" : answer.error().code));
  if (service_->must_commit() && !commit()) return std::nullopt;
  return answer;
}

void OrchestratorNode::commit_soon() {
  if (std::exchange(commit_is_due_, true)) return;
  const auto boots = boots_;
  world_.after(world_.between(milliseconds(0), milliseconds(8)), [this, boots] {
    if (boots == boots_ && up()) commit();
  });
}

bool OrchestratorNode::commit() {
  commit_is_due_ = false;
  if (!service_->commit()) {
    die();
    return false;
  }
  for (auto& held : held_) held->committed = true;
  answer_held();
  set_timer();
  return true;
}

void OrchestratorNode::answer_held() {
  std::vector<std::shared_ptr<Held>> rest;
  for (auto& held : std::exchange(held_, {})) {
    const auto& staged = held->staged;
    if (!held->committed || (staged.wait > milliseconds(0) && !service_->receivable(staged.key))) {
      rest.push_back(std::move(held));
      continue;
    }
    const auto reply = service_->reply(staged.key, staged.incarnation);
    held->respond(reply ? agent::Answer{200, protocol::write(*reply)}
                        : agent::Answer{409, protocol::write(service_->error_reply(reply.error()))});
  }
  held_.insert(held_.begin(), rest.begin(), rest.end());
}

void OrchestratorNode::set_timer() {
  const auto wakeup = service_->next_wakeup();
  if (!wakeup || (timer_ && *timer_ <= *wakeup && *timer_ > world_.now())) return;
  timer_ = wakeup;
  const auto boots = boots_;
  const auto delay = std::max<milliseconds>(*wakeup - world_.now(), milliseconds(1));
  world_.after(delay, [this, boots] {
    if (boots != boots_ || !up()) return;
    service_->tick(world_.now());
    commit_soon();
  });
}

}  // namespace plan::simulator
