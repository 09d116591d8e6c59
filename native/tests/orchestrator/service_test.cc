// The service over a store in memory, with the real engine. A "crash" is a new Service over the same store.
#include "orchestrator/service.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/store/memory.h"
#include "tests/orchestrator/desk.h"

namespace plan::orchestrator {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class MemoryWitness final : public Witness {
 public:
  bool knows(std::string_view resource) const override { return known_.contains(resource); }
  std::uint64_t epoch() const override { return epoch_; }
  Status remember_epoch(std::uint64_t epoch) override {
    if (problem) return *problem;
    epoch_ = epoch;
    return Done{};
  }
  Status remember(std::string_view resource) override {
    if (problem) return *problem;
    known_.emplace(resource);
    return Done{};
  }
  std::optional<Error> problem;   // the fault to be injected

 private:
  std::uint64_t epoch_ = 0;
  std::set<std::string, std::less<>> known_;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    options_.certname = "orchestrator";
    options_.log = [this](const LogRecord& record) {
      log_.push_back(record.message);
      if (!record.event.empty()) {
        audit_.push_back(record.event + " " + record.certname + " " + record.resource + " " + record.cluster + " " +
                         record.code);
      }
    };
    restart();
    EXPECT_THAT(configure({desk_declaration()}), IsEmpty());
  }

  // What is not committed is lost.
  void restart() {
    service_.reset();
    auto opened = Service::open(store_, options_);
    PLAN_ASSERT(opened.ok());
    service_ = std::move(opened).value();
  }
  void crash() {
    restart();
    EXPECT_THAT(configure({desk_declaration()}), IsEmpty());
  }
  std::vector<std::string> configure(const std::vector<Declaration>& declarations) {
    std::vector<std::string> codes;
    for (const auto& refusal : service_->configure(declarations, at(0))) codes.push_back(refusal.error.code);
    PLAN_ASSERT(service_->commit().ok());
    return codes;
  }
  static Instant at(int second) { return Instant(seconds(1'000'000'000 + second)); }
  std::string exchange(Member& member, int second = 0) { return member.exchange(*service_, at(second)); }

  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 5}};
  ServiceOptions options_;
  std::vector<std::string> log_, audit_;
  std::unique_ptr<Service> service_;
  Member db1_{"db1"};
  Member db2_{"db2", 'b'};
};

// ------------------------------------------------------------------------------------------------ the usual way

TEST_F(ServiceTest, AMemberJoinsAndIsAnswered) {
  db1_.join();
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_TRUE(db1_.accepted());
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
  EXPECT_THAT(db1_.outbox.pending(), IsEmpty());
  EXPECT_EQ(db1_.epoch, 6U);   // each start takes the store over
}

TEST_F(ServiceTest, EachMemberGetsItsOwnMessages) {
  db1_.join();
  db2_.join();
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_EQ(exchange(db2_), "");
  db1_.ask("x");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_EQ(exchange(db2_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 3));
  EXPECT_THAT(db2_.tickets(), ElementsAre(2));
}

TEST_F(ServiceTest, S13_WhatIsUndeliveredComesAgainUntilItIsAcknowledged) {
  db1_.join();
  const auto first = service_->exchange("db1", db1_.identity(), db1_.request(), at(0));   // the reply is lost
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->messages, SizeIs(2));
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
  EXPECT_TRUE(service_->receivable(db1_.key()));
  EXPECT_EQ(exchange(db1_), "");                       // acknowledges
  EXPECT_FALSE(service_->receivable(db1_.key()));
}

TEST_F(ServiceTest, S14_ARepeatedCallHasNoEffect) {
  db1_.join();
  const auto request = db1_.request();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(service_->exchange("db1", db1_.identity(), request, at(i)).ok());
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
  EXPECT_EQ(service_->counters().duplicates, 3U);
}

TEST_F(ServiceTest, S13_NothingIsSeenBeforeItIsCommitted) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  db1_.ask("x");
  const auto staged = service_->receive("db1", db1_.identity(), db1_.request(), at(1));
  ASSERT_TRUE(staged.ok());
  const auto before = service_->reply(staged->key, staged->incarnation);
  ASSERT_TRUE(before.ok());
  EXPECT_EQ(before->acknowledged, 1U);
  EXPECT_THAT(before->messages, IsEmpty());
  const auto committed = service_->commit();
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(committed->receivable, ElementsAre(db1_.key()));
  EXPECT_EQ(service_->reply(staged->key, staged->incarnation)->acknowledged, 2U);
}

