// The variables and queues that every plan has.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "types/type.h"

namespace plan::check {

// In the order of the engine's slots.
inline constexpr std::array<std::string_view, 5> kBuiltinVariables = {"title", "facts", "trusted", "server_facts",
                                                                      "orchestrator"};

struct BuiltinQueue {
  std::string_view name;
  types::TypePtr type;
  bool latched;
};
// In the order of the engine's slots.
[[nodiscard]] const std::vector<BuiltinQueue>& builtin_queues();

}  // namespace plan::check
