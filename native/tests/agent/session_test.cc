#include "agent/session.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/service.h"
#include "orchestrator/store/memory.h"
#include "tests/agent/demo.h"

namespace plan::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// A member and a real orchestrator service, with neither network nor disk between them.
class SessionTest : public testing::Test {
 protected:
  SessionTest() { start_service(); }

  void start_service() {
    service_ = std::move(orchestrator::Service::open(store_, {.certname = "puppet.example.com"})).value();
    declare("cluster_1");
  }
  void declare(const std::string& title) {
    const orchestrator::Declaration declaration{"Demo::Cluster[" + title + "]", title, "demo::cluster",
                                                boost::json::object(), write_bundle(test::demo_bundle("demo::cluster")),
                                                "test"};
    for (const auto& refusal : service_->configure({declaration}, now_)) ADD_FAILURE() << refusal.error.message;
  }
  SessionSetup setup(const std::string& extra = "") {
    SessionSetup setup;
    setup.process.plan = "demo::member";
    setup.process.identity = member_;
    setup.process.title = "m";
    setup.process.parameters = values::HashBuilder().set("cluster", values::Value::string(cluster_)).build();
    setup.program = test::demo_program("demo::member", extra);
    setup.cluster = cluster_;
    setup.random = [this] { return ++random_; };
    return setup;
  }
  std::unique_ptr<Session> open(SessionSetup given) {
    auto session = Session::open(std::move(given), disk_ ? std::optional<std::string_view>(*disk_) : std::nullopt, now_);
    if (!session) throw std::runtime_error(session.error().message);
    return std::move(*session);
  }
  std::unique_ptr<Session> run() {
    auto session = open(setup());
    session->start(now_);
    return session;
  }
  void persist(Session& session) {
    if (const auto persist = session.to_persist()) {
      disk_ = persist->text;
      session.persisted(persist->version);
    }
  }
  Answer ask(const Exchange& exchange) const {
    const auto staged = service_->receive(member_.certname, member_, exchange.body, now_);
    if (!staged) return {409, protocol::write(service_->error_reply(staged.error()))};
    EXPECT_TRUE(service_->commit().ok());
    return {200, protocol::write(service_->reply(staged->key, staged->incarnation).value())};
  }
  // Persists and talks until nothing but a held poll is left to do.
  void talk(Session& session) {
    for (int rounds = 0; rounds < 50; ++rounds) {
      persist(session);
      const auto exchange = session.next_exchange(now_);
      if (!exchange) return;
      if (exchange->wait == milliseconds(0)) {
        session.answered(exchange->id, ask(*exchange), now_);
      } else {
        const Answer answer = ask(*exchange);
        if (protocol::read_reply(answer.body, member_).value().messages.empty()) {
          poll_ = *exchange;
          return;
        }
        session.answered(exchange->id, answer, now_);
      }
    }
    FAIL() << "no end of talking";
  }
  // What was held is answered, as the orchestrator does when it gets something to say.
  void release_poll(Session& session) {
    if (!poll_) return;
    const Exchange poll = *std::exchange(poll_, std::nullopt);
    session.answered(poll.id, ask(poll), now_);
    talk(session);
  }
  void apply(Session& session, bool failed = false) {
    const auto batch = session.next_batch();
    ASSERT_TRUE(batch);
    const auto& resource = batch->resources.front().as_resource();
    engine::ResourceResult result;
    result.reference = resource.type + "[" + resource.title + "]";
    result.changed = true;
    result.failed = failed;
    session.synced(batch->id, {result}, now_);
    talk(session);
    release_poll(session);
  }
  // A whole first run.
  void join() {
    auto session = run();
    talk(*session);
    release_poll(*session);
    apply(*session);
    session->event("installed", {}, "Event[installed]", now_);
    session->catalog_done({}, now_);
    talk(*session);
    release_poll(*session);
    ASSERT_TRUE(session->settled(now_));
    session->end_run(now_);
    persist(*session);
  }
  std::string heard() const { return boost::json::serialize(service_->describe("cluster_1")); }

