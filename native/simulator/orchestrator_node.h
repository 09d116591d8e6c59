// The orchestrator's host: the real service over a store in memory that outlives crashes, with what the http layer does
// around it: group commit, held calls, timers.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/conversation.h"
#include "orchestrator/service.h"
#include "orchestrator/store/memory.h"
#include "simulator/fake_admissions.h"
#include "simulator/recorder.h"
#include "simulator/world.h"

namespace plan::simulator {

class OrchestratorNode {
 public:
  // An answer, or nothing when the connection ends without one.
  using Respond = std::function<void(std::optional<agent::Answer>)>;

  OrchestratorNode(World& world, orchestrator::Declaration declaration);

  void start();
  // Power goes; what was committed stays. Half of the time it goes in the middle of the next commit.
  void crash();
  // A copy of the store, and later that in the store's place: restored, when it was made as a backup while it ran; else
  // it was stopped for the copy, and that is just put back.
  void back_up(bool running);
  void set_back();
  [[nodiscard]] bool up() const { return service_ != nullptr; }
  void arrive(const values::ProcessIdentity& member, const std::string& body, Respond respond);
  // What an operator says to the cluster: what came of it, stored, or why it was refused; nothing when the orchestrator is
  // down, or goes down before it has answered. A later word may find that it was heard all the same.
  std::optional<Result<boost::json::value>> order(const std::string& input, boost::json::value value, bool dry_run = false);
  // All that is taken from members since it was made.
  [[nodiscard]] boost::json::value record() const { return recorder_.json(declaration_); }
  [[nodiscard]] const orchestrator::Service* service() const { return service_.get(); }

 private:
  class Witness final : public orchestrator::Witness {
   public:
    bool knows(std::string_view resource) const override { return known_.contains(resource); }
    std::uint64_t epoch() const override { return epoch_; }
    Status remember(std::string_view resource) override;
    Status remember_epoch(std::uint64_t epoch) override;

   private:
    std::set<std::string, std::less<>> known_;
    std::uint64_t epoch_ = 0;
  };

  struct Held {
    orchestrator::Staged staged;
    Respond respond;
    bool committed = false;
  };

  void die();
  void commit_soon();
  bool commit();                         // false: it died of it
  void answer_held();
  void set_timer();
  void note(std::string_view what) { world_.note("orchestrator", what); }

  World& world_;
  orchestrator::Declaration declaration_;
  Recorder recorder_;
  orchestrator::MemoryStore store_;
  FakeAdmissions admissions_;
  std::optional<orchestrator::MemoryStore> backup_;
  bool backup_of_running_ = false;
  Witness witness_;
  std::unique_ptr<orchestrator::Service> service_;
  std::uint64_t boots_ = 0;
  bool commit_is_due_ = false;
  std::vector<std::shared_ptr<Held>> held_;
  std::optional<Instant> timer_;
};

}  // namespace plan::simulator
