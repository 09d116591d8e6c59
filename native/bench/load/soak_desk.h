// The plan that members of a soak talk with. What is asked comes back to who asked it, with the same words; what is to be
// relayed goes to whoever spoke last before. So each word that comes tells whose it is, and the process is small.
#pragma once

#include <string>

#include "orchestrator/service.h"

namespace plan::load {

inline constexpr const char* kSoakMember = "Load::Member[m]";

// A mistake built in, so that it can be seen that a soak finds it.
enum class Fault : std::uint8_t { none, lose, repeat, keep };

// The title of a cluster, from 0 on.
[[nodiscard]] std::string soak_cluster(std::size_t number);
[[nodiscard]] orchestrator::Declaration soak_declaration(std::size_t number, Fault fault);

}  // namespace plan::load
