// Restarts one at a time, and changes of the cluster's size.
#include <set>

#include "outage_room.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Turns : public Outage {
 protected:
  Turns() {
    for (const char* name : {"db1", "db2", "db3"}) databases[name] = {true, true, data(kOne, 100) + R"(, "cluster_size": 3)"};
    for (const char* name : {"db1", "db2", "db3"}) run(name);
    last.clear();
  }
  void run_refreshed(const std::string& name) {
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    exchange(member.step(EventPosted{"service_refreshed", {}, "Event[service_refreshed]"}), name);
    catalog_is_done(name);
  }
  [[nodiscard]] std::vector<std::string> restarting() {
    std::vector<std::string> names;
    for (const auto& [name, resources] : last) {
      if (resources.contains("Galera_member")) names.push_back(name);
    }
    return names;
  }
};

TEST_F(Turns, OneRestartsAtATime) {
  for (const char* name : {"db1", "db2", "db3"}) {
    run_refreshed(name);
    while (!emitted(name, "Galera_member") && !batches[name].empty()) apply_one(name);
  }
  EXPECT_THAT(restarting(), ElementsAre("db1"));
  ASSERT_THAT(members.at("db2")->engine().waiting(), testing::SizeIs(1));
  EXPECT_THAT(members.at("db2")->engine().waiting()[0].text(), HasSubstr("its turn to restart mariadb"));
  apply("db1");
  EXPECT_THAT(restarting(), ElementsAre("db1", "db2"));
  apply("db2");
  apply("db3");
  EXPECT_THAT(restarting(), ElementsAre("db1", "db2", "db3"));
  EXPECT_EQ(cluster.variable("turns"), "3");
  EXPECT_EQ(cluster.variable("turn_of"), "null");
  for (auto& [name, member] : members) {
    EXPECT_THAT(member->letters(), IsEmpty()) << name;
    EXPECT_THAT(member->engine().waiting(), IsEmpty()) << name;
  }
}

TEST_F(Turns, TheFirstThatDoesNotComeBackStopsTheOthers) {
  for (const char* name : {"db1", "db2"}) {
    run_refreshed(name);
    while (!emitted(name, "Galera_member") && !batches[name].empty()) apply_one(name);
  }
  databases["db1"].starts = false;
  apply("db1");
  apply("db2");
  EXPECT_THAT(restarting(), ElementsAre("db1"));
  EXPECT_THAT(waits_for(), HasSubstr("db1 to be Synced again after its restart"));
}

// As after a birth: the first has not spoken since it was alone.
TEST_F(Turns, AnOldWordOfHowManyThereAreKeepsNobody) {
  for (const auto& [name, size] : {std::pair{"db1", 1}, {"db2", 2}, {"db3", 3}}) {
    databases[name].more = data(kOne, 100) + R"(, "cluster_size": )" + std::to_string(size);
    run(name);
  }
  run_refreshed("db3");
  apply("db3");
  EXPECT_THAT(restarting(), ElementsAre("db3"));
}

TEST_F(Turns, NobodyRestartsWhileTheLastThatSpokeSawFewer) {
  databases["db2"].more = data(kOne, 100) + R"(, "cluster_size": 2)";
  run_refreshed("db2");
  apply("db2");
  EXPECT_THAT(restarting(), IsEmpty());
  EXPECT_THAT(waits_for(), HasSubstr("1 of them, whom the last that spoke did not see"));
}

TEST_F(Turns, NobodyRestartsWhileOneIsAway) {
  databases["db3"].synced = false;
  databases["db3"].more = data(kOne, 100);
  begin_run("db3");
  apply_one("db3");
  run_refreshed("db1");
  apply("db1");
  EXPECT_THAT(restarting(), testing::Not(testing::Contains("db1")));
  EXPECT_THAT(waits_for(), HasSubstr("all members to be Synced, before one restarts: db3"));
}

TEST_F(Turns, NothingRestartsByItself) {
  for (const char* name : {"db1", "db2", "db3"}) run(name);
  EXPECT_THAT(restarting(), IsEmpty());
  EXPECT_EQ(cluster.variable("turns"), "0");
}

TEST_F(Turns, APackageIsUpgradedByTurns) {
  const auto upgraded = [this] {
    std::vector<std::string> names;
    for (auto& [name, database] : databases) {
      if (!database.outdated) names.push_back(name);
    }
    return names;
  };
  for (const char* name : {"db1", "db2", "db3"}) {
    databases[name].outdated = true;
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{value_of(R"({"cluster": "c", "host": ")" + std::string(name) + R"(", "address": "10.0.0.)" + name[2] + R"(", "package_ensure": "latest"})"), {}, {}, {}}), name);
    catalog_is_done(name);
  }
  for (const char* name : {"db3", "db2", "db1"}) {
    while (!emitted(name, "Galera_member") && !batches[name].empty()) apply_one(name);
  }
  EXPECT_THAT(restarting(), ElementsAre("db3"));
  EXPECT_THAT(upgraded(), IsEmpty());
  apply("db3");
  EXPECT_THAT(upgraded(), ElementsAre("db3"));
  for (const char* name : {"db1", "db2", "db1"}) apply(name);
  EXPECT_THAT(upgraded(), ElementsAre("db1", "db2", "db3"));
  EXPECT_EQ(cluster.variable("turns"), "3");
  EXPECT_EQ(cluster.variable("turn_of"), "null");
  for (auto& [name, member] : members) EXPECT_THAT(member->engine().waiting(), IsEmpty()) << name;
}