  values::ProcessIdentity member_{"db1.example.com", "Demo::Member[m]"};
  std::string cluster_ = "cluster_1";
  Instant now_{seconds(1'000'000)};
  std::uint64_t random_ = 0;
  orchestrator::MemoryStore store_{{"0123456789abcdef0123456789abcdef", 1}};
  std::unique_ptr<orchestrator::Service> service_;
  std::optional<std::string> disk_;
  std::optional<Exchange> poll_;
};

TEST_F(SessionTest, S13_NothingIsSentBeforeTheStateIsDurable) {
  auto session = run();
  EXPECT_FALSE(session->next_exchange(now_));
  const auto persist = session->to_persist();
  ASSERT_TRUE(persist);
  session->persisted(persist->version);
  EXPECT_FALSE(session->to_persist());
  EXPECT_TRUE(session->next_exchange(now_));
}

TEST_F(SessionTest, S13_NoBatchIsHandedOutBeforeTheStateIsDurable) {
  auto session = run();
  persist(*session);
  const auto join = session->next_exchange(now_);
  ASSERT_TRUE(join);
  session->answered(join->id, ask(*join), now_);
  EXPECT_FALSE(session->next_batch());
  EXPECT_FALSE(session->next_exchange(now_)) << "an acknowledgement before the message is durable";
  talk(*session);
  EXPECT_TRUE(session->next_batch());
}

TEST_F(SessionTest, ARunFromJoinToSettled) {
  auto session = run();
  EXPECT_FALSE(session->report(now_).accepted);
  talk(*session);
  release_poll(*session);
  EXPECT_TRUE(session->report(now_).accepted);
  EXPECT_TRUE(session->wants_event("installed"));
  EXPECT_FALSE(session->wants_event("other"));
  const auto batch = session->next_batch();
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->resources.size(), 1U);
  EXPECT_EQ(batch->resources[0].as_resource().type, "File");
  EXPECT_EQ(batch->resources[0].as_resource().title, "/tmp/demo");
  EXPECT_EQ(session->next_batch()->id, batch->id) << "given until it is synced";
  apply(*session);
  EXPECT_FALSE(session->next_batch());
  EXPECT_THAT(heard(), HasSubstr("applied 1"));

  session->catalog_done({}, now_);
  talk(*session);
  release_poll(*session);
  EXPECT_FALSE(session->settled(now_));
  const auto waiting = session->report(now_).waiting;
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_THAT(waiting[0].text(), HasSubstr("the cluster"));

  session->event("installed", {}, "Event[installed]", now_);
  EXPECT_FALSE(session->settled(now_));
  talk(*session);
  release_poll(*session);
  EXPECT_TRUE(session->settled(now_));
  EXPECT_TRUE(session->report(now_).waiting.empty());
}

TEST_F(SessionTest, ASecondRunHasNothingToDo) {
  join();
  auto session = run();
  talk(*session);
  EXPECT_FALSE(session->next_batch());
  EXPECT_TRUE(session->report(now_).accepted);
  EXPECT_TRUE(session->report(now_).warnings.empty());
  session->catalog_done({}, now_);
  EXPECT_FALSE(session->settled(now_)) << "the first exchange after the catalog is in flight";
}

TEST_F(SessionTest, AnUnsyncedBatchIsOfferedAgainInTheNextRun) {
  {
    auto session = run();
    talk(*session);
    release_poll(*session);
    ASSERT_TRUE(session->next_batch());
  }   // killed while it was applied
  auto session = run();
  talk(*session);
  release_poll(*session);
  ASSERT_TRUE(session->next_batch());
  apply(*session);
  EXPECT_THAT(heard(), HasSubstr("applied 1"));
}

