// Text to numbers as Ruby's Integer() and Float() read it. For this layer only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "values/value.h"

namespace plan::functions {

// radix 0: by prefix (0x, 0b, 0o, 0). Raises an ArgumentError.
[[nodiscard]] std::int64_t ruby_integer(std::string_view text, int radix);
[[nodiscard]] double ruby_float(std::string_view text);
[[nodiscard]] std::string utf8_character(std::int64_t code_point);

// "Value of type T cannot be converted to X"; the number of arguments of X.new. Raise EvaluationError.
[[noreturn]] void not_convertible(const values::Value& from, std::string_view type);
void expect_count(std::string_view type, std::span<const values::Value> arguments, std::size_t least, std::size_t most);

// A type of all that `new` of this one can be given alone, its instances among them (initializers.cc).
[[nodiscard]] types::TypePtr initializers(const types::TypePtr& type);

// Timespan.new, Timestamp.new (convert_times.cc), SemVer.new, SemVerRange.new (convert_versions.cc).
[[nodiscard]] values::Value to_timespan(std::span<const values::Value> arguments);
[[nodiscard]] values::Value to_timestamp(std::span<const values::Value> arguments);
[[nodiscard]] values::Value to_semver(std::span<const values::Value> arguments);
[[nodiscard]] values::Value to_semver_range(std::span<const values::Value> arguments);

}  // namespace plan::functions
