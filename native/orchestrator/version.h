#pragma once

#include <string_view>

namespace plan::orchestrator {

inline constexpr std::string_view kVersion = PLAN_VERSION;

}  // namespace plan::orchestrator