// Not again and again in one run; a later one tries it anew.
TEST_F(Turns, OneThatCannotBeRestartedGivesItsTurnBack) {
  databases["db1"].refused = true;
  run_refreshed("db1");
  apply("db1");
  EXPECT_EQ(cluster.variable("turns"), "1");
  EXPECT_EQ(cluster.variable("turn_of"), "null");
  EXPECT_THAT(members.at("db1")->engine().waiting(), IsEmpty());
  databases["db1"].refused = false;
  run("db1");
  EXPECT_EQ(cluster.variable("turns"), "2");
  run("db1");
  EXPECT_EQ(cluster.variable("turns"), "2");
}

class Settings : public Turns, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(OfTheManifest, Settings, testing::Values(R"("wsrep_sst_method": "mariabackup")",
                                                                  R"("override_options": {"mysqld": {"max_connections": 333}})"));

TEST_P(Settings, AreRestartedFor) {
  Actor& db1 = *members.at("db1");
  exchange(db1.step(RunEnded{}), "db1");
  exchange(db1.step(RunStarted{value_of(R"({"cluster": "c", "host": "db1", "address": "10.0.0.1", )" + std::string(GetParam()) + "}"), {}, {}, {}}), "db1");
  catalog_is_done("db1");
  apply("db1");
  EXPECT_THAT(restarting(), ElementsAre("db1"));
  EXPECT_EQ(cluster.variable("turn_of"), "null");
  EXPECT_EQ(cluster.variable("turns"), "1");
}

// The size of the cluster as its declaration says it.
class Size : public ClusterRoom {
 protected:
  void resize(int size) {
    exchange(cluster.step(RunStarted{value_of(R"({"cluster_size": )" + std::to_string(size) + "}"), {}, {}, {}}), "puppet");
  }
};

TEST_F(Size, MoreMembersGetRoles) {
  for (const char* name : {"db1", "db2", "db3", "db4"}) add(name);
  EXPECT_EQ(members.at("db4")->variable("the_role"), "null");
  EXPECT_THAT(cluster.engine().waiting().at(0).text(), HasSubstr("a free role for db4: cluster 'c' has 3"));
  resize(5);
  EXPECT_EQ(members.at("db4")->variable("the_role"), "3");
  add("db5");
  EXPECT_EQ(members.at("db5")->variable("the_role"), "4");
  EXPECT_THAT(members.at("db1")->variable("the_member_map"), HasSubstr(R"("size":5)"));
}

TEST_F(Size, FewerMembersKeepTheirRolesUntilOneLeaves) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  resize(2);
  EXPECT_THAT(cluster.variable("members"), HasSubstr("db3"));
  Actor& db2 = *members.at("db2");
  exchange(db2.step(Leaving{}), "db2");
  EXPECT_THAT(cluster.variable("members"), testing::Not(HasSubstr("db2")));
  add("db4");
  EXPECT_EQ(members.at("db4")->variable("the_role"), "null") << "there are two";
  resize(3);
  EXPECT_EQ(members.at("db4")->variable("the_role"), "3");
}

// What members were sent while they came and went, the size changed, and the store was lost.
class Maps : public Size {
 protected:
  void go_through_everything() {
    for (const char* name : {"db1", "db2", "db3", "db4"}) add(name);
    for (const char* name : {"db1", "db2"}) apply(name);
    resize(4);
    exchange(members.at("db3")->step(Leaving{}), "db3");
    lose(1'795'425'271'997);
    catalog_is_done("db2");
    add("db5");
    resize(3);
    exchange(members.at("db1")->step(Leaving{}), "db1");
    lose(1'795'425'999'999);
    add("db6");
  }
  void lose(std::int64_t epoch) {
    exchange(cluster.step(RunStarted{{}, {}, {}, value_of(R"({"memory_lost_at": )" + std::to_string(epoch) + "}")}), "puppet");
  }
  static const values::Value& field(const values::Value& map, const char* name) { return *map.as_hash().find(name); }
};

TEST_F(Maps, S10_VersionsOnlyGrowAndTheSameVersionIsTheSameMap) {
  go_through_everything();
  std::map<std::int64_t, std::string> known;
  std::int64_t newest = 0;
  for (const values::Value& map : maps) {
    const std::int64_t version = field(map, "version").as_integer();
    EXPECT_GE(version, newest);
    newest = std::max(newest, version);
    EXPECT_EQ(known.emplace(version, json_of(map)).first->second, json_of(map));
  }
  EXPECT_GT(known.size(), 8U);
}

// Epochs are times in milliseconds: what was sent before has smaller versions.
class MapsOfANewStore : public ClusterRoom {
 protected:
  MapsOfANewStore() : ClusterRoom(R"({"memory_lost_at": 1795425271997})") {}
};

TEST_F(MapsOfANewStore, S10_AreNewerThanAllThatWereSentBefore) {
  add("db1");
  add("db2");
  ASSERT_FALSE(maps.empty());
  for (const values::Value& map : maps) EXPECT_GT(map.as_hash().find("version")->as_integer(), 1'795'425'271'997);
}

TEST_F(Maps, S11_AMemberHasOneRoleAndOneLeads) {
  go_through_everything();
  for (const values::Value& map : maps) {
    std::set<std::string> names;
    for (const values::HashEntry& member : field(map, "members").as_hash().entries) {
      EXPECT_TRUE(names.insert(json_of(field(member.value, "certname"))).second) << json_of(map);
    }
  }
  EXPECT_FALSE(maps.empty());
}

TEST_F(Size, BeforeTheBirthAnotherLeadsWhenTheLeaderHasGone) {
  for (const char* name : {"db1", "db2", "db3"}) add(name);
  exchange(members.at("db1")->step(Leaving{}), "db1");
  EXPECT_EQ(members.at("db2")->variable("the_role"), "0");
  apply("db2");
  EXPECT_TRUE(emitted("db2", "Galera_bootstrap"));
}

}  // namespace
}  // namespace plan::engine::test
