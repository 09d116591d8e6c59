// Members and their cluster, with the module's own plans, in one room and driven by hand.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {

inline std::string look(const std::string& status, bool running, const std::string& more = "") {
  return R"({"boot_id": "boot-1", "running": )" + std::string(running ? "true" : "false") + R"(, "held": )" +
         (running ? "false" : "true") + R"(, "cluster_status": )" + (status.empty() ? "null" : "\"Primary\"") +
         R"(, "local_state": )" + (status.empty() ? "null" : "\"" + status + "\"") +
         R"(, "replication": )" + (running ? "\"tls\"" : "null") + R"(, "cluster_size": null, "state_uuid": null, "seqno": -1, "user_data": false, "snapshot": null)" + more + "}";
}

// Members and the cluster in one room; messages are delivered at once, batches are kept for the test to answer.
class ClusterRoom : public testing::Test {
 protected:
  explicit ClusterRoom(std::string_view server_facts = "{}", const Bundle& plans = shipped_bundle("galera::cluster"))
      : cluster(plans, "Galera::Cluster[c]", R"({"cluster_size": 3})", "puppet", server_facts) {
    static_cast<void>(exchange(cluster.start(), "puppet"));
  }

  Actor& add(const std::string& name, const std::string& more = "", bool installed = true) {
    members.emplace(name, std::make_unique<Actor>(shipped_bundle("galera::host"), "Galera::Host[m]",
                                                  R"({"cluster": "c", "host": ")" + name + R"(", "address": "10.0.0.)" +
                                                      std::to_string(members.size() + 1) + "\"" + more + "}", name));
    Actor& member = *members.at(name);
    exchange(member.start(), name);
    if (installed) exchange(member.step(EventPosted{"install_complete", {}, "Event[install_complete]"}), name);
    catalog_is_done(name);
    return member;
  }

  // Every one is another run.
  void catalog_is_done(const std::string& name) {
    CatalogDone done;
    done.run = "run-" + std::to_string(++runs[name]);
    exchange(members.at(name)->step(done), name);
  }

  void exchange(const Effects& effects, const std::string& from) {
    for (const Batch& batch : effects.batches) {
      for (const values::Value& resource : batch.resources) last[from][resource.as_resource().type] = resource;
      batches[from].push_back(batch);
    }
    for (Message message : effects.messages) {
      if (message.name == "member_map") maps.push_back(message.value);
      const bool up = from != "puppet";
      if (up) message.to = {"puppet", "Galera::Cluster[c]"};
      Actor& to = up ? cluster : *members.at(message.to.certname);
      const std::string receiver = up ? "puppet" : message.to.certname;
      exchange(to.step(Received{message}), receiver);
    }
  }

  // What the members' database servers do: a bootstrap, or a start beside one that is Synced, makes them Synced.
  struct FakeDatabase {
    bool synced = false;
    bool starts = true;
    std::string more;      // further or other fields of what observe finds
    bool stops = true;     // when it is to be held
    bool outdated = false; // its package
    std::string beginning = {}; // of a snapshot that nobody touched
    bool refused = false;  // another file has the last word over its settings: it is left as it is
  };

  // Applies the oldest batch of a member.
  void apply_one(const std::string& name) {
    ASSERT_FALSE(batches[name].empty()) << name << " wants nothing";
    const Batch batch = batches[name].front();
    batches[name].erase(batches[name].begin());
    BatchSynced synced{batch.id, {}};
    FakeDatabase& database = databases[name];
    for (const values::Value& resource : batch.resources) {
      const auto& one = resource.as_resource();
      ResourceResult result{one.type + "[" + one.title + "]", true, fails(name, one), false, false, {}, {}};
      const values::Value* hold = one.parameters.as_hash().find("hold");
      if (hold != nullptr && !database.synced && database.stops) database.more += R"(, "running": false, "held": true)";
      if (one.type == "Galera_observe") result.data = value_of(look(database.synced ? "Synced" : "", database.synced, database.more + R"(, "run": "run-)" + std::to_string(runs[name]) + "\""));
      if (one.type == "Galera_bootstrap" || one.type == "Galera_member") {
        const bool reaches = std::any_of(databases.begin(), databases.end(), [](const auto& other) { return other.second.synced; });
        if (!database.refused) database.synced = database.starts && (reaches || one.type == "Galera_bootstrap");
        const values::Value* grant = one.parameters.as_hash().find("grant");
        result.data = value_of(R"({"failed": )" + std::string(database.synced && !database.refused ? "false" : "true") +
                               R"(, "started": )" + std::string(database.starts && !database.refused ? "true" : "false") + R"(, "reason": null, "grant": )" +
                               (grant ? json_of(*grant) : "null") + R"(, "beginning": )" +
                               (database.beginning.empty() ? "null" : "\"" + database.beginning + "\"") + "}");
      }
      if (one.type == "Package") {
        const bool only_look = one.parameters.as_hash().find("noop")->as_boolean();
        result.changed = database.outdated && !only_look;
        result.noop = database.outdated && only_look;
        database.outdated = database.outdated && only_look;
      }
      if (one.type.starts_with("Galera_sst_")) result.data = value_of(sst_data(name, one));
      synced.results.push_back(result);
    }
    exchange(members.at(name)->step(synced), name);
  }

  // What a resource of state transfers tells the plan.
  virtual std::string sst_data(const std::string&, const values::ResourceObject&) { return "null"; }

  // Whether a resource of a member fails.
  virtual bool fails(const std::string&, const values::ResourceObject&) { return false; }

  void apply(const std::string& name) {
    while (!batches[name].empty()) apply_one(name);
  }

  [[nodiscard]] bool emitted(const std::string& name, const std::string& type) { return last[name].contains(type); }

  Actor cluster;
  std::map<std::string, std::unique_ptr<Actor>> members;
  std::map<std::string, std::vector<Batch>> batches;
  std::map<std::string, std::map<std::string, values::Value>> last;
  std::map<std::string, FakeDatabase> databases;
  std::map<std::string, int> runs;
  std::vector<values::Value> maps;         // that were sent to members, in this order
};

}  // namespace plan::engine::test
