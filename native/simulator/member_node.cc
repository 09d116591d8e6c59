#include "simulator/member_node.h"

#include "base/assert.h"
#include "simulator/fake_admissions.h"

namespace plan::simulator {
namespace {

using values::HashBuilder;
using values::Value;

constexpr seconds kWait{120};

std::string text_of(const Value& parameters, std::string_view name) {
  const auto* value = parameters.is(values::Kind::hash) ? parameters.as_hash().find(name) : nullptr;
  return value == nullptr ? std::string() : values::to_string(*value);
}

// L3: whom it waits for, what is at risk, and the next step.
bool tells_how_to_go_on(const engine::Waiting& waiting) {
  const auto told = [&waiting](const char* key) { return !text_of(waiting.reason, key).empty(); };
  return told("for") && told("risk") && told("next");
}

std::vector<std::string> texts_of(const Value& parameters, std::string_view name) {
  std::vector<std::string> texts;
  for (const Value& text : parameters.as_hash().find(name)->as_array()) texts.push_back(values::to_string(text));
  return texts;
}

std::uint64_t compiled_us(Instant now) {
  return static_cast<std::uint64_t>(std::chrono::microseconds(now.time_since_epoch()).count());
}

}  // namespace

MemberNode::MemberNode(World& world, Network& network, FakeGalera& galera, std::shared_ptr<const engine::Program> program,
                       std::size_t index, bool refreshes)
    : world_(world),
      network_(network),
      galera_(galera),
      program_(std::move(program)),
      index_(index),
      name_("db" + std::to_string(index + 1)),
      refreshes_(refreshes) {}

template <class F>
auto MemberNode::of_this_run(F&& body) {
  return [this, run = run_, body = std::forward<F>(body)](auto&&... arguments) {
    if (run == run_) body(std::forward<decltype(arguments)>(arguments)...);
  };
}

agent::SessionSetup MemberNode::setup() {
  agent::SessionSetup setup;
  setup.process.plan = "galera::host";
  setup.process.identity = {name_ + ".example.com", "Galera::Host[cluster_member]"};
  setup.process.title = "cluster_member";
  setup.process.parameters = HashBuilder()
                                 .set("cluster", Value::string("cluster_1"))
                                 .set("host", Value::string(name_ + ".example.com"))
                                 .set("address", Value::string(FakeGalera::address(index_)))
                                 .build();
  setup.program = program_;
  setup.cluster = "cluster_1";
  setup.admission = FakeAdmissions::write(setup.process.identity, setup.cluster, compiled_us(world_.now()));
  setup.random = [this] { return world_.random(); };
  return setup;
}

// ---------------------------------------------------------------------------------------------- the run

void MemberNode::run_agent() {
  if (!up_ || in_run()) return;
  ++run_;
  ++runs_;
  note("agent run");
  auto opened = agent::Session::open(setup(), disk_ ? std::optional<std::string_view>(*disk_) : std::nullopt, world_.now());
  if (!opened) throw Bug(opened.error().message);
  session_ = std::move(*opened);
  waiting_phase_ = applying_ = false;
  changes_of_run_ = 0;
  timer_.reset();
  session_->start(world_.now());
  pump();
  install();
}

void MemberNode::install() {
  if (galera_.installed(index_)) {
    world_.after(world_.between(milliseconds(500), seconds(2)), of_this_run([this] { install_done(); }));
    return;
  }
  world_.after(world_.between(seconds(1), seconds(8)), of_this_run([this] {
    galera_.install(index_);
    ++changes_of_run_;
    install_done();
  }));
}

// The rest of the catalog: the service is stopped unless the plan took it over, the event is posted if it is wanted,
// what the plan put in place earlier is put there again.
void MemberNode::install_done() {
  if (!acted_ && galera_.running(index_)) galera_.stop(index_);
  if (session_->wants_event("install_complete")) {
    session_->event("install_complete", {}, "Event[install_complete]", world_.now());
    ++changes_of_run_;
  }
  if (refreshes_ && world_.chance(10)) {
    note("the service is refreshed");
    session_->event("service_refreshed", {}, "Event[service_refreshed]", world_.now());
    ++changes_of_run_;
  }
  for (const auto& desired : session_->report(world_.now()).desired) {
    const auto& resource = desired.as_resource();
    if (resource.type == "File" && galera_.configure(index_, text_of(resource.parameters, "content"))) ++changes_of_run_;
  }
  engine::CatalogDone done;
  done.run = run_name();
  session_->catalog_done(std::move(done), world_.now());
  waiting_phase_ = true;
  deadline_ = world_.now() + kWait;
  world_.after(kWait, of_this_run([this] { pump(); }));
  pump();
}

void MemberNode::wait() {
  if (applying_) return;
  if (const auto batch = session_->next_batch()) {
    applying_ = true;
    acted_ = true;
    apply(*batch, 0, {});
  } else if (session_->ended()) {
    end_run("ended");
  } else if (session_->settled(world_.now())) {
    end_run("settled");
  } else if (world_.now() >= deadline_) {
    end_run("time is over");
  }
}

void MemberNode::end_run(const std::string& why) {
  const auto report = session_->report(world_.now());
  settled_ = report.settled;
  waiting_.clear();
  for (const auto& waiting : report.waiting) {
    waiting_ += waiting.action + ": " + waiting.text() + "; ";
    if (!tells_how_to_go_on(waiting)) world_.wrong(name_, "L3: waits without a word of risk or what to do: " + waiting.text());
  }
  for (const auto& letter : report.dead_letters) {
    world_.wrong(name_, "dead letter in " + letter.action + ": " + letter.message);
  }
  for (const auto& warning : report.warnings) world_.wrong(name_, warning);
  note("run ends: " + why + (waiting_.empty() ? "" : ", waiting for " + waiting_));
  changes_ = changes_of_run_;
  session_->end_run(world_.now());
  if (const auto last = session_->to_persist()) disk_ = last->text;
  session_.reset();
  writing_.reset();
  ++run_;
}

void MemberNode::crash(std::optional<milliseconds> off) {
  if (!up_) return;
  galera_.crash(index_);
  up_ = false;
  // A write that was under way may have taken place or not.
  if (writing_ && world_.chance(50)) disk_ = *writing_;
  writing_.reset();
  session_.reset();
  ++run_;
  const milliseconds longest = world_.chance(80) ? seconds(30) : seconds(300);
  const milliseconds usual = world_.between(milliseconds(500), longest);
  world_.after(off.value_or(usual), [this] {
    up_ = true;
    note("boots");
    galera_.boot(index_);
    world_.after(world_.between(seconds(1), seconds(20)), [this] { run_agent(); });
  });
}

void MemberNode::lose_disk() {
  disk_.reset();
  acted_ = false;
  galera_.lose_disk(index_);
}

void MemberNode::reboot() {
  if (!up_) return;
  galera_.stop(index_);
  crash();
}

// ---------------------------------------------------------------------------------------------- the runner's part

void MemberNode::pump() {
  session_->tick(world_.now());
  if (const auto aside = session_->take_set_aside()) world_.wrong(name_, "state set aside: " + aside->reason.message);
  persist();
  while (const auto exchange = session_->next_exchange(world_.now())) call(*exchange);
  if (waiting_phase_) wait();
  if (session_) set_timer();
}

void MemberNode::persist() {
  if (writing_) return;
  auto state = session_->to_persist();
  if (!state) return;
  writing_ = state->text;
  world_.after(world_.between(milliseconds(1), milliseconds(15)), of_this_run([this, version = state->version] {
    disk_ = *std::exchange(writing_, std::nullopt);
    session_->persisted(version);
    pump();
  }));
}

void MemberNode::call(const agent::Exchange& exchange) {
  network_.call({name_ + ".example.com", "Galera::Host[cluster_member]"}, exchange,
                of_this_run([this, id = exchange.id](const std::optional<agent::Answer>& answer) {
                  if (answer) {
                    session_->answered(id, *answer, world_.now());
                  } else {
                    session_->failed(id, {"transport.broken", "the connection broke", ""}, world_.now());
                  }
                  pump();
                }));
}

void MemberNode::set_timer() {
  const auto wakeup = session_->next_wakeup(world_.now());
  if (!wakeup || (timer_ && *timer_ <= *wakeup && *timer_ > world_.now())) return;
  timer_ = wakeup;
  world_.after(std::max<milliseconds>(*wakeup - world_.now(), milliseconds(1)), of_this_run([this] { pump(); }));
}

// ---------------------------------------------------------------------------------------------- resources

void MemberNode::apply(const agent::Batch& batch, std::size_t next, std::vector<engine::ResourceResult> results) {
  if (next == batch.resources.size()) {
    applying_ = false;
    session_->synced(batch.id, std::move(results), world_.now());
    pump();
    return;
  }
  const auto& resource = batch.resources[next].as_resource();
  const std::string reference = resource.type + "[" + resource.title + "]";
  note("applies " + reference);
  world_.after(world_.between(milliseconds(10), milliseconds(80)), of_this_run([=, this] {
    apply_one(batch.resources[next].as_resource(), of_this_run([=, this](const Value& data, bool changed) {
      auto all = results;
      engine::ResourceResult result;
      result.reference = reference;
      result.changed = changed;
      result.data = data;
      all.push_back(std::move(result));
      if (changed) ++changes_of_run_;
      apply(batch, next + 1, std::move(all));
    }));
  }));
}

void MemberNode::apply_one(const values::ResourceObject& resource, FakeGalera::Done done) {
  if (resource.type == "File") {
    done({}, galera_.configure(index_, text_of(resource.parameters, "content")));
  } else if (resource.type == "Galera_observe") {
    const bool held = text_of(resource.parameters, "hold") == "true" && galera_.hold(index_);
    done(galera_.observe(index_, run_name()), held);
  } else if (resource.type == "Galera_bootstrap") {
    galera_.bootstrap(index_,
                      {text_of(resource.parameters, "grant"), text_of(resource.parameters, "boot_id"),
                       text_of(resource.parameters, "nonce") == run_name(), text_of(resource.parameters, "new_history") == "true",
                       texts_of(resource.parameters, "peers")},
                      std::move(done));
  } else if (resource.type == "Galera_certificate") {
    done({}, false);
  } else if (resource.type == "Galera_member") {
    galera_.join(index_, text_of(resource.parameters, "restart") == "true", std::move(done));
  } else {
    throw Bug("the simulator knows no resource type " + resource.type);
  }
}

}  // namespace plan::simulator
