// The tables of the SQLite store, as the steps that led to them. Step n takes a store of version n - 1 to version n; a
// new store takes all of them. A step that a release has gone out with is never changed, only followed by another.
#pragma once

#include <array>

namespace plan::orchestrator {

inline constexpr int kApplicationId = 0x706c616e;   // "plan": `file` and we can tell whose database it is
inline constexpr int kSchemaVersion = 4;

extern const std::array<const char*, kSchemaVersion> kMigrations;

}  // namespace plan::orchestrator
