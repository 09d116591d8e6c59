// Text as a number, in Puppet's notation: decimal, 0x hexadecimal, 0 octal, floats with exponent, an optional sign.
#pragma once

#include <optional>
#include <string_view>

#include "values/value.h"

namespace plan::values {

// An integer or a float, or nothing.
[[nodiscard]] std::optional<Value> to_number(std::string_view text);
// What an operator takes for a number. A string raises, also one that could be read as a number: Puppet's strict mode.
[[nodiscard]] Value coerce_numeric(const Value& value);

}  // namespace plan::values
