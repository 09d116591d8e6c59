// The module's own plans, driven by hand: who is given what, and when a cluster may be born.
#include <algorithm>

#include "cluster_room.h"

namespace plan::engine::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Plans, CompileWithoutAWarning) {
  const Compilation compilation = compile(shipped_bundle("galera::cluster"));
  EXPECT_EQ(diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources), "");
}

class Formation : public ClusterRoom {
 protected:
  using ClusterRoom::ClusterRoom;
};

TEST_F(Formation, TheFirstToArriveLeadsAndIsGrantedTheBirthOnce) {
  Actor& db1 = add("db1");
  EXPECT_EQ(db1.variable("the_role"), "0");
  while (!emitted("db1", "Galera_bootstrap") && !HasFatalFailure()) apply_one("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("armed"));
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_THAT(db1.states(), Contains("leader_running"));
  EXPECT_EQ(cluster.variable("grants"), "1");
  EXPECT_THAT(cluster.letters(), IsEmpty());
  EXPECT_THAT(db1.letters(), IsEmpty());
  EXPECT_THAT(db1.engine().waiting(), IsEmpty());
}

TEST_F(Formation, FollowersWaitForTheLeaderAndSayWhatTheyWaitFor) {
  add("db1");
  Actor& db2 = add("db2");
  EXPECT_EQ(db2.variable("the_role"), "1");
  apply("db2");
  EXPECT_FALSE(emitted("db2", "Galera_member"));
  ASSERT_THAT(db2.engine().waiting(), SizeIs(1));
  EXPECT_THAT(db2.engine().waiting()[0].text(), HasSubstr("leader db1 of cluster 'c' to be Primary and Synced"));
  apply("db1");
  EXPECT_TRUE(emitted("db2", "Galera_member"));
  apply("db2");
  EXPECT_THAT(db2.engine().waiting(), IsEmpty());
}

TEST_F(Formation, OneBirthAndEverybodyJoins) {
  Actor& db1 = add("db1");
  Actor& db2 = add("db2");
  Actor& db3 = add("db3");
  for (const char* name : {"db3", "db1", "db2", "db3"}) apply(name);
  EXPECT_TRUE(emitted("db2", "Galera_member"));
  EXPECT_TRUE(emitted("db3", "Galera_member"));
  EXPECT_FALSE(emitted("db2", "Galera_bootstrap"));
  EXPECT_EQ(cluster.variable("grants"), "1");
  for (Actor* member : {&db1, &db2, &db3}) {
    EXPECT_THAT(member->engine().waiting(), IsEmpty());
    EXPECT_THAT(member->letters(), IsEmpty());
  }
  const std::string content(last["db2"]["File"].as_resource().parameters.as_hash().find("content")->as_string());
  EXPECT_THAT(content, HasSubstr("gcomm://10.0.0.1,10.0.0.3\n"));
  EXPECT_THAT(content, HasSubstr("wsrep_cluster_name       = c\n"));
}

TEST_F(Formation, ASecondRunOnlyLooks) {
  Actor& db1 = add("db1");
  apply("db1");
  exchange(db1.step(RunEnded{}), "db1");
  last.clear();
  exchange(db1.step(RunStarted{}), "db1");
  EXPECT_FALSE(db1.engine().wants_event("install_complete"));
  catalog_is_done("db1");
  apply("db1");
  EXPECT_THAT(last["db1"], SizeIs(1));
  EXPECT_TRUE(emitted("db1", "Galera_observe"));
  EXPECT_THAT(db1.engine().waiting(), IsEmpty());
}

class FormedAndApart : public Formation, public testing::WithParamInterface<const char*> {};

// Its own SQL says so; or it starts for ever, as one does that was given the name of another cluster.
INSTANTIATE_TEST_SUITE_P(Servers, FormedAndApart, testing::Values(
    R"(, "running": true, "cluster_status": "Disconnected", "local_state": "Initialized")",
    R"(, "running": true, "sql": "none", "unit_state": "activating")"));

TEST_P(FormedAndApart, AServerIsStartedAnewAsAMember) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  for (const char* name : {"db3", "db1", "db2", "db3"}) apply(name);
  Actor& db2 = *members.at("db2");
  exchange(db2.step(RunEnded{}), "db2");
  exchange(db2.step(RunStarted{}), "db2");
  last.clear();
  databases["db2"] = {false, true, GetParam()};
  catalog_is_done("db2");
  for (std::int64_t seconds = 1; seconds <= 9; ++seconds) {
    apply("db2");
    EXPECT_FALSE(emitted("db2", "Galera_member")) << seconds;
    exchange(db2.step(Tick{}, seconds * 1000), "db2");
  }
  apply_one("db2");                  // the tenth look
  databases["db2"].more.clear();     // it comes back
  apply("db2");
  ASSERT_TRUE(emitted("db2", "Galera_member"));
  EXPECT_TRUE(last["db2"]["Galera_member"].as_resource().parameters.as_hash().find("anew")->as_boolean());
  EXPECT_FALSE(emitted("db2", "Galera_bootstrap"));
  exchange(db2.step(Tick{}, 20'000), "db2");
  apply("db2");
  EXPECT_THAT(db2.engine().waiting(), IsEmpty());
  EXPECT_EQ(cluster.variable("grants"), "1");
}

// At first it received a transfer, and was left alone; that has failed at its end.
TEST_F(Formation, AServerThatWasLeftAloneIsStartedAnewInTheSameRun) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  for (const char* name : {"db3", "db1"}) apply(name);
  apply_one("db2");
  databases["db2"].more = R"(, "running": true, "cluster_status": "Disconnected", "local_state": "Initialized")";
  apply("db2");
  std::int64_t seconds = 0;
  for (int time = 1; time <= 3; ++time) {
    last.clear();
    int looks = 0;
    for (; looks < 12 && !emitted("db2", "Galera_member"); ++looks) {
      exchange(members.at("db2")->step(Tick{}, (seconds += 1) * 1000), "db2");
      apply("db2");
      EXPECT_TRUE(members.at("db2")->engine().may_go_on()) << seconds;
    }
    ASSERT_TRUE(emitted("db2", "Galera_member")) << time;
    EXPECT_GE(looks, 8) << time;
    EXPECT_TRUE(last["db2"]["Galera_member"].as_resource().parameters.as_hash().find("anew")->as_boolean());
  }
}

// What it compares that with is for its provider, on the data itself.
TEST_F(Formation, AMemberThatJoinsIsToldWhatItsClusterBeganWith) {
  databases["db1"].beginning = "what it began with";
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  while (!emitted("db1", "Galera_bootstrap")) apply_one("db1");
  databases["db1"].more = R"(, "state_uuid": "u-1")";
  for (const char* name : {"db1", "db2"}) apply(name);
  const auto told = [&](const char* parameter) {
    const values::Value* found = last["db2"]["Galera_member"].as_resource().parameters.as_hash().find(parameter);
    return found == nullptr ? "undef" : values::to_string(*found);
  };
  EXPECT_EQ(told("history"), "u-1");
  EXPECT_EQ(told("beginning"), "what it began with");

  // It has another history later: nobody knows what that began with.
  databases["db2"].more = R"(, "state_uuid": "u-2")";
  exchange(members.at("db2")->step(RunEnded{}), "db2");
  exchange(members.at("db2")->step(RunStarted{}), "db2");
  databases["db1"].more = databases["db2"].more;
  databases["db1"].synced = false;
  for (const char* name : {"db1", "db2"}) {
    catalog_is_done(name);
    apply(name);
  }
  EXPECT_EQ(cluster.variable("uuid"), "\"u-2\"");
  EXPECT_EQ(cluster.variable("began_with"), "null");
}

// Galera makes one that comes together with another wait.
TEST_F(Formation, WhoJoinsTogetherStartsOneAfterTheOther) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  while (!emitted("db1", "Galera_bootstrap")) apply_one("db1");
  apply("db1");
  while (!emitted("db2", "Galera_member")) apply_one("db2");
  while (!emitted("db3", "Galera_member")) apply_one("db3");
  const auto delay = [&](const char* name) {
    return last[name]["Galera_member"].as_resource().parameters.as_hash().find("delay")->as_integer();
  };
  EXPECT_EQ(delay("db2"), 0);
  EXPECT_EQ(delay("db3"), 1);
}

