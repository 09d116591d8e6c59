// After an outage of all members: who may start the cluster again, and what keeps everybody waiting.
#include "outage_room.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Outage, S4_TheOneWithTheNewestDataStartsTheClusterAgain) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db2"));
  EXPECT_TRUE(emitted("db1", "Galera_member"));
  EXPECT_TRUE(emitted("db3", "Galera_member"));
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("grants"), "2");
  EXPECT_EQ(cluster.variable("round"), "1");
  for (auto& [name, member] : members) {
    EXPECT_THAT(member->letters(), IsEmpty()) << name;
    EXPECT_THAT(member->engine().waiting(), IsEmpty()) << name;
  }
  EXPECT_THAT(cluster.letters(), IsEmpty());
}

TEST_F(Outage, OfEqualOnesThatOfTheLowestRole) {
  for (const char* name : {"db3", "db2", "db1"}) comes_back(name, kOne, 105);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db1"));
}

TEST_F(Outage, S3_NobodyStopsNorStartsWhileOneWasPrimaryWhenItLastSpoke) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("round"), "0");
  ASSERT_THAT(members.at("db1")->engine().waiting(), testing::SizeIs(1));
  EXPECT_THAT(members.at("db1")->engine().waiting()[0].text(),
              HasSubstr("a member of cluster 'c' that is Primary, to join it; Primary when they last spoke: db3"));
}

TEST_F(Outage, S4_WhoHasNotHeldForThisRoundIsWaitedForByName) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  looks("db3", kOne, 107);
  apply("db1");
  apply("db2");
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(cluster.states(), ElementsAre("stopped"));
  EXPECT_THAT(waits_for(), HasSubstr("db3 to stop and to say what data it has, since no member of cluster 'c' is Primary"));
}

TEST_F(Outage, S4_WhoDoesNotKnowItsPositionIsWaitedForByName) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, -1);
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("a position of db2, which had data of cluster 'c'"));
}

TEST_F(Outage, S4_WhoLostItsDataIsWaitedForByName) {
  comes_back("db1", kOne, 105);
  comes_back("db2", "", -1);
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("a position of db2"));
}

TEST_F(Outage, S5_DataOlderThanWhatWasThereOnceIsNotStartedWith) {
  for (const char* name : {"db1", "db2", "db3"}) comes_back(name, kOne, 99);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("data up to position 100 of " + std::string(kOne) + ", which was there once; the newest now is 99 on db1"));
}

TEST_F(Outage, S6_TwoHistoriesAreTold) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOther, 300);
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("one history: db1 has " + std::string(kOne) + ", db2 has " + kOther + ", db3 has " + kOne));
}

TEST_F(Outage, S6_AnInterruptedTransferIsNoCandidateAndNoObstacle) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 300, R"(, "transfer_interrupted": true)");
  databases["db2"].more += data("", -1);
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty()) << "300 was heard of";
  EXPECT_THAT(waits_for(), HasSubstr("data up to position 300"));
}

TEST_F(Outage, S6_WhoseTransferWasInterruptedJoinsTheOthers) {
  comes_back("db1", kOne, 105);
  comes_back("db2", "", -1, R"(, "transfer_interrupted": true)");
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db3"));
  EXPECT_TRUE(emitted("db2", "Galera_member"));
}

TEST_F(Outage, S9_WhoIsPrimaryAfterAllEndsTheRound) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  looks("db3", kOne, 107);
  databases["db3"] = {true, true, data(kOne, 107)};
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_TRUE(emitted("db1", "Galera_member"));
  EXPECT_TRUE(emitted("db2", "Galera_member"));
}

TEST_F(Outage, AServerThatRunsWithoutPrimaryGetsTimeToFindTheOthers) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  comes_back("db3", kOne, -1, R"(, "running": true, "sql": "none", "unit_state": "activating")");
  Actor& db3 = *members.at("db3");
  for (std::int64_t ms = 1000; ms <= 5000; ms += 1000) {
    EXPECT_THAT(cluster.states(), ElementsAre("born"));
    exchange(db3.step(Tick{}, ms), "db3");
    apply("db3");
  }
  EXPECT_THAT(cluster.states(), ElementsAre("stopped"));
}