TEST_F(ServiceTest, OneCommitCarriesManyExchanges) {
  db1_.join();
  db2_.join();
  const auto before = store_.commits();
  ASSERT_TRUE(service_->receive("db1", db1_.identity(), db1_.request(), at(0)).ok());
  ASSERT_TRUE(service_->receive("db2", db2_.identity(), db2_.request(), at(0)).ok());
  const auto committed = service_->commit();
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(committed->receivable, SizeIs(2));
  EXPECT_EQ(store_.commits(), before + 1);
}

TEST_F(ServiceTest, ACallThatOnlyWaitsWritesNothing) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const auto before = store_.commits();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(exchange(db1_), "");
  EXPECT_EQ(store_.commits(), before);
}

TEST_F(ServiceTest, WhatThePlanRefusesComesBackAsADeadLetter) {
  db1_.join();
  db1_.send("asks", values::Value::integer(5));
  db1_.send("nothing", values::Value::integer(5));
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_EQ(db1_.dead_letters(), 2U);
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
}

TEST_F(ServiceTest, TimePassesByTicksAndFiresWhatWaitedForIt) {
  db1_.join();
  db1_.send("delayed", values::Value::string("later"));
  ASSERT_EQ(exchange(db1_, 0), "");
  ASSERT_TRUE(service_->next_wakeup().has_value());
  EXPECT_EQ(*service_->next_wakeup(), at(10));
  service_->tick(at(9));
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_FALSE(service_->receivable(db1_.key()) && !db1_.accepted());
  service_->tick(at(10));
  EXPECT_THAT(service_->commit()->receivable, ElementsAre(db1_.key()));
  ASSERT_EQ(exchange(db1_, 10), "");
  EXPECT_THAT(db1_.notes(), ElementsAre("later"));
  EXPECT_FALSE(service_->next_wakeup().has_value());
}

TEST_F(ServiceTest, EachProcessIsWokenAtItsOwnTimeAndNoneThatIsNotServed) {
  const std::vector<Declaration> both{desk_declaration("desk_1"), desk_declaration("desk_2")};
  ASSERT_THAT(configure(both), IsEmpty());
  Member other("db3", 'c', "desk_2");
  for (auto* member : {&db1_, &other}) {
    member->join();
    member->send("delayed", values::Value::string("later"));
  }
  ASSERT_EQ(exchange(other, 0), "");
  ASSERT_EQ(exchange(db1_, 5), "");
  EXPECT_EQ(service_->next_wakeup(), at(10));
  service_->tick(at(10));
  ASSERT_EQ(exchange(other, 10), "");
  EXPECT_THAT(other.notes(), ElementsAre("later"));
  EXPECT_EQ(service_->next_wakeup(), at(15));
  ASSERT_THAT(configure({both[1]}), IsEmpty());
  EXPECT_EQ(service_->next_wakeup(), std::nullopt);
  service_->tick(at(15));
  ASSERT_THAT(configure(both), IsEmpty());
  EXPECT_EQ(service_->next_wakeup(), std::nullopt);   // it was woken late
  ASSERT_EQ(exchange(db1_, 16), "");
  EXPECT_THAT(db1_.notes(), ElementsAre("later"));
}

TEST_F(ServiceTest, AClusterIsKnownByTheTitleItHasNowAndUnderNoOther) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  Declaration renamed = desk_declaration();
  renamed.title = "desk_of_old";
  ASSERT_THAT(configure({renamed}), IsEmpty());
  EXPECT_THAT(service_->titles(), ElementsAre("desk_of_old"));
  EXPECT_TRUE(service_->describe("desk_1").is_null());
  db1_.ask("more");
  EXPECT_EQ(exchange(db1_), "unknown_cluster");
  db1_.cluster = "desk_of_old";
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2));
}

// ------------------------------------------------------------------------------------------------ what is refused

TEST_F(ServiceTest, AnotherCertificateThanThePathIsRefused) {
  db1_.join();
  const auto reply = service_->exchange("db2", db1_.identity(), db1_.request(), at(0));
  EXPECT_EQ(reply.error().code, "wrong_certname");
  EXPECT_THAT(log_, Contains(HasSubstr("db2 Desk::Member[m]: refused: wrong_certname")));
  EXPECT_THAT(audit_, ElementsAre("refused db2 Desk::Member[m] desk_1 wrong_certname"));
}

TEST_F(ServiceTest, TheCertificateIsLookedAtBeforeTheBody) {
  EXPECT_EQ(service_->receive("db2", db1_.identity(), "no json", at(0)).error().code, "wrong_certname");
  EXPECT_EQ(service_->receive("db1", db1_.identity(), "no json", at(0)).error().code, "malformed");
}