TEST_F(Formation, ALoneLeaderNeverWritesAnEmptyAddressList) {
  add("db1");
  apply("db1");
  const std::string content(last["db1"]["File"].as_resource().parameters.as_hash().find("content")->as_string());
  EXPECT_THAT(content, HasSubstr("gcomm://10.0.0.1\n"));
}

TEST_F(Formation, WhereAllOnlyFollowEachSaysThatNobodyMayLead) {
  for (const char* name : {"db1", "db2"}) {
    add(name, R"(, "desired_role": "follower")");
    apply(name);
  }
  for (auto& [name, member] : members) {
    ASSERT_THAT(member->engine().waiting(), SizeIs(1)) << name;
    EXPECT_THAT(member->engine().waiting()[0].text(), HasSubstr("a member that may lead cluster 'c': db1, db2 only follow")) << name;
  }
}

TEST_F(Formation, AFollowerNeverLeads) {
  Actor& db1 = add("db1", R"(, "desired_role": "follower")");
  Actor& db2 = add("db2", R"(, "desired_role": 0)");
  EXPECT_EQ(db1.variable("the_role"), "1");
  EXPECT_EQ(db2.variable("the_role"), "0");
  EXPECT_EQ(add("db3", R"(, "desired_role": 0)").variable("the_role"), "2");
  Actor& db4 = add("db4");
  EXPECT_EQ(db4.variable("the_role"), "null");
  EXPECT_THAT(db4.engine().waiting()[0].text(), HasSubstr("a role in cluster 'c'"));
}

