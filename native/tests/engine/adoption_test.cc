// A cluster that was made by hand, and runs: its members come to know the plan one after the other.
#include "outage_room.h"

namespace plan::engine::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Adoption : public ClusterRoom {
 protected:
  Adoption() {
    for (const char* name : {"db1", "db2", "db3"}) {
      databases[name] = {.synced = true, .more = data(kOne, 100) + R"(, "cluster_size": 3, "cluster_name": "by_hand")"};
    }
  }
  // Its first run, whose catalog also changes a file that its service runs with.
  void first_run(const std::string& name) {
    Actor& member = add(name, "", false);
    exchange(member.step(EventPosted{"service_refreshed", {}, "Event[service_refreshed]"}), name);
    exchange(member.step(EventPosted{"install_complete", {}, "Event[install_complete]"}), name);
    catalog_is_done(name);
    apply(name);
  }
  void later_run_refreshed(const std::string& name) {
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    exchange(member.step(EventPosted{"service_refreshed", {}, "Event[service_refreshed]"}), name);
    catalog_is_done(name);
    apply(name);
  }
  [[nodiscard]] std::string configuration(const std::string& name) { return json_of(*last[name].at("File").as_resource().parameters.as_hash().find("content")); }
};

TEST_F(Adoption, NothingIsRestartedForWhatTheFirstRunChanges) {
  for (const char* name : {"db1", "db2", "db3"}) first_run(name);
  for (const char* name : {"db1", "db2", "db3"}) {
    apply(name);
    EXPECT_FALSE(emitted(name, "Galera_member")) << name;
    EXPECT_THAT(members.at(name)->engine().waiting(), IsEmpty()) << name;
  }
  EXPECT_EQ(cluster.variable("turns"), "0");
  EXPECT_THAT(cluster.states(), testing::ElementsAre("born"));
}

TEST_F(Adoption, ItKeepsTheNameThatItsServersHave) {
  for (const char* name : {"db1", "db2", "db3"}) {
    first_run(name);
    if (last[name].contains("File")) {
      EXPECT_THAT(configuration(name), HasSubstr("wsrep_cluster_name       = by_hand")) << name;
    }
  }
  for (const char* name : {"db1", "db2", "db3"}) EXPECT_THAT(configuration(name), HasSubstr("wsrep_cluster_name       = by_hand")) << name;
}

TEST_F(Adoption, WhoComesNewTakesItsName) {
  for (const char* name : {"db1", "db2"}) first_run(name);
  databases["db3"] = {};
  first_run("db3");
  EXPECT_THAT(configuration("db3"), HasSubstr("wsrep_cluster_name       = by_hand"));
  EXPECT_TRUE(emitted("db3", "Galera_member"));
}

TEST_F(Adoption, NobodyRestartsWhileSomeHaveNotJoined) {
  first_run("db1");
  later_run_refreshed("db1");
  EXPECT_FALSE(emitted("db1", "Galera_member"));
  EXPECT_THAT(cluster.engine().waiting().at(0).text(), HasSubstr("2 that have not joined here"));
  for (const char* name : {"db2", "db3"}) first_run(name);
  apply("db1");
  EXPECT_TRUE(emitted("db1", "Galera_member"));
}

}  // namespace
}  // namespace plan::engine::test
