// In place of mariadbd on all members: who runs, who is in the Primary component, what is on each disk. Enough of
// Galera's rules to be wrong about: a bootstrap makes a new cluster, or starts one again at what its member has; a crash can
// cost the majority, a component that lost it heals when its whole last view is back, one that joins may lose the others
// and run on alone; whose data is of another history gets that of the others in its place. Rows are written all the time,
// and what one member has acknowledged the others have a while later. A row is lost only with the disks that have it, or
// when it is given up.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulator/world.h"

namespace plan::simulator {

class FakeGalera {
 public:
  FakeGalera(World& world, std::size_t members);

  // ---- what the catalog and the plan do on member `i`
  void install(std::size_t i);                       // package and snapshot; held as long as nobody releases it
  [[nodiscard]] bool installed(std::size_t i) const { return nodes_[i].installed; }
  // True when that was a change.
  bool configure(std::size_t i, const std::string& text);
  void stop(std::size_t i);
  // A Primary one is left alone.
  bool hold(std::size_t i);
  [[nodiscard]] values::Value observe(std::size_t i, const std::string& run);
  // `done` gets the resource's data, unless the member crashes before.
  using Done = std::function<void(values::Value data, bool changed)>;
  struct Grant {
    std::string id, boot_id;
    bool for_this_run = true, new_history = false;
    std::vector<std::string> silent;                 // addresses
  };
  void bootstrap(std::size_t i, const Grant& grant, Done done);
  // Fails at once when none of the others runs.
  void join(std::size_t i, bool restart, Done done);

  // ---- what happens to it
  void crash(std::size_t i);
  void boot(std::size_t i);
  void lose_disk(std::size_t i);
  void make_empty(std::size_t i);                    // an operator moves the data away
  // An operator goes on without what is on this disk, or starts with this member's data: rows beyond that are no more
  // those that must be there, and what the others have may be replaced.
  void give_up(std::size_t i);
  void accept_loss_for(std::size_t i);
  [[nodiscard]] std::size_t newest() const;          // the member with the newest data, wherever it is
  // Its data holds rows that the Primary component never had: Galera does not let it in.
  [[nodiscard]] bool beyond_the_others(std::size_t i) const;

  [[nodiscard]] bool running(std::size_t i) const { return nodes_[i].phase != Phase::stopped; }
  [[nodiscard]] bool synced(std::size_t i) const;
  [[nodiscard]] std::size_t births() const { return births_; }
  // How often a cluster that had been born was bootstrapped again.
  [[nodiscard]] std::size_t restarts() const { return restarts_; }
  [[nodiscard]] std::size_t component_size() const { return component().size(); }
  [[nodiscard]] std::uint64_t starts(std::size_t i) const { return nodes_[i].starts; }
  static std::string address(std::size_t i) { return "10.99.0." + std::to_string(11 + i); }

 private:
  enum class Phase : std::uint8_t { stopped, joining, running, disconnected };
  struct Node {
    // durable
    bool installed = false, released = false;
    bool was_started = false;
    std::set<std::string> used_grants;
    std::optional<std::string> uuid;
    std::int64_t seqno = -1;
    std::uint64_t installation = 1;
    std::uint64_t synced_as = 0;                     // the installation that was last Synced with this data; 0: none
    bool knows_view = false;                         // gvwstate.dat: a stop in order takes it away
    std::string config;
    std::vector<std::string> peers;
    // until the next crash
    Phase phase = Phase::stopped;
    bool lost_once = false;                          // its cluster, and ran on in no component
    bool waits_for_view = false;                     // starts, and knows the last view
    bool bootstraps = false;                         // a grant is being used
    std::uint64_t boots = 1;
    std::uint64_t starts = 0;
    bool up = true;
    std::string reason;                              // why the last start failed
  };

  [[nodiscard]] std::set<std::size_t> component() const;   // who is Primary now
  [[nodiscard]] bool answers(std::size_t i) const;           // by SQL
  [[nodiscard]] std::string boot_id(std::size_t i) const;
  void begin(std::size_t i);
  void be_born(std::size_t i, bool new_history);
  void enter(std::size_t i, std::set<std::size_t> view);
  void write_rows();
  void heal();
  void try_to_join(std::size_t i, std::uint64_t boots, Instant until);
  [[nodiscard]] bool reaches(std::size_t i) const;   // somebody who is Primary
  [[nodiscard]] bool anybody(std::size_t i, const std::vector<std::string>& at) const;   // somebody else who runs
  [[nodiscard]] std::int64_t newest_but(std::size_t i) const;
  void watch(std::size_t i, std::uint64_t boots, Instant until, std::string grant, Done done);
  [[nodiscard]] values::Value outcome(std::size_t i, const std::string& grant, bool started = true);
  void note(std::size_t i, std::string_view what) { world_.note("db" + std::to_string(i + 1) + " mariadbd", what); }

  World& world_;
  std::vector<Node> nodes_;
  std::set<std::size_t> view_;                       // members of the last Primary component
  std::size_t births_ = 0, restarts_ = 0;
  std::int64_t acknowledged_ = 0;                    // the newest row
  std::set<std::string> given_up_;                   // histories
};

}  // namespace plan::simulator
