// The payloads of values. For this layer only.
#pragma once

#include <string>
#include <vector>

#include "values/value.h"

namespace plan::values {

// The text follows the object in the same piece of memory.
struct StringObject : Object {
  std::size_t size = 0;
  [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }
};

struct ArrayObject : Object {
  std::vector<Value> items;
};

struct TextObject : Object {          // regexp, semver, semver_range, uri, binary
  std::string text;
};

struct TypeObject : Object {
  types::TypePtr type;
};

struct SensitiveObject : Object {
  Value inner;
};

struct NanosecondsObject : Object {   // timespan, timestamp
  std::int64_t nanoseconds = 0;
};

// The depth of what holds a value this deep; raises where that is too much.
[[nodiscard]] std::uint32_t depth_around(std::uint32_t inner);

[[nodiscard]] std::size_t hash_of_string(std::string_view text);
inline constexpr std::size_t kUnindexed = 8;   // hashes up to this size are searched from front to back

}  // namespace plan::values