TEST_F(ServiceTest, AnUnknownClusterIsToldWhichThereAre) {
  Member lost("db1", 'a', "desk_7");
  lost.join();
  const auto reply = service_->exchange("db1", lost.identity(), lost.request(), at(0));
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, "unknown_cluster");
  EXPECT_THAT(reply.error().help, HasSubstr("desk_1"));
  EXPECT_THAT(service_->error_reply(reply.error()).clusters, ElementsAre("desk_1"));
}

TEST_F(ServiceTest, S15_AMissingMessageIsASequenceGap) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  db1_.ask("lost");
  db1_.ask("kept");
  auto request = db1_.request();
  request.messages.erase(request.messages.begin());
  EXPECT_EQ(service_->exchange("db1", db1_.identity(), request, at(0)).error().code, "sequence_gap");
  EXPECT_EQ(exchange(db1_), "");                       // and the whole of it is taken
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2, 3));
}

TEST_F(ServiceTest, AnAcknowledgementOfWhatWasNeverSentIsASequenceGap) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  db1_.received = 99;
  EXPECT_EQ(exchange(db1_), "sequence_gap");
}

TEST_F(ServiceTest, S15_AnOldSequenceWithAnotherContentIsAConflict) {
  db1_.join();
  db1_.ask("x");
  const auto before = db1_.outbox;
  ASSERT_EQ(exchange(db1_), "");
  // The member's disk is set back to where only the join was in it, and it goes on differently.
  Member restored("db1");
  restored.join();
  restored.ask("something else");
  EXPECT_EQ(exchange(restored), "conflict");
  restored.begin_anew('c');
  restored.join();
  EXPECT_EQ(exchange(restored), "");
}

TEST_F(ServiceTest, ANewIncarnationBeginsAnewAndTheOldOneIsStale) {
  db1_.join();
  const auto lost = service_->exchange("db1", db1_.identity(), db1_.request(), at(0));   // two messages, undelivered
  ASSERT_TRUE(lost.ok());
  Member reinstalled("db1", 'c');
  reinstalled.join();
  EXPECT_EQ(exchange(reinstalled), "");
  EXPECT_THAT(reinstalled.tickets(), ElementsAre(2));
  EXPECT_EQ(exchange(db1_), "stale_incarnation");
  const auto member = service_->describe("desk_1").at("members").at(0);
  EXPECT_EQ(member.at("dropped").to_number<int>(), 2);
  EXPECT_EQ(member.at("former_incarnations").to_number<int>(), 1);
}

TEST_F(ServiceTest, AHeldCallOfAReplacedIncarnationIsTold) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const auto staged = service_->receive("db1", db1_.identity(), db1_.request(), at(0));
  Member reinstalled("db1", 'c');
  reinstalled.join();
  ASSERT_TRUE(service_->receive("db1", reinstalled.identity(), reinstalled.request(), at(0)).ok());
  EXPECT_THAT(service_->commit()->receivable, ElementsAre(db1_.key()));
  EXPECT_EQ(service_->reply(staged->key, staged->incarnation).error().code, "stale_incarnation");
}

TEST_F(ServiceTest, ARefusedRequestHasNoEffect) {
  db1_.join();
  auto request = db1_.request();
  request.messages.front().sequence = 2;
  ASSERT_FALSE(service_->exchange("db1", db1_.identity(), request, at(0)).ok());
  EXPECT_THAT(service_->describe("desk_1").at("members").as_array(), IsEmpty());
}

// ------------------------------------------------------------------------------------------------ crashes

TEST_F(ServiceTest, S13_S14_ACrashAfterTheCommitLosesNothingAndRepeatsNothing) {
  db1_.join();
  const auto lost = service_->exchange("db1", db1_.identity(), db1_.request(), at(0));   // the reply never arrives
  ASSERT_TRUE(lost.ok());
  crash();
  EXPECT_TRUE(service_->receivable(db1_.key()));
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_TRUE(db1_.accepted());
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
  db2_.join();
  EXPECT_EQ(exchange(db2_), "");
  EXPECT_THAT(db2_.tickets(), ElementsAre(2));
}

TEST_F(ServiceTest, S13_ACrashBeforeTheCommitIsAsIfNothingHadHappened) {
  db1_.join();
  ASSERT_TRUE(service_->receive("db1", db1_.identity(), db1_.request(), at(0)).ok());
  crash();
  db2_.join();
  EXPECT_EQ(exchange(db2_), "");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db2_.tickets(), ElementsAre(1));
  EXPECT_THAT(db1_.tickets(), ElementsAre(2));
}

