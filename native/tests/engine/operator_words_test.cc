// What an operator says when members never come back: to go on without them, or with data that is not the newest.
#include "outage_room.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OperatorWords : public Outage {
 protected:
  // Returns what the plan answers, or why it refuses.
  std::string say(const std::string& input, const std::string& name) {
    const Effects effects = cluster.step(Ordered{input, values::Value::string(name), "root"});
    exchange(effects, "puppet");
    if (effects.refused) return "refused: " + effects.refused->message;
    return effects.answers.empty() ? "" : values::to_string(effects.answers.at(0));
  }
  void exclude(const std::string& name) { EXPECT_THAT(say("exclusions", name), testing::Not(HasSubstr("refused"))); }
};

TEST_F(OperatorWords, TheOthersGoOnWithoutOneThatNeverComesBack) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_EQ(say("exclusions", "db3"),
            "db3 was Primary when it last spoke, at position 100 of " + std::string(kOne) +
                ": should it still run there will be two clusters; what was written after that is lost");
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db2"));
  EXPECT_TRUE(emitted("db1", "Galera_member"));
  EXPECT_THAT(json_of(*last["db2"]["Galera_bootstrap"].as_resource().parameters.as_hash().find("peers")), HasSubstr("10.0.0.3"))
      << "whoever is excluded must not answer";
  EXPECT_THAT(cluster.variable("decisions"), HasSubstr(R"("by":"root")"));
  EXPECT_THAT(cluster.variable("decisions"), HasSubstr("at position 109 of"));
}

TEST_F(OperatorWords, OneThatComesBackBeforeTheyWentOnIsAMemberAgainAndCounts) {
  comes_back("db1", kOne, 105);
  apply_all();
  exclude("db3");
  comes_back("db3", kOne, 120);
  EXPECT_EQ(cluster.variable("excluded"), "{}");
  comes_back("db2", kOne, 109);
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db3"));
}

TEST_F(OperatorWords, S12_OneThatComesBackAfterwardsIsNoCandidateUntilItWasSynced) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  exclude("db3");
  apply_all();
  for (const char* name : {"db1", "db2"}) {
    databases[name].more = data(kOne, 109);
    run(name);
  }
  power_goes();
  for (const char* name : {"db1", "db2"}) comes_back(name, kOne, 109);
  comes_back("db3", kOne, 109);
  apply_all();
  EXPECT_THAT(bootstrapping(), testing::Not(testing::Contains("db3")));
  EXPECT_THAT(bootstrapping(), testing::SizeIs(1));
  EXPECT_TRUE(emitted("db3", "Galera_member"));
}

TEST_F(OperatorWords, OneThatIsPrimaryApartIsTold) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  exclude("db3");
  apply_all();
  databases["db3"] = {true, true, data(kOne, 130) + R"(, "cluster_size": 1)"};
  run("db3");
  EXPECT_THAT(waits_for(), HasSubstr("db3 to stop: it is Primary apart from cluster 'c'"));
  EXPECT_THAT(cluster.variable("view"), testing::Not("1"));
}

// Its server started at boot, and has joined them by itself.
TEST_F(OperatorWords, OneThatHasJoinedTheOthersAlreadyIsAMemberAgain) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  exclude("db3");
  apply_all();
  databases["db3"] = {true, true, data(kOne, 130) + R"(, "cluster_size": 3)"};
  run("db3");
  EXPECT_THAT(cluster.variable("members"), HasSubstr("db3"));
  EXPECT_EQ(waits_for(), "");
}

TEST_F(OperatorWords, S5_DataThatWasThereOnceIsNotLostByAnExclusion) {
  comes_back("db1", kOne, 105);
  comes_back("db3", kOne, 120);
  comes_back("db2", kOne, -1);
  apply_all();
  exclude("db3");
  exclude("db2");
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("data up to position 120 of " + std::string(kOne)));
  EXPECT_THAT(waits_for(), HasSubstr("'puppet galera bootstrap c db1'"));
}

TEST_F(OperatorWords, S25_ALossThatIsAcceptedStartsANewHistory) {
  comes_back("db1", kOne, 99);
  comes_back("db2", kOne, 98);
  comes_back("db3", kOne, 97);
  apply_all();
  EXPECT_EQ(say("accepted_losses", "db2"),
            "the cluster starts with the data of db2, at position 98 of " + std::string(kOne) +
                "; given up is what these have beyond it: db1, at position 99 of " + kOne + "; db3, at position 97 of " + kOne +
                "; the highest position ever heard of: 100 of " + kOne);
  databases["db2"].more = data(kOther, 1);
  apply("db2");
  EXPECT_THAT(bootstrapping(), ElementsAre("db2"));
  EXPECT_EQ(json_of(*last["db2"]["Galera_bootstrap"].as_resource().parameters.as_hash().find("new_history")), "true");
  for (int i = 0; i < 3; ++i) apply_all();
  EXPECT_TRUE(emitted("db1", "Galera_member")) << "its data was given up";
  EXPECT_TRUE(emitted("db3", "Galera_member"));
  EXPECT_EQ(cluster.variable("uuid"), "\"" + std::string(kOther) + "\"");
}

TEST_F(OperatorWords, S8_WhoWasNotHeardThenDoesNotJoinOverItsOldHistory) {
  comes_back("db1", kOne, 99);
  comes_back("db2", kOne, 98);
  exclude("db3");
  apply_all();
  say("accepted_losses", "db2");
  databases["db2"].more = data(kOther, 1);
  for (int i = 0; i < 3; ++i) apply_all();
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  comes_back("db3", kOne, 120);
  apply_all();
  EXPECT_FALSE(emitted("db3", "Galera_member"));
  ASSERT_THAT(members.at("db3")->engine().waiting(), testing::SizeIs(1));
  EXPECT_THAT(members.at("db3")->engine().waiting()[0].text(), HasSubstr("it holds data of another history, " + std::string(kOne)));
}

