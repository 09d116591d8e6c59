// Three members that were Synced, until power went everywhere.
#pragma once

#include "cluster_room.h"

namespace plan::engine::test {

inline constexpr const char* kOne = "aaaaaaaa-0000-11ee-8000-000000000001";
inline constexpr const char* kOther = "bbbbbbbb-0000-11ee-8000-000000000002";

inline std::string data(const std::string& uuid, int seqno) {
  return R"(, "state_uuid": )" + (uuid.empty() ? "null" : "\"" + uuid + "\"") + R"(, "seqno": )" + std::to_string(seqno);
}

// Three that were Synced at position 100, until power went everywhere.
class Outage : public ClusterRoom {
 protected:
  explicit Outage(const Bundle& plans = shipped_bundle("galera::cluster")) : ClusterRoom("{}", plans) {
    for (const char* name : {"db1", "db2", "db3"}) {
      add(name);
      databases[name].more = "";
    }
    for (const char* name : {"db3", "db1", "db2", "db3"}) apply(name);
    for (const char* name : {"db1", "db2", "db3"}) {
      databases[name].more = data(kOne, 100);
      run(name);
    }
    EXPECT_THAT(cluster.states(), testing::ElementsAre("born"));
    power_goes();
  }

  void power_goes() {
    for (auto& [name, database] : databases) database.synced = false;
    last.clear();
  }

  void begin_run(const std::string& name) {
    Actor& member = *members.at(name);
    exchange(member.step(RunEnded{}), name);
    exchange(member.step(RunStarted{}), name);
    catalog_is_done(name);
  }
  void run(const std::string& name) {
    begin_run(name);
    apply(name);
  }
  // Its agent runs, and finds that nothing does, with this on its disk.
  void comes_back(const std::string& name, const std::string& uuid, int seqno, const std::string& more = "") {
    looks(name, uuid, seqno, more);
    apply(name);
  }
  // The same, and no more than that first look.
  void looks(const std::string& name, const std::string& uuid, int seqno, const std::string& more = "") {
    databases[name] = {false, true, data(uuid, seqno) + R"(, "held": false)" + more};
    begin_run(name);
    apply_one(name);
  }
  void apply_all() {
    for (int i = 0; i < 3; ++i) {
      for (const char* name : {"db1", "db2", "db3"}) apply(name);
    }
  }
  [[nodiscard]] std::vector<std::string> bootstrapping() {
    std::vector<std::string> names;
    for (const auto& [name, resources] : last) {
      if (resources.contains("Galera_bootstrap")) names.push_back(name);
    }
    return names;
  }
  [[nodiscard]] std::string waits_for() {
    const auto waiting = cluster.engine().waiting();
    return waiting.empty() ? "" : waiting[0].text();
  }
};

}  // namespace plan::engine::test