TEST_F(ServiceTest, S14_ACrashAtAnyCommitOfALongTalkAssignsNothingTwice) {
  for (std::uint64_t at_commit = 0; at_commit < 12; ++at_commit) {
    for (const bool applied : {false, true}) {
      SCOPED_TRACE(std::to_string(at_commit) + (applied ? " applied" : ""));
      MemoryStore store({"0123456789abcdef0123456789abcdef", 5});
      const auto open = [&] {
        auto service = Service::open(store, options_);
        PLAN_ASSERT(service.ok());
        EXPECT_THAT((*service)->configure({desk_declaration()}, at(0)), IsEmpty());
        static_cast<void>((*service)->commit());
        return std::move(service).value();
      };
      store.fail_after(at_commit, Error{"store.io", "power cut"}, applied);
      auto service = open();
      std::vector<Member> members;
      for (const char digit : {'a', 'b', 'c'}) members.emplace_back(std::string("db") + digit, digit);
      for (auto& member : members) {
        member.join();
        member.ask("x");
      }
      for (int round = 0; round < 6; ++round) {
        for (auto& member : members) {
          const std::string code = member.exchange(*service, at(round));
          if (code.empty()) continue;
          ASSERT_EQ(code, "store.io");
          store.repair();
          service = open();
        }
      }
      std::vector<std::int64_t> all;
      for (const auto& member : members) all.insert(all.end(), member.tickets().begin(), member.tickets().end());
      std::sort(all.begin(), all.end());
      EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5, 6));
    }
  }
}

TEST_F(ServiceTest, S21_AfterAFailedCommitNothingMoreIsAcknowledged) {
  db1_.join();
  store_.fail_after(0, Error{"store.io", "the disk is gone"});
  EXPECT_EQ(exchange(db1_), "store.io");
  store_.repair();
  EXPECT_EQ(exchange(db1_), "store.io");
  EXPECT_FALSE(service_->commit().ok());
}

// ------------------------------------------------------------------------------------------------ a full store

const Error kNoRoom{"store.full", "no room"};

TEST_F(ServiceTest, S13_WhatFoundNoRoomIsUndoneAndTakenOnceWhenThereIsRoomAgain) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const Contents before = *store_.load();
  store_.fail_after(0, kNoRoom);
  db1_.ask("x");
  db2_.join();
  EXPECT_EQ(exchange(db1_), "store.full");
  EXPECT_TRUE(service_->full());
  EXPECT_EQ(exchange(db2_), "store_full");               // not even tried
  EXPECT_FALSE(service_->commit().ok());                 // tried, and there is still no room
  EXPECT_EQ(store_.load()->processes, before.processes);
  store_.repair();
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_FALSE(service_->full());
  EXPECT_EQ(exchange(db2_), "");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db2_.tickets(), ElementsAre(2));
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 3));        // once
  EXPECT_THAT(log_, Contains(HasSubstr("the store has room again")));
}

TEST_F(ServiceTest, AFullStoreIsSaidOnceAndNeverAsTheEnd) {
  db1_.join();
  store_.fail_after(0, kNoRoom);
  EXPECT_EQ(exchange(db1_), "store.full");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(service_->commit().ok());
  EXPECT_EQ(std::count_if(log_.begin(), log_.end(), [](const auto& line) { return line.starts_with("no room"); }), 1);
  EXPECT_THAT(log_, Not(Contains(HasSubstr("nothing more is acknowledged"))));
}

TEST_F(ServiceTest, WhileTheStoreIsFullWhatIsCommittedIsReadOn) {
  db1_.join();
  const auto staged = service_->receive("db1", db1_.identity(), db1_.request(), at(0));
  ASSERT_TRUE(staged.ok());
  ASSERT_TRUE(service_->commit().ok());
  store_.fail_after(0, kNoRoom);
  db2_.join();
  EXPECT_EQ(exchange(db2_), "store.full");
  const auto reply = service_->reply(staged->key, staged->incarnation);   // a call that was held
  ASSERT_TRUE(reply.ok());
  EXPECT_THAT(reply->messages, SizeIs(2));
  EXPECT_THAT(service_->titles(), ElementsAre("desk_1"));
  EXPECT_EQ(service_->describe("desk_1").at("members").as_array().size(), 1U);
  EXPECT_EQ(service_->next_wakeup(), std::nullopt);
}

