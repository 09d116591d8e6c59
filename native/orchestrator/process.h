// A declared process: its engine while it is served, and what the store knows of it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "engine/engine.h"
#include "orchestrator/service.h"
#include "orchestrator/store/store.h"

namespace plan::orchestrator {

// Makes engines for declarations. Error codes: declaration.bundle, declaration.plan, declaration.parameter,
// declaration.state (the stored state cannot be read).
class Foundry {
 public:
  Foundry(std::string certname, const engine::Limits& limits) : certname_(std::move(certname)), limits_(limits) {}

  [[nodiscard]] Result<std::shared_ptr<const engine::Program>> compile(const StoredDeclaration& declaration);
  [[nodiscard]] Result<std::unique_ptr<engine::Engine>> create(const StoredDeclaration& declaration,
                                                               std::shared_ptr<const engine::Program> program,
                                                               Instant now) const;
  [[nodiscard]] Result<std::unique_ptr<engine::Engine>> restore(const StoredDeclaration& declaration,
                                                                std::shared_ptr<const engine::Program> program,
                                                                const boost::json::value& snapshot, Instant now) const;
  [[nodiscard]] Result<engine::Setup> setup(const StoredDeclaration& declaration,
                                            const engine::Program& program) const;
  [[nodiscard]] values::ProcessIdentity identity(const StoredDeclaration& declaration) const {
    return {certname_, declaration.resource};
  }

 private:
  std::string certname_;
  engine::Limits limits_;
};

struct KeptDeadLetter {
  std::uint64_t id;
  boost::json::object letter;      // dead_letters.cc says what is in it
  bool stored = false;
};

struct Process {
  StoredDeclaration declaration;
  std::shared_ptr<const engine::Program> program;   // null while it is not served
  std::unique_ptr<engine::Engine> engine;           // null while it is not served
  std::string snapshot;                             // of the store; up to date while it is not served
  bool changed = false;                             // the store has an older snapshot; set by State::mark_changed()
  bool declared_anew = false;                       // the store has an older declaration; then it is changed, too
  std::optional<Instant> wakeup;                    // when it is stepped though nobody says anything
  std::uint64_t revision = 0;                       // of what people see of it
  std::uint64_t firings = 0;                        // over all runs, as of the last snapshot
  std::deque<KeptDeadLetter> dead_letters;          // the last ones
  std::uint64_t buried = 0;                         // dead letters up to this one are to go from the store, too

  [[nodiscard]] bool served() const { return engine != nullptr; }
  [[nodiscard]] std::string state_text();
  void count_firings(const boost::json::value& of_snapshot);
  void stop_serving();
};

[[nodiscard]] StoredDeclaration to_stored(const Declaration& declaration);

}  // namespace plan::orchestrator