// Its catalog failed before 'install_complete': whatever the cluster may still say, nothing comes of it in this run.
TEST_F(Formation, AMemberThatIsNotInstalledWaitsForNothingThatCannotCome) {
  for (const char* name : {"db1", "db2"}) {
    Actor& member = add(name, "", false);
    ASSERT_THAT(member.engine().waiting(), SizeIs(1)) << name;
    EXPECT_THAT(member.engine().waiting()[0].text(), HasSubstr("the event 'install_complete' of the catalog"));
    EXPECT_FALSE(member.engine().may_go_on()) << name;
  }
}

TEST_F(Formation, AMemberThatIsInstalledGoesOnWaitingForItsLeader) {
  add("db1");
  Actor& db2 = add("db2");
  apply("db2");
  ASSERT_THAT(db2.engine().waiting(), SizeIs(1));
  EXPECT_TRUE(db2.engine().may_go_on());
}

TEST_F(Formation, ARoleMayStillComeToAMemberThatIsNotInstalled) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  Actor& db4 = add("db4", "", false);
  EXPECT_THAT(db4.engine().waiting(), SizeIs(2));
  EXPECT_TRUE(db4.engine().may_go_on());
}

TEST_F(Formation, S7_NobodyIsBornOverData) {
  databases["db1"].more = R"(, "user_data": true)";
  Actor& db1 = add("db1");
  apply("db1");
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  EXPECT_THAT(cluster.states(), ElementsAre("unborn"));
  ASSERT_THAT(cluster.engine().waiting(), SizeIs(1));
  EXPECT_THAT(cluster.engine().waiting()[0].text(), HasSubstr("db1 to be without data: no new cluster is started beside"));
  ASSERT_THAT(db1.engine().waiting(), SizeIs(1));
  EXPECT_EQ(db1.engine().waiting()[0].text(), cluster.engine().waiting()[0].text());
}