TEST_F(ServiceTest, WhatIsDeclaredWhileTheStoreIsFullIsMadeWhenThereIsRoomAndIsNoLostCluster) {
  MemoryWitness witness;
  options_.witness = &witness;
  crash();
  store_.fail_after(0, kNoRoom);
  EXPECT_THAT(service_->configure({desk_declaration(), desk_declaration("desk_2")}, at(0)), IsEmpty());
  EXPECT_EQ(service_->commit().error().code, "store.full");
  EXPECT_FALSE(witness.knows("Desk::Counter[desk_2]"));
  store_.repair();
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_THAT(service_->titles(), ElementsAre("desk_1", "desk_2"));
  EXPECT_TRUE(witness.knows("Desk::Counter[desk_2]"));
  EXPECT_THAT(log_, Not(Contains(HasSubstr("was declared before"))));
}

TEST_F(ServiceTest, AWitnessWithoutRoomHoldsWhatItHasNotSeenUntilThereIsRoom) {
  MemoryWitness witness;
  options_.witness = &witness;
  witness.problem = kNoRoom;
  restart();
  ASSERT_THAT(service_->configure({desk_declaration()}, at(0)), IsEmpty());
  EXPECT_EQ(service_->commit().error().code, "store.full");
  db1_.join();
  EXPECT_EQ(exchange(db1_), "store_full");
  witness.problem.reset();
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_TRUE(witness.knows(kDesk));
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
}

TEST_F(ServiceTest, S21_AWitnessThatFailsEndsIt) {
  MemoryWitness witness;
  options_.witness = &witness;
  witness.problem = Error{"witness.io", "the disk is gone"};
  restart();
  ASSERT_THAT(service_->configure({desk_declaration()}, at(0)), IsEmpty());
  EXPECT_EQ(service_->commit().error().code, "witness.io");
  db1_.join();
  EXPECT_EQ(exchange(db1_), "witness.io");
}

TEST_F(ServiceTest, S14_AfterACrashANewConversationIsNotTakenForAnOldOne) {
  db1_.join();
  db1_.ask("x");
  ASSERT_EQ(exchange(db1_), "");
  crash();
  db2_.join();
  ASSERT_EQ(exchange(db2_), "");
  const auto receipts = store_.load()->receipts;
  EXPECT_THAT(receipts, SizeIs(3));
  crash();
  db1_.ask("y");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_EQ(exchange(db2_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2, 4));
}

TEST_F(ServiceTest, RowsOfNoConversationAreDamage) {
  Transaction transaction;
  transaction.epoch = store_.load()->epoch;
  transaction.receipts = {{99, 1, 1}};
  ASSERT_TRUE(store_.commit(transaction).ok());
  EXPECT_EQ(Service::open(store_, options_).error().code, "store.damaged");
}

// ------------------------------------------------------------------------------------------------ bounds

TEST_F(ServiceTest, ReceiptsAreBoundedAndStayThroughACrash) {
  options_.receipts_kept = 4;
  crash();
  db1_.join();
  for (int i = 0; i < 20; ++i) {
    db1_.ask(std::to_string(i));
    ASSERT_EQ(exchange(db1_), "");
  }
  EXPECT_THAT(store_.load()->receipts, SizeIs(4));
  crash();
  db1_.ask("more");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), SizeIs(22));
}

TEST_F(ServiceTest, MoreUndeliveredThanAllowedAreDeadLetters) {
  options_.undelivered_limit = 3;
  crash();
  db1_.join();
  for (int i = 0; i < 5; ++i) db1_.ask("x");
  ASSERT_TRUE(service_->exchange("db1", db1_.identity(), db1_.request(), at(0)).ok());
  EXPECT_EQ(service_->counters().undeliverable, 4U);   // accepted and 6 tickets, of which 3 messages fit
  EXPECT_THAT(service_->describe("desk_1").at("dead_letters").as_array(), SizeIs(4));
  EXPECT_THAT(audit_, Contains("dead_letter orchestrator Desk::Counter[desk_1] desk_1 dead_letter"));
}

// ------------------------------------------------------------------------------------------------ epochs

TEST_F(ServiceTest, S17_AMemberThatKnowsAHigherEpochRaisesOurs) {
  db1_.join();
  db1_.epoch = 77;
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_EQ(service_->epoch(), 78U);
  EXPECT_EQ(db1_.epoch, 78U);
  EXPECT_EQ(store_.load()->epoch, 78U);
  EXPECT_THAT(log_, Contains(HasSubstr("knows epoch 77")));
  db1_.epoch = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(exchange(db1_), "malformed");
}

