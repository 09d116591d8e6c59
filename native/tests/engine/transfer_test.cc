// The account of state transfers: who makes it, who is told, and when the one before is removed.
#include <set>

#include "cluster_room.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Transfer : public ClusterRoom {
 protected:
  // What the file of a member says, and which accounts its database has.
  struct FakeAccounts {
    std::string in_file;
    std::string accepted = "null";
    bool makes = true;
    bool lacks_package = false;
  };

  Actor& join(const std::string& name) { return add(name, R"(, "wsrep_sst_method": "mariabackup")"); }
  void form() {
    for (const char* name : {"db1", "db2", "db3"}) join(name);
    for (int i = 0; i < 3; ++i) {
      for (const char* name : {"db1", "db2", "db3"}) apply(name);
    }
  }
  void begin_run(const std::string& name, const std::string& certificate = "") {
    Actor& member = *members.at(name);
    RunStarted started;
    if (!certificate.empty()) started.trusted = value_of(R"({"certificate": ")" + certificate + "\"}");
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(started), name);
    catalog_is_done(name);
  }
  void run(const std::string& name) {
    begin_run(name);
    apply(name);
  }
  void rotate(int version) {
    cluster.reload_with(R"({"cluster_size": 3, "sst_secret_version": )" + std::to_string(version) + "}");
    exchange(cluster.step(Tick{}), "puppet");
  }
  static std::string text_of(const values::ResourceObject& one, const char* parameter) {
    const values::Value* found = one.parameters.as_hash().find(parameter);
    return found == nullptr ? "" : values::to_string(*found);
  }
  std::string sst_data(const std::string& name, const values::ResourceObject& one) override {
    FakeAccounts& own = accounts[name];
    if (one.type == "Galera_sst_account") {
      const bool removes = text_of(one, "ensure") == "absent";
      if (removes) {
        if (existing.erase(one.title) > 0) removed.push_back(one.title);
      } else if (own.makes) {
        existing.insert(one.title);
        made.push_back(one.title + " on " + name + " for " + text_of(one, "certificates"));
      }
      return R"({"account": ")" + one.title + R"(", "ensure": ")" + (removes ? "absent" : "present") + R"(", "sealed": )" +
             (removes || !own.makes ? "null" : "\"sealed " + one.title + "\"") + R"(, "reason": )" +
             (removes || own.makes ? "null" : "\"it could not\"") + "}";
    }
    ++secrets[name];
    if (!text_of(one, "sealed").empty() && !own.lacks_package) own.in_file = text_of(one, "account");
    return R"({"account": )" +
           (own.in_file.empty() ? "null" : "\"" + own.in_file + "\"") + R"(, "accepted": )" +
           (text_of(one, "check") == "true" ? own.accepted : "null") + "}";
  }
  [[nodiscard]] std::vector<std::string> files() {
    std::vector<std::string> found;
    for (const auto& [name, own] : accounts) found.push_back(own.in_file);
    return found;
  }

  bool fails(const std::string& name, const values::ResourceObject& one) override {
    return one.type == "Galera_sst_secret" && accounts[name].lacks_package;
  }

  std::map<std::string, FakeAccounts> accounts;
  std::map<std::string, int> secrets;
  std::set<std::string> existing;   // in the database
  std::vector<std::string> made;
  std::vector<std::string> removed;
};

// It is given the account again in its next run, and not for ever in this one.
TEST_F(Transfer, WhoCannotTakeTheAccountIsNotGivenItAgainAtOnce) {
  accounts["db3"].lacks_package = true;
  for (const char* name : {"db1", "db2", "db3"}) join(name);
  for (int i = 0; i < 30; ++i) {
    for (const char* name : {"db1", "db2", "db3"}) {
      if (!batches[name].empty()) apply_one(name);
    }
  }
  EXPECT_THAT(batches["db3"], IsEmpty());
  EXPECT_LT(secrets["db3"], 5);
  accounts["db3"].lacks_package = false;
  run("db3");
  EXPECT_EQ(accounts["db3"].in_file, accounts["db1"].in_file);
}

TEST_F(Transfer, TheLeaderMakesTheAccountOnceForAllWhoAreThere) {
  form();
  EXPECT_THAT(made, ElementsAre("galera_sst_0_1 on db1 for [certificate of db1, certificate of db2, certificate of db3]"));
  EXPECT_THAT(files(), ElementsAre("galera_sst_0_1", "galera_sst_0_1", "galera_sst_0_1"));
  EXPECT_THAT(removed, IsEmpty());
  EXPECT_THAT(cluster.letters(), IsEmpty());
  for (auto& [name, member] : members) {
    EXPECT_THAT(member->letters(), IsEmpty()) << name;
    EXPECT_THAT(member->engine().waiting(), IsEmpty()) << name;
  }
}