TEST_F(Formation, S7_NobodyIsBornBesideAMemberThatWasInACluster) {
  databases["db2"].more = R"(, "state_uuid": "8b0f9a3c-0000-11ee-8000-000000000001")";
  add("db1");
  add("db2");
  apply("db2");
  apply("db1");
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
}

class FormationAfterALoss : public Formation {
 protected:
  FormationAfterALoss() : Formation(R"({"memory_lost_at": 7})") {}
};

// Born is unknown: nobody may be missing when it is said that nobody holds data.
TEST_F(FormationAfterALoss, IsOnlyWhenEverybodyHasReported) {
  add("db1");
  add("db2");
  apply("db2");
  apply("db1");
  cluster.reload();
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  add("db3");
  apply("db3");
  apply("db1");
  EXPECT_TRUE(emitted("db1", "Galera_bootstrap"));
}

// The orchestrator's store was set back while a grant is out.
class FormationSetBack : public Formation {
 protected:
  FormationSetBack() {
    for (const char* name : {"db1", "db2", "db3"}) add(name);
    while (!emitted("db1", "Galera_bootstrap") && !HasFatalFailure()) apply_one("db1");
    EXPECT_THAT(cluster.states(), ElementsAre("armed"));
    RunStarted input;
    input.server_facts = value_of(R"({"memory_lost_at": 7})");
    exchange(cluster.step(input), "puppet");
  }
  void begin_anew(const std::string& name) {
    members.erase(name);
    batches.erase(name);
    last.erase(name);
    add(name);
  }
  [[nodiscard]] std::string waits_for() { return cluster.engine().waiting().at(0).text(); }
};

TEST_F(FormationSetBack, S19_NamesWhomItWaitsFor) {
  EXPECT_THAT(waits_for(), HasSubstr("word of db1, db2, db3, since the orchestrator's store has lost something"));
  apply("db3");
  EXPECT_THAT(waits_for(), HasSubstr("word of db1, db2, since"));
}

TEST_F(FormationSetBack, S19_TheGrantThatIsOutIsUsedOnceAndNoOtherIsGiven) {
  apply("db2");
  apply("db3");
  EXPECT_THAT(cluster.states(), ElementsAre("armed"));
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("grants"), "1");
  EXPECT_THAT(cluster.engine().waiting(), IsEmpty());
}

TEST_F(FormationSetBack, S19_AnotherGrantComesOnlyWhenAllHaveReportedAndNobodyUsesTheFirst) {
  begin_anew("db1");
  apply("db1");
  apply("db2");
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  apply("db3");
  apply("db1");
  EXPECT_TRUE(emitted("db1", "Galera_bootstrap"));
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("grants"), "2");
  EXPECT_EQ(last["db1"]["Galera_bootstrap"].as_resource().parameters.as_hash().find("grant")->as_string(), "c.7.2");
  EXPECT_THAT(cluster.letters(), IsEmpty());
}

TEST_F(FormationSetBack, S19_AMemberThatMayBeUsingItsGrantHasNotSaidEnough) {
  apply("db2");
  apply("db3");
  auto& pending = batches["db1"];
  const auto found = std::find_if(pending.begin(), pending.end(), [](const Batch& batch) {
    return batch.resources.back().as_resource().type == "Galera_bootstrap";
  });
  ASSERT_NE(found, pending.end());
  const Batch birth = *found;   // a look ends first
  pending.erase(found);
  exchange(members.at("db1")->step(EventPosted{"service_refreshed", {}, "Service[mariadb]"}), "db1");
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("armed"));
  EXPECT_THAT(waits_for(), HasSubstr("word of db1, since"));
  batches["db1"].push_back(birth);
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_EQ(cluster.variable("grants"), "1");
}