// A store is set back: another file was put in its place. What it knew then is in `before`.
class SetBackTest : public ServiceTest {
 protected:
  SetBackTest() {
    EXPECT_THAT(configure({told_}), IsEmpty());
    for (Member* member : {&db1_, &db2_}) {
      member->join();
      EXPECT_EQ(exchange(*member), "");
      EXPECT_EQ(exchange(*member), "");
    }
  }
  void set_back(MemoryStore& before) {
    service_.reset();
    auto opened = Service::open(before, options_);
    PLAN_ASSERT(opened.ok());
    service_ = std::move(opened).value();
    EXPECT_THAT(configure({told_}), IsEmpty());
  }
  // What the process was told, as it tells a member.
  std::string told(Member& member) {
    member.send("words", values::Value::string("x"));
    EXPECT_EQ(exchange(member), "");
    return member.notes().empty() ? "" : member.notes().back();
  }

  const Declaration told_ = desk_declaration("desk_1", 1, R"(
    action say { $word from $who <- words  "lost at ${server_facts['memory_lost_at']}" -> $who.note }
    public input String words)");
};

TEST_F(SetBackTest, S19_WhoAcknowledgesWhatTheStoreNeverSentProvesIt) {
  MemoryStore before = store_;
  db1_.ask("x");
  ASSERT_EQ(exchange(db1_), "");
  ASSERT_EQ(exchange(db1_), "");
  set_back(before);
  const Contents untouched = *before.load();
  EXPECT_EQ(exchange(db1_), "sequence_gap");
  EXPECT_EQ(before.load()->epoch, 8U);                               // with the refusal, in one transaction
  EXPECT_EQ(before.load()->declarations[0].facts, R"({"memory_lost_at":8})");
  EXPECT_NE(before.load()->processes, untouched.processes);
  EXPECT_EQ(told(db2_), "lost at 8");
  set_back(before);                                                  // the daemon is started again
  EXPECT_EQ(told(db2_), "lost at 8");
}

TEST_F(SetBackTest, S19_OneLossIsToldOnceHoweverManyMembersProveIt) {
  MemoryStore before = store_;
  for (Member* member : {&db1_, &db2_}) {
    member->ask("x");
    ASSERT_EQ(exchange(*member), "");
    ASSERT_EQ(exchange(*member), "");
  }
  set_back(before);
  EXPECT_EQ(exchange(db1_), "sequence_gap");
  EXPECT_EQ(exchange(db2_), "sequence_gap");
  EXPECT_EQ(service_->epoch(), 8U);
  db1_.begin_anew('c');
  db1_.join();
  EXPECT_EQ(told(db1_), "lost at 8");
  MemoryStore again = before;                                        // and set back once more
  db1_.ask("y");
  ASSERT_EQ(exchange(db1_), "");
  ASSERT_EQ(exchange(db1_), "");
  set_back(again);
  EXPECT_EQ(exchange(db1_), "sequence_gap");
  EXPECT_EQ(service_->epoch(), 10U);
}

TEST_F(SetBackTest, S19_WhoWasAcknowledgedWhatTheStoreDoesNotHaveProvesIt) {
  MemoryStore before = store_;
  db1_.send("words", values::Value::string("x"));
  ASSERT_EQ(exchange(db1_), "");
  set_back(before);
  db1_.received = 2;   // nothing came back yet
  EXPECT_EQ(exchange(db1_), "sequence_gap");
  EXPECT_EQ(told(db2_), "lost at 8");
}

// The new course of events has sent as many messages as the lost one had: the numbers alone would show nothing.
TEST_F(SetBackTest, S19_WhoAcknowledgesMoreThanWasSentBeforeTheStartItHasNotHeardOfProvesIt) {
  MemoryStore before = store_;
  db2_.shout("lost");
  ASSERT_EQ(exchange(db2_), "");
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.notes(), ElementsAre("lost"));
  set_back(before);
  db2_.begin_anew('d');
  db2_.epoch = 0;
  db2_.join();
  db2_.shout("new");
  ASSERT_EQ(exchange(db2_), "");
  EXPECT_EQ(exchange(db1_), "sequence_gap");
}

TEST_F(SetBackTest, S19_AStoreBelowTheEpochOfTheWitnessWasSetBack) {
  MemoryWitness witness;
  options_.witness = &witness;
  crash();
  ASSERT_TRUE(service_->leave().ok());
  MemoryStore before = store_;
  crash();
  ASSERT_TRUE(service_->leave().ok());
  const auto last = witness.epoch();
  set_back(before);
  EXPECT_EQ(service_->epoch(), last + 1);
  EXPECT_THAT(log_, Contains(HasSubstr("it was set back; every process is told")));
  EXPECT_EQ(before.load()->declarations[0].facts, R"({"memory_lost_at":)" + std::to_string(last + 1) + "}");
}