TEST_F(Transfer, NobodyJoinsBeforeSomebodyCanBeADonor) {
  join("db1");
  join("db2");
  apply("db2");
  accounts["db1"].makes = false;
  apply("db1");
  EXPECT_TRUE(databases["db1"].synced);
  EXPECT_FALSE(emitted("db2", "Galera_member"));
  accounts["db1"].makes = true;
  run("db1");
  EXPECT_TRUE(emitted("db2", "Galera_member"));
}

TEST_F(Transfer, WhoJoinsLaterMakesTheNextOneItselfAndIsADonorAtOnce) {
  join("db1");
  apply("db1");
  EXPECT_THAT(made, ElementsAre("galera_sst_0_1 on db1 for [certificate of db1]"));
  join("db2");
  apply("db2");
  EXPECT_THAT(made, testing::Contains("galera_sst_0_2 on db2 for [certificate of db1, certificate of db2]"));
  EXPECT_EQ(accounts["db2"].in_file, "galera_sst_0_2");
  EXPECT_THAT(removed, IsEmpty());
  // The batch that brings db1 the new one is of its next run: until then it uses the old one, which is still there.
  run("db1");
  EXPECT_THAT(files(), ElementsAre("galera_sst_0_2", "galera_sst_0_2"));
  EXPECT_THAT(removed, ElementsAre("galera_sst_0_1"));
  run("db2");
  run("db1");
  EXPECT_THAT(made, testing::SizeIs(2));
  EXPECT_THAT(removed, testing::SizeIs(1));
}

TEST_F(Transfer, ASecretIsRotatedAndTheOldOneIsGoodUntilAllKnowTheNewOne) {
  form();
  rotate(2);
  EXPECT_THAT(made, testing::SizeIs(1));
  run("db2");
  EXPECT_THAT(made, testing::SizeIs(2));
  EXPECT_EQ(accounts["db2"].in_file, "galera_sst_0_2");
  run("db3");
  EXPECT_THAT(removed, IsEmpty());
  run("db1");
  EXPECT_THAT(removed, ElementsAre("galera_sst_0_1"));
  EXPECT_THAT(files(), ElementsAre("galera_sst_0_2", "galera_sst_0_2", "galera_sst_0_2"));
  EXPECT_EQ(cluster.variable("sst_accounts"), R"(["galera_sst_0_2"])");
}

TEST_F(Transfer, OfTwoThatWereOrderedTheFirstIsUsedAndTheOtherRemoved) {
  form();
  rotate(2);
  begin_run("db2");
  begin_run("db3");
  for (int i = 0; i < 5; ++i) {
    for (const char* name : {"db2", "db3"}) {
      if (!batches[name].empty()) apply_one(name);
    }
  }
  apply("db2");
  apply("db3");
  EXPECT_THAT(made, testing::SizeIs(3));
  const std::string used = accounts["db2"].in_file;
  EXPECT_EQ(accounts["db3"].in_file, used);
  run("db1");
  EXPECT_EQ(accounts["db1"].in_file, used);
  EXPECT_THAT(removed, testing::SizeIs(2));
  EXPECT_THAT(removed, Not(testing::Contains(used)));
}

TEST_F(Transfer, OneThatTheServerRefusesIsMadeAnew) {
  form();
  accounts["db2"].accepted = "false";
  run("db2");
  EXPECT_EQ(accounts["db2"].in_file, "galera_sst_0_2");
  EXPECT_THAT(made, testing::SizeIs(2));
}

TEST_F(Transfer, ACertificateThatWasRenewedIsSealedFor) {
  form();
  begin_run("db3", "new certificate of db3");
  apply("db3");
  EXPECT_THAT(made.back(), HasSubstr("new certificate of db3"));
  EXPECT_THAT(made.back(), Not(HasSubstr(", certificate of db3")));
}

TEST_F(Transfer, WhoLeftIsNotToldTheNextSecret) {
  form();
  Actor& db3 = *members.at("db3");
  exchange(db3.step(Leaving{}), "db3");
  apply("db3");
  run("db1");
  EXPECT_THAT(made.back(), Not(HasSubstr("certificate of db3")));
  EXPECT_EQ(accounts["db1"].in_file, "galera_sst_0_2");
}

TEST_F(Transfer, OneThatFailedIsOrderedAgainWhenTheMemberSpeaksTheNextTime) {
  join("db1");
  accounts["db1"].makes = false;
  apply("db1");
  EXPECT_EQ(accounts["db1"].in_file, "");
  accounts["db1"].makes = true;
  run("db1");
  EXPECT_NE(accounts["db1"].in_file, "");
}