// The loss of what db1 has beyond db2 is accepted while no agent runs; before one does, db3 joins, that had been excluded.
class AcceptedLoss : public OperatorWords {
 protected:
  AcceptedLoss() {
    comes_back("db1", kOne, 99);
    comes_back("db2", kOne, 98);
    exclude("db3");
    apply_all();
    for (const char* name : {"db1", "db2"}) exchange(members.at(name)->step(RunEnded{}), name);
    say("accepted_losses", "db2");
    EXPECT_THAT(cluster.states(), ElementsAre("granted"));
  }
  void others_run() {
    comes_back("db1", kOne, 99);
    comes_back("db2", kOne, 98);
    for (int i = 0; i < 2; ++i) apply_all();
  }
};

TEST_F(AcceptedLoss, IsRememberedWhenAMemberComesMeanwhile) {
  databases["db3"] = {false, true, R"(, "held": false)"};
  begin_run("db3");
  apply("db3");
  others_run();
  EXPECT_THAT(bootstrapping(), ElementsAre("db2"));
  EXPECT_EQ(json_of(*last["db2"]["Galera_bootstrap"].as_resource().parameters.as_hash().find("new_history")), "true");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("accepted"), "null");
}

TEST_F(AcceptedLoss, IsNotThatOfNewerDataThatComesMeanwhile) {
  comes_back("db3", kOne, 120);
  others_run();
  EXPECT_THAT(bootstrapping(), testing::Not(testing::Contains("db2")));
}

TEST_F(OperatorWords, ALossIsNotAcceptedWhileSomebodyMayRun) {
  comes_back("db1", kOne, 99);
  apply_all();
  EXPECT_THAT(say("accepted_losses", "db1"), HasSubstr("refused"));
  EXPECT_THAT(bootstrapping(), IsEmpty());
  comes_back("db2", kOne, 98);
  looks("db3", kOne, 97);
  apply("db1");
  EXPECT_THAT(say("accepted_losses", "db1"), HasSubstr("db3 may run: each must be held, or excluded"));
}

TEST_F(OperatorWords, WhatCannotBeMeantIsRefused) {
  EXPECT_EQ(say("exclusions", "db4"), "refused: cluster 'c' has no member db4; it has db1, db2, db3");
  EXPECT_THAT(say("accepted_losses", "db4"), HasSubstr("refused"));
  exclude("db3");
  EXPECT_EQ(say("exclusions", "db3"), "refused: db3 is excluded already");
}

TEST_F(OperatorWords, S1_AGranteeThatIsExcludedLosesItsGrant) {
  comes_back("db1", kOne, 105);
  comes_back("db2", kOne, 109);
  comes_back("db3", kOne, 107);
  batches["db2"].clear();                      // it is granted the right, and dies
  apply("db1");
  apply("db3");
  exclude("db2");
  apply_all();
  EXPECT_THAT(bootstrapping(), testing::Not(testing::Contains("db1")));
  EXPECT_THAT(cluster.states(), ElementsAre("stopped"));
  EXPECT_THAT(waits_for(), HasSubstr("data up to position 109"));
}

TEST_F(Outage, S6_TwoThatArePrimaryWithTwoHistoriesAreTold) {
  databases["db1"] = {true, true, data(kOne, 101)};
  run("db1");
  databases["db2"] = {true, true, data(kOther, 300)};
  run("db2");
  EXPECT_THAT(waits_for(), HasSubstr("db2 to stop: it is Primary apart from cluster 'c'"));
  EXPECT_EQ(cluster.variable("uuid"), "\"" + std::string(kOne) + "\"");
  databases["db2"] = {true, true, data(kOne, 102)};
  run("db2");
  EXPECT_EQ(cluster.variable("apart"), "{}");
}

// S12: the member is another installation than the one that was Synced.
TEST_F(Outage, S12_AnotherIncarnationIsNoCandidateUntilItWasSynced) {
  for (const char* name : {"db1", "db2", "db3"}) {
    databases[name] = {true, true, data(kOne, 100) + R"(, "incarnation": ")" + name + R"(", "data_incarnation": ")" + name + "\""};
    run(name);
  }
  power_goes();
  comes_back("db1", kOne, 105, R"(, "incarnation": "db1", "data_incarnation": "db1")");
  comes_back("db2", kOne, 105, R"(, "incarnation": "new", "data_incarnation": "db2")");
  comes_back("db3", kOne, 105, R"(, "incarnation": "db3", "data_incarnation": "db1")");
  apply_all();
  EXPECT_THAT(bootstrapping(), ElementsAre("db1"));
}

TEST_F(Outage, S12_NewestDataOfAnotherIncarnationIsNeitherStartedWithNorLost) {
  for (const char* name : {"db1", "db2", "db3"}) {
    databases[name] = {true, true, data(kOne, 100) + R"(, "incarnation": ")" + name + "\""};
    run(name);
  }
  power_goes();
  comes_back("db1", kOne, 105, R"(, "incarnation": "db1")");
  comes_back("db2", kOne, 110, R"(, "incarnation": "new", "data_incarnation": "db2")");
  comes_back("db3", kOne, 105, R"(, "incarnation": "db3")");
  apply_all();
  EXPECT_THAT(bootstrapping(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("data up to position 110"));
}

}  // namespace
}  // namespace plan::engine::test