TEST_F(SetBackTest, S19_WhoKnowsAHigherEpochProvesIt) {
  db1_.epoch = 77;
  EXPECT_EQ(told(db1_), "lost at 78");
  EXPECT_EQ(told(db2_), "lost at 78");
}

TEST_F(SetBackTest, S19_AClusterThatIsNotDeclaredJustNowIsToldWhenItIs) {
  EXPECT_THAT(configure({desk_declaration("desk_2")}), IsEmpty());
  Member other("db3", 'd', "desk_2");
  other.epoch = 50;
  other.join();
  ASSERT_EQ(other.exchange(*service_, at(0)), "");
  EXPECT_THAT(configure({told_}), IsEmpty());
  EXPECT_EQ(told(db1_), "lost at 51");
}

TEST_F(ServiceTest, S17_EachWriteChecksTheEpochOfTheStore) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  Transaction takeover;   // by another daemon
  takeover.epoch = 6;
  takeover.new_epoch = 7;
  ASSERT_TRUE(store_.commit(takeover).ok());
  const Contents before = *store_.load();
  db1_.ask("x");
  EXPECT_EQ(exchange(db1_), "store.epoch");
  EXPECT_THAT(service_->configure({desk_declaration("desk_1", 2)}, at(1)), IsEmpty());
  EXPECT_EQ(service_->commit().error().code, "store.epoch");
  const Contents after = *store_.load();
  EXPECT_EQ(after.epoch, 7U);
  EXPECT_EQ(after.processes, before.processes);
  EXPECT_EQ(after.conversations, before.conversations);
  EXPECT_EQ(after.declarations, before.declarations);
}

// ------------------------------------------------------------------------------------------------ declarations

TEST_F(ServiceTest, NewParametersReachTheProcess) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(configure({desk_declaration("desk_1", 100)}), IsEmpty());
  db1_.ask("x");
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 101));
}

TEST_F(ServiceTest, WrongParametersAreRefusedAndTheOldOnesStay) {
  Declaration wrong = desk_declaration();
  wrong.parameters = boost::json::object{{"step", "many"}};
  EXPECT_THAT(configure({wrong}), ElementsAre("declaration.parameter"));
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
  crash();
  EXPECT_EQ(exchange(db1_), "");
}

TEST_F(ServiceTest, ANewVersionOfThePlanGoesOnFromTheState) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const std::string extra = R"(
    public input String doubles
    action double { $word from $who <- doubles  $last = $last + 10  $last -> $who.ticket })";
  EXPECT_THAT(configure({desk_declaration("desk_1", 1, extra)}), IsEmpty());
  db1_.send("doubles", values::Value::string("x"));
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 11));
}

TEST_F(ServiceTest, ABundleThatDoesNotCompileIsRefusedWithItsPlaceAndTheOldOneGoesOn) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const auto refusals = service_->configure({desk_declaration("desk_1", 1, "  action broken { $x <- nowhere }")}, at(0));
  ASSERT_THAT(refusals, SizeIs(1));
  EXPECT_EQ(refusals[0].error.code, "declaration.bundle");
  EXPECT_THAT(refusals[0].error.message, HasSubstr("desk/plans/counter.plan:"));
  EXPECT_THAT(log_, Contains(HasSubstr("nowhere")));
  db1_.ask("x");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2));
  // Also when the daemon starts with it: what the store has of it is served.
  restart();
  EXPECT_THAT(configure({desk_declaration("desk_1", 1, "  action broken { $x <- nowhere }")}),
              ElementsAre("declaration.bundle"));
  db1_.ask("y");
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2, 3));
}

TEST_F(ServiceTest, AClusterNoLongerDeclaredIsKeptAndComesBack) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  ASSERT_EQ(exchange(db1_), "");   // acknowledges
  const auto staged = service_->receive("db1", db1_.identity(), db1_.request(), at(0));
  ASSERT_TRUE(staged.ok());
  ASSERT_TRUE(service_->commit().ok());
  static_cast<void>(service_->configure({desk_declaration("desk_2")}, at(0)));
  EXPECT_THAT(service_->commit()->receivable, Contains(db1_.key()));   // whoever waits must hear of it
  EXPECT_EQ(service_->reply(staged->key, staged->incarnation).error().code, "unknown_cluster");
  EXPECT_EQ(exchange(db1_), "unknown_cluster");
  crash();
  EXPECT_EQ(exchange(db1_), "");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1));
}

TEST_F(ServiceTest, TheSameTitleTwiceIsRefusedAndTheFirstIsServed) {
  Declaration second = desk_declaration();
  second.resource = "Desk::Counter[other]";
  EXPECT_THAT(configure({desk_declaration(), second}), ElementsAre("declaration.duplicate"));
  EXPECT_THAT(service_->titles(), ElementsAre("desk_1"));
}

