// A store that knows less than it once did: it was lost, restored from a backup, or set back. Each process hears of it
// by $server_facts['memory_lost_at'], the epoch at which the store went on.
#pragma once

#include <cstdint>
#include <string>

#include "orchestrator/store/store.h"

namespace plan::orchestrator {

// The facts of a process that is told so.
[[nodiscard]] std::string facts_of_loss(std::uint64_t epoch);
// What these facts say; 0: nothing was ever lost.
[[nodiscard]] std::uint64_t memory_lost_at(const StoredDeclaration& declaration);

// What a restored store must take before it is served from: an epoch above its own and above `known_epoch` (of the store
// in whose place it comes), and the word of the loss for each process.
[[nodiscard]] Transaction restoration(const Contents& contents, std::uint64_t known_epoch);

}  // namespace plan::orchestrator
