// Between members and orchestrator: each call takes its time, some take long, some are lost on the way there or on the
// way back, some arrive twice. Calls of one member are on different connections, so that they overtake each other.
#pragma once

#include "agent/conversation.h"
#include "simulator/orchestrator_node.h"
#include "simulator/world.h"

namespace plan::simulator {

class Network {
 public:
  Network(World& world, OrchestratorNode& orchestrator) : world_(world), orchestrator_(orchestrator) {}

  // Exactly one of the answer and nothing (the connection broke) reaches the caller, once.
  void call(const values::ProcessIdentity& member, const agent::Exchange& exchange,
            std::function<void(std::optional<agent::Answer>)> done);

 private:
  [[nodiscard]] milliseconds delay();

  World& world_;
  OrchestratorNode& orchestrator_;
};

}  // namespace plan::simulator