TEST_F(ServiceTest, AnUnknownPlanIsRefused) {
  Declaration other = desk_declaration("desk_9");
  other.plan = "desk::none";
  EXPECT_THAT(configure({desk_declaration(), other}), ElementsAre("declaration.parameter"));
  EXPECT_THAT(service_->titles(), ElementsAre("desk_1"));
}

TEST_F(ServiceTest, AnUnchangedDeclarationWritesNothing) {
  const auto before = store_.commits();
  EXPECT_THAT(configure({desk_declaration()}), IsEmpty());
  EXPECT_EQ(store_.commits(), before);
}

TEST_F(ServiceTest, S19_AProcessThatTheStoreLostIsToldSo) {
  const std::string extra = R"(
    action say { $word from $who <- words  "${server_facts['memory_lost_at']}" -> $who.note }
    public input String words)";
  MemoryWitness witness;
  options_.witness = &witness;
  for (const auto& [birth, expected] : {std::pair{5U, ""}, std::pair{50U, "51"}}) {
    MemoryStore store({"0123456789abcdef0123456789abcdef", birth});
    for (int starts = 0; starts < 2; ++starts) {   // what was said at its making stays
      auto service = Service::open(store, options_);
      ASSERT_TRUE(service.ok());
      ASSERT_THAT((*service)->configure({desk_declaration("desk_1", 1, extra)}, at(0)), IsEmpty());
      ASSERT_TRUE((*service)->commit().ok());
      Member member("db" + std::to_string(starts));
      member.join();
      member.send("words", values::Value::string("x"));
      ASSERT_EQ(member.exchange(**service, at(0)), "");
      EXPECT_THAT(member.notes(), ElementsAre(expected));
    }
  }
}

TEST(ReadDeclaration, NamesWhatIsWrong) {
  const boost::json::object good{{"resource", "A[b]"}, {"title", "b"}, {"plan", "a"},
                                 {"bundle", boost::json::object()}};
  ASSERT_TRUE(read_declaration(good, "b.json").ok());
  boost::json::object wrong = good;
  wrong.erase("title");
  EXPECT_THAT(read_declaration(wrong, "b.json").error().message, HasSubstr("title: expected a string"));
  wrong = good;
  wrong["paramters"] = boost::json::object();
  EXPECT_THAT(read_declaration(wrong, "b.json").error().message, HasSubstr("unknown key 'paramters'"));
  EXPECT_THAT(read_declaration(wrong, "b.json").error().help, HasSubstr("'parameters'"));
  EXPECT_FALSE(read_declaration(5, "b.json").ok());
}

// ------------------------------------------------------------------------------------------------ for people

TEST_F(ServiceTest, DescribesItsClusters) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  const auto all = service_->describe();
  EXPECT_EQ(all.at("clusters").at(0).at("title").as_string(), "desk_1");
  EXPECT_EQ(all.at("clusters").at(0).at("members").to_number<int>(), 1);
  const auto one = service_->describe("desk_1");
  EXPECT_EQ(one.at("members").at(0).at("certname").as_string(), "db1");
  EXPECT_TRUE(one.at("state").is_object());
  EXPECT_TRUE(service_->describe("none").is_null());
}

TEST_F(ServiceTest, ShowsNoSecrets) {
  ASSERT_THAT(configure({desk_declaration("desk_1", 1, "public input Sensitive secrets")}), IsEmpty());
  db1_.join();
  db1_.send("secrets", values::Value::sensitive(values::Value::string("hunter2")));
  ASSERT_EQ(exchange(db1_), "");
  const std::string shown = boost::json::serialize(service_->describe("desk_1"));
  EXPECT_THAT(shown, HasSubstr("value redacted"));
  EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
  for (const auto& line : log_) EXPECT_THAT(line, Not(HasSubstr("hunter2")));
}

TEST_F(ServiceTest, LogsEachMessageWithItsSender) {
  db1_.join();
  ASSERT_EQ(exchange(db1_), "");
  EXPECT_THAT(log_, Contains("db1 Desk::Member[m]: join to desk_1"));
  EXPECT_THAT(log_, Contains("desk_1: sends send ticket for db1 Desk::Member[m]"));
  EXPECT_THAT(audit_, ElementsAre("received db1 Desk::Member[m] desk_1 ok", "sent db1 Desk::Member[m] desk_1 ok",
                                  "sent db1 Desk::Member[m] desk_1 ok"));
}

}  // namespace
}  // namespace plan::orchestrator