TEST_F(SessionTest, S14_WhatWasNotDurableIsReceivedAgain) {
  {
    auto session = run();
    persist(*session);
    const auto join = session->next_exchange(now_);
    session->answered(join->id, ask(*join), now_);
  }   // killed before the state was written
  auto session = run();
  talk(*session);
  release_poll(*session);
  EXPECT_TRUE(session->report(now_).accepted);
  EXPECT_TRUE(session->next_batch());
  EXPECT_EQ(service_->counters().duplicates, 1U);
}

TEST_F(SessionTest, ADamagedStateIsSetAsideAndTheProcessBeginsAnew) {
  join();
  const std::string incarnation = open(setup())->conversation().incarnation();
  for (const std::string& damage : {std::string("{"), std::string("null"), disk_->substr(0, disk_->size() / 2)}) {
    disk_ = damage;
    auto session = open(setup());
    session->start(now_);
    const auto aside = session->take_set_aside();
    ASSERT_TRUE(aside);
    EXPECT_EQ(aside->suffix, "damaged");
    EXPECT_FALSE(session->take_set_aside());
    EXPECT_NE(session->conversation().incarnation(), incarnation);
    EXPECT_THAT(session->report(now_).warnings, testing::ElementsAre(HasSubstr("set aside")));
  }
}

TEST_F(SessionTest, TheStateOfAnotherNodeIsNotTaken) {
  join();
  member_.certname = "db2.example.com";
  auto session = run();
  EXPECT_TRUE(session->take_set_aside());
  EXPECT_FALSE(session->report(now_).accepted);
}

TEST_F(SessionTest, AWrongParameterIsAnErrorAndTheStateStays) {
  join();
  SessionSetup wrong = setup();
  wrong.process.parameters = values::HashBuilder().set("cluster", values::Value::integer(1)).build();
  const auto session = Session::open(std::move(wrong), *disk_, now_);
  ASSERT_FALSE(session.ok());
  EXPECT_THAT(session.error().message, HasSubstr("cluster"));
}

TEST_F(SessionTest, AnotherVersionOfThePlanGoesOn) {
  join();
  auto session = open(setup("\n  Integer $more = 7\n  input String extra\n  action take { $x <- extra  $more = 8 }\n"));
  session->start(now_);
  EXPECT_FALSE(session->take_set_aside());
  talk(*session);
  EXPECT_TRUE(session->report(now_).accepted);
  EXPECT_FALSE(session->next_batch());
  EXPECT_THAT(boost::json::serialize(session->engine().describe()), HasSubstr("more"));
}

TEST_F(SessionTest, S15_ARestoredImageTakesANewIncarnation) {
  {
    auto session = run();
    persist(*session);
    const auto join = session->next_exchange(now_);
    session->answered(join->id, ask(*join), now_);
    persist(*session);
  }
  const std::string image = *disk_;
  {
    auto session = run();
    talk(*session);
    release_poll(*session);
    apply(*session);                                  // reports: message 2
    session->event("installed", {}, "e", now_);       // message 3
    talk(*session);
  }
  disk_ = image;
  auto session = run();
  const std::string before = session->conversation().incarnation();
  session->event("installed", {}, "e", now_);         // message 2, again, with another content
  talk(*session);
  now_ += seconds(1);
  talk(*session);
  EXPECT_NE(session->conversation().incarnation(), before);
  EXPECT_THAT(session->report(now_).warnings, testing::ElementsAre(HasSubstr("begins anew")));
  EXPECT_EQ(session->take_set_aside()->suffix, "replaced");
  EXPECT_TRUE(session->report(now_).accepted) << "it orchestrates anew";
}

TEST_F(SessionTest, AnUnknownClusterIsToldAndTriedAgain) {
  cluster_ = "clutser_1";
  auto session = run();
  session->catalog_done({}, now_);
  talk(*session);
  EXPECT_FALSE(session->settled(now_));
  EXPECT_EQ(session->report(now_).connection.error.code, "unknown_cluster");
  EXPECT_THAT(session->report(now_).connection.clusters, testing::ElementsAre("cluster_1"));
  now_ = *session->next_wakeup(now_);
  EXPECT_TRUE(session->next_exchange(now_));
  // The manifest is mended: the next run asks for the right one.
  session->end_run(now_);
  persist(*session);
  cluster_ = "cluster_1";
  auto next = run();
  talk(*next);
  release_poll(*next);
  EXPECT_TRUE(next->report(now_).accepted) << next->report(now_).connection.error.message << *disk_;
}