TEST_F(Formation, ASnapshotIsNoUserData) {
  databases["db1"].more = R"(, "user_data": true, "snapshot": "abc")";
  add("db1");
  apply("db1");
  EXPECT_TRUE(emitted("db1", "Galera_bootstrap"));
}

// In the next run: what keeps it from being used now would keep another one.
TEST_F(Formation, AnUnusedGrantIsGivenBackAndAnotherGiven) {
  databases["db1"].starts = false;
  Actor& db1 = add("db1");
  apply("db1");
  EXPECT_EQ(cluster.variable("grants"), "2");
  EXPECT_THAT(cluster.states(), ElementsAre("granted"));
  EXPECT_THAT(db1.engine().waiting().at(0).text(), HasSubstr("the next run, since the right to start cluster 'c'"));
  databases["db1"].starts = true;
  exchange(db1.step(RunEnded{}), "db1");
  exchange(db1.step(RunStarted{}), "db1");
  catalog_is_done("db1");
  apply("db1");
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_THAT(cluster.letters(), IsEmpty());
}

// Only the member's own word gives a grant back: who is silent for a year may still be using it.
TEST_F(Formation, S20_NoTimeTakesAGrantBackOrGivesAnother) {
  constexpr std::int64_t kYear = 365LL * 24 * 60 * 60 * 1000;
  add("db1");
  add("db2");
  apply("db2");
  while (cluster.states() != std::vector<std::string>{"armed"} && !HasFatalFailure()) apply_one("db1");
  const std::string grant = cluster.variable("the_grant");
  for (int year = 1; year <= 3; ++year) exchange(cluster.step(Tick{}, year * kYear), "puppet");
  EXPECT_THAT(cluster.states(), ElementsAre("armed"));
  EXPECT_EQ(cluster.variable("the_grant"), grant);
  EXPECT_EQ(cluster.variable("grants"), "1");
  EXPECT_FALSE(emitted("db2", "Galera_bootstrap"));
}

TEST_F(Formation, AMemberThatJoinsAgainKeepsItsRole) {
  add("db1");
  add("db2");
  members.erase("db1");
  batches.erase("db1");
  Actor& again = add("db1");
  EXPECT_EQ(again.variable("the_role"), "0");
  EXPECT_EQ(cluster.queue("available_roles"), "[2]");
}

// It was granted while no run of its agent went on, and it leaves instead of using it: the next one leads.
TEST_F(Formation, AGranteeThatLeavesTakesNobodyElsesBirthAway) {
  databases["db2"].more = R"(, "state_uuid": "3cb4f1d3-8c5a-4c23-b6a4-0d8a4f7f0d10", "seqno": 5, "user_data": true)";
  Actor& db1 = add("db1", "", false);
  add("db2");
  apply("db2");
  exchange(db1.step(EventPosted{"install_complete", {}, "Event[install_complete]"}), "db1");
  catalog_is_done("db1");
  apply("db1");
  exchange(db1.step(RunEnded{}), "db1");
  exchange(members.at("db2")->step(Leaving{}), "db2");
  ASSERT_THAT(cluster.states(), ElementsAre("granted"));
  exchange(db1.step(Leaving{}), "db1");
  EXPECT_THAT(cluster.states(), ElementsAre("unborn"));
  EXPECT_EQ(cluster.variable("the_grant"), "null");
  add("db3");
  apply("db3");
  EXPECT_TRUE(emitted("db3", "Galera_bootstrap"));
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
}

TEST_F(Formation, AReleasedRoleIsGivenOutAgain) {
  add("db1");
  Actor& db2 = add("db2");
  exchange(db2.step(Leaving{}), "db2");
  EXPECT_EQ(add("db5").variable("the_role"), "2");
  EXPECT_EQ(add("db6").variable("the_role"), "1");
}

}  // namespace
}  // namespace plan::engine::test
