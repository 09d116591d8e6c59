// + - << on arrays and hashes. The left side is one of these.
#pragma once

#include "values/value.h"

namespace plan::values {

[[nodiscard]] Value concatenate(const Value& left, const Value& right);
[[nodiscard]] Value remove(const Value& left, const Value& right);
[[nodiscard]] Value append(const Value& array, const Value& item);

// [key, value] of each entry.
[[nodiscard]] std::vector<Value> pairs(const HashObject& hash);
// A hash of [[key, value], …] or of [key, value, key, value, …].
[[nodiscard]] Value hash_from_pairs(std::span<const Value> items);
[[nodiscard]] Value hash_from_flat(std::span<const Value> items);

}  // namespace plan::values