TEST_F(Outage, AServerThatCouldNotBeStoppedIsHeldInTheNextRun) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  looks("db3", kOne, 107);
  databases["db3"].stops = false;
  databases["db3"].more = data(kOne, -1) + R"(, "running": true, "held": false, "sql": "refused")";
  apply_all();
  EXPECT_EQ(members.at("db3")->variable("the_round"), "1");
  EXPECT_THAT(bootstrapping(), IsEmpty());
  comes_back("db3", kOne, 107);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db2"));
}

// What was written after that, and on no other, is lost unless the right disk is found.
TEST_F(Outage, AMemberWithAnOlderImageOfItsDiskIsNotPassedOver) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  comes_back("db3", kOne, 90);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("the data of db3 (position 90 of 100): an older state of its disk is there"));
  comes_back("db3", kOne, 120);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db3"));
}

// Adopted: one of three has joined here, and stops.
TEST_F(ClusterRoom, S3_S4_WhoHasNotJoinedHereMayRun) {
  add("db1");
  databases["db1"] = {true, true, data(kOne, 100) + R"(, "cluster_size": 3)"};
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  databases["db1"] = {false, true, data(kOne, 105) + R"(, "held": false)"};
  Actor& db1 = *members.at("db1");
  exchange(db1.step(RunEnded{}), "db1");
  exchange(db1.step(RunStarted{}), "db1");
  catalog_is_done("db1");
  apply("db1");
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  EXPECT_THAT(cluster.engine().waiting().at(0).text(), HasSubstr("2 more member(s) of cluster 'c' to join it here"));
}

TEST_F(Outage, S3_AServerThatCannotBeAskedMayBePrimary) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  for (const char* cannot : {R"(, "running": true, "sql": "refused")", R"(, "running": true, "sql": "none", "unit_state": "active")"}) {
    comes_back("db3", kOne, -1, cannot);
    Actor& db3 = *members.at("db3");
    for (std::int64_t ms = 2000; ms <= 20'000; ms += 2000) {
      exchange(db3.step(Tick{}, ms), "db3");
      apply("db3");
    }
    EXPECT_THAT(cluster.states(), ElementsAre("born")) << cannot;
  }
}

TEST_F(Outage, AServerThatStopsAgainAfterItUsedItsGrantGetsAnother) {
  for (const char* name : {"db1", "db2", "db3"}) comes_back(name, kOne, 105);
  databases["db1"].more += R"(, "state_uuid": ")" + std::string(kOne) + R"(", "seqno": 106)";
  apply_all();
  ASSERT_THAT(bootstrapping(), ElementsAre("db1"));
  power_goes();
  for (const char* name : {"db1", "db2", "db3"}) comes_back(name, kOne, 110);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db1"));
  EXPECT_EQ(cluster.variable("grants"), "3");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
}

// The orchestrator's store was lost while everything was down, and it begins with nothing.
class OutageWithoutMemory : public ClusterRoom {
 protected:
  OutageWithoutMemory() : ClusterRoom(R"({"memory_lost_at": 7})") {
    for (const char* name : {"db1", "db2", "db3"}) databases[name] = {false, true, data(kOne, 105) + R"(, "held": false)"};
    databases["db2"].more = data(kOne, 109) + R"(, "held": false)";
  }
};

TEST_F(OutageWithoutMemory, S7_S19_TheNewestOfAllStartsTheClusterWhenEachHasReported) {
  for (const char* name : {"db1", "db2"}) {
    add(name);
    apply(name);
  }
  EXPECT_THAT(cluster.states(), ElementsAre("unborn"));
  EXPECT_THAT(cluster.engine().waiting()[0].text(), HasSubstr("word of 1 that has not joined yet"));
  add("db3");
  for (int i = 0; i < 3; ++i) {
    for (const char* name : {"db3", "db1", "db2"}) apply(name);
  }
  EXPECT_TRUE(emitted("db2", "Galera_bootstrap"));
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  EXPECT_FALSE(emitted("db3", "Galera_bootstrap"));
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("grants"), "1");
}

}  // namespace
}  // namespace plan::engine::test
