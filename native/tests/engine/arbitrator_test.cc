// Two members with data, and a third that only votes.
#include "outage_room.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Arbitrator : public ClusterRoom {
 protected:
  Arbitrator() {
    for (const char* name : {"db1", "db2"}) add(name);
    members.emplace("garb", std::make_unique<Actor>(shipped_bundle("galera::arbitrator"), "Galera::Arbitrator[a]",
                                                    R"({"cluster": "c", "host": "garb", "address": "10.0.0.9"})", "garb"));
    Actor& garb = *members.at("garb");
    exchange(garb.start(), "garb");
    exchange(garb.step(EventPosted{"install_complete", {}, "Event[install_complete]"}), "garb");
    catalog_is_done("garb");
    for (const char* name : {"garb", "db2", "db1", "db2", "garb"}) apply(name);
  }
  void comes_back(const std::string& name, int seqno) {
    databases[name] = {false, true, data(kOne, seqno) + R"(, "held": false)"};
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    catalog_is_done(name);
    apply(name);
  }
};

TEST_F(Arbitrator, HasARoleAndAServiceAndNoData) {
  EXPECT_EQ(members.at("garb")->variable("the_role"), "2");
  EXPECT_TRUE(emitted("garb", "Service"));
  const std::string content = json_of(*last["garb"].at("File").as_resource().parameters.as_hash().find("content"));
  EXPECT_THAT(content, testing::HasSubstr(R"(GALERA_NODES=\"10.0.0.1:4567 10.0.0.2:4567\")"));
  EXPECT_THAT(content, testing::HasSubstr("socket.ssl_key=/run/credentials/garb.service/member.pem"));
  EXPECT_EQ(last["garb"].at("Galera_certificate").as_resource().parameters.as_hash().find("user")->as_string(), "root");
  EXPECT_FALSE(emitted("garb", "Galera_member"));
  for (const char* name : {"db1", "db2"}) {
    const std::string settings = json_of(*last[name].at("File").as_resource().parameters.as_hash().find("content"));
    EXPECT_THAT(settings, testing::Not(testing::HasSubstr("10.0.0.9"))) << name;
    EXPECT_THAT(members.at(name)->engine().waiting(), IsEmpty()) << name;
  }
  EXPECT_THAT(cluster.letters(), IsEmpty());
}

TEST_F(Arbitrator, IsNotWaitedForAfterAnOutage) {
  for (const char* name : {"db1", "db2"}) {
    databases[name].more = data(kOne, 100);
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    catalog_is_done(name);
    apply(name);
  }
  last.clear();
  for (const char* name : {"db1", "db2"}) databases[name].synced = false;
  comes_back("db1", 105);
  EXPECT_FALSE(emitted("db1", "Galera_bootstrap"));
  comes_back("db2", 109);
  apply("db1");
  apply("db2");
  EXPECT_TRUE(emitted("db2", "Galera_bootstrap"));
  EXPECT_THAT(cluster.states(), ElementsAre("born"));
}

}  // namespace
}  // namespace plan::engine::test
