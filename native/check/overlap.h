// May a value be of two types at once? What may not be is a mistake that can be told before anything runs.
#pragma once

#include <cstdint>

#include "types/type.h"

namespace plan::check {

// The kinds of values that types have as instances, as bits.
enum ValueKinds : std::uint32_t {
  kUndef = 1U << 0U, kDefault = 1U << 1U, kBoolean = 1U << 2U, kInteger = 1U << 3U, kFloat = 1U << 4U,
  kString = 1U << 5U, kRegexp = 1U << 6U, kArray = 1U << 7U, kHash = 1U << 8U, kSensitive = 1U << 9U,
  kType = 1U << 10U, kCallable = 1U << 11U, kTimespan = 1U << 12U, kTimestamp = 1U << 13U, kSemver = 1U << 14U,
  kSemverRange = 1U << 15U, kBinary = 1U << 16U, kResource = 1U << 17U, kProcess = 1U << 18U, kQueue = 1U << 19U,
  kUri = 1U << 20U,
  kEverything = (1U << 21U) - 1,
};
[[nodiscard]] std::uint32_t kinds_of(const types::Type& type);

// False only where no value is an instance of both. Null, of which nothing is known, overlaps with all.
[[nodiscard]] bool overlap(const types::TypePtr& a, const types::TypePtr& b);

}  // namespace plan::check