TEST_F(Transfer, WithRsyncThereIsNoAccount) {
  for (const char* name : {"db1", "db2"}) add(name);
  for (const char* name : {"db1", "db2", "db1"}) apply(name);
  EXPECT_TRUE(emitted("db2", "Galera_member"));
  EXPECT_FALSE(emitted("db1", "Galera_sst_secret"));
  EXPECT_THAT(made, IsEmpty());
}

// What members are told of how to talk, and what their servers do until they are started anew.
class Replication : public ClusterRoom {
 protected:
  void form(const std::string& how) {
    for (const char* name : {"db1", "db2", "db3"}) {
      add(name);
      databases[name].more = R"(, "replication": ")" + how + "\"";
    }
    for (const char* name : {"db3", "db1", "db2", "db3"}) apply(name);
  }
  // Its agent runs, and its server runs like this.
  void run(const std::string& name, const std::string& how) {
    databases[name].more = how.empty() ? "" : R"(, "replication": )" + (how == "null" ? how : "\"" + how + "\"");
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    catalog_is_done(name);
    apply(name);
  }
  void wish(bool tls) {
    cluster.reload_with(std::string(R"({"cluster_size": 3, "replication_tls": )") + (tls ? "true}" : "false}"));
    exchange(cluster.step(Tick{}), "puppet");
  }
  [[nodiscard]] std::string configuration(const std::string& name) {
    if (!emitted(name, "File")) return "";
    return values::to_string(*last[name]["File"].as_resource().parameters.as_hash().find("content"));
  }
  [[nodiscard]] std::vector<std::string> ways() {
    std::vector<std::string> found;
    for (const char* name : {"db1", "db2", "db3"}) {
      const std::string text = configuration(name);
      found.emplace_back(text.find("socket.ssl=yes") == std::string::npos           ? "plain"
                         : text.find("socket.dynamic=yes") == std::string::npos ? "tls"
                                                                                    : "both");
    }
    return found;
  }
};

TEST_F(Replication, ANewClusterTalksByTlsWithTheNodesCertificates) {
  form("tls");
  EXPECT_THAT(ways(), ElementsAre("tls", "tls", "tls"));
  EXPECT_TRUE(emitted("db1", "Galera_certificate"));
  EXPECT_THAT(configuration("db1"), HasSubstr("\nwsrep_provider_options   = \"socket.ssl=yes;"));
  EXPECT_THAT(configuration("db1"), HasSubstr("socket.ssl_ca=/var/lib/galera-member/tls/ca.pem"));
  EXPECT_THAT(configuration("db1"), Not(HasSubstr("[sst]")));   // rsync is not encrypted by itself
  EXPECT_THAT(cluster.letters(), IsEmpty());
}

TEST_F(Replication, WithoutItTheConfigurationSaysNothingOfIt) {
  wish(false);
  form("plain");
  EXPECT_THAT(configuration("db1"), Not(HasSubstr("wsrep_provider_options")));
  EXPECT_FALSE(emitted("db1", "Galera_certificate"));
}

TEST_F(Replication, WhileOneRunsThatKnowsOnlyTheOtherWayThoseThatStartKnowBoth) {
  wish(false);
  form("plain");
  wish(true);
  for (const char* name : {"db1", "db2", "db3"}) run(name, "plain");
  EXPECT_THAT(ways(), ElementsAre("both", "both", "both"));
  // They are started anew, one after the other, and their agents run.
  run("db1", "both");
  run("db2", "both");
  EXPECT_THAT(ways(), ElementsAre("both", "both", "both"));
  run("db3", "both");
  EXPECT_THAT(ways(), ElementsAre("tls", "tls", "tls"));
  // The same way back
  for (const char* name : {"db1", "db2", "db3"}) run(name, "tls");
  wish(false);
  run("db2", "tls");
  EXPECT_THAT(ways(), ElementsAre("both", "both", "both"));
}

TEST_F(Replication, APrimaryMemberThatDoesNotSayHowItTalksIsOfAnEarlierVersion) {
  form("tls");
  run("db2", "null");
  EXPECT_THAT(ways(), ElementsAre("both", "both", "both"));
}

TEST_F(Replication, StateIsTransferredEncryptedWhereItCanBe) {
  add("db1", R"(, "wsrep_sst_method": "mariabackup", "wsrep_provider_options": "gcache.size=1G")");
  apply("db1");
  EXPECT_THAT(configuration("db1"), HasSubstr("[sst]\nssl-mode = VERIFY_IDENTITY\n"));
  EXPECT_THAT(configuration("db1"), HasSubstr("/ca.pem;gcache.size=1G\"\n"));
  add("db2", R"(, "sst_tls": true)");
  apply("db2");
  EXPECT_THAT(configuration("db2"), HasSubstr("[sst]\nssl-mode = VERIFY_CA\n"));
}

}  // namespace
}  // namespace plan::engine::test