TEST_F(SessionTest, AMemberStaysInItsCluster) {
  join();
  cluster_ = "cluster_2";
  auto session = run();
  EXPECT_EQ(session->conversation().cluster(), "cluster_1");
  EXPECT_THAT(session->report(now_).warnings, testing::ElementsAre(HasSubstr("cluster_2")));
}

// The orchestrator is down from the start of the run; how long until the process is settled?
std::optional<milliseconds> settles(Session& session, Instant begin, milliseconds limit) {
  for (Instant now = begin; now - begin < limit;) {
    if (const auto persist = session.to_persist()) session.persisted(persist->version);
    while (const auto exchange = session.next_exchange(now)) {
      session.failed(exchange->id, {"transport.refused", "nobody listens", ""}, now);
    }
    if (session.settled(now)) return now - begin;
    const auto wakeup = session.next_wakeup(now);
    if (!wakeup) return std::nullopt;
    now = *wakeup;
    session.tick(now);
  }
  return std::nullopt;
}

TEST_F(SessionTest, WithoutOrchestratorAMemberSettlesAfterSomeSeconds) {
  join();
  auto session = run();
  session->catalog_done({}, now_);
  const auto time = settles(*session, now_, seconds(100));
  ASSERT_TRUE(time);
  EXPECT_GE(*time, seconds(5));
  EXPECT_LE(*time, seconds(12));
  EXPECT_EQ(session->report(now_).connection.state, Connection::State::failed);
}

TEST_F(SessionTest, WithoutOrchestratorOneThatWasNeverAcceptedDoesNotSettle) {
  auto session = run();
  session->catalog_done({}, now_);
  EXPECT_EQ(settles(*session, now_, seconds(100)), std::nullopt);
  EXPECT_EQ(session->report(now_).connection.error.code, "transport.refused");
}

// Of an action that awaits what only an event of the catalog brings: it can no longer come, and the run ends.
TEST_F(SessionTest, WhatOnlyAnEventWouldBringIsNotWaitedForAfterTheCatalog) {
  join();
  const std::string extra = R"(
    Boolean $ready = false
    action get_ready { $e <- events where $e.message == 'ready'  $ready = true }
    action act { _ <- main::catalog_done  _ <- $cluster where $ready awaiting 'the event ready'  $applied = 0 })";
  auto session = open(setup(extra));
  session->start(now_);
  session->catalog_done({}, now_);
  EXPECT_FALSE(session->settled(now_)) << "the orchestrator may have something to say";
  talk(*session);
  EXPECT_TRUE(session->settled(now_));
  ASSERT_EQ(session->report(now_).waiting.size(), 1U) << "and it is told";
  EXPECT_EQ(session->report(now_).waiting[0].text(), "the event ready");
}

TEST_F(SessionTest, ANoopRunSaysAndWritesNothing) {
  SessionSetup noop = setup();
  noop.noop = true;
  auto session = open(std::move(noop));
  session->start(now_);
  session->catalog_done({}, now_);
  EXPECT_FALSE(session->to_persist());
  EXPECT_FALSE(session->next_exchange(now_));
  EXPECT_FALSE(session->next_batch());
  EXPECT_TRUE(session->settled(now_));
}

TEST_F(SessionTest, ResultsThatNobodyWaitsForAreAWarning) {
  auto session = run();
  session->synced(77, {}, now_);
  EXPECT_THAT(session->report(now_).warnings, testing::ElementsAre(HasSubstr("batch 77")));
}

}  // namespace
}  // namespace plan::agent
