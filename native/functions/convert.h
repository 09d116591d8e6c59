// Text to numbers as Ruby's Integer() and Float() read it. For this layer only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plan::functions {

// radix 0: by prefix (0x, 0b, 0o, 0). Raises an ArgumentError.
[[nodiscard]] std::int64_t ruby_integer(std::string_view text, int radix);
[[nodiscard]] double ruby_float(std::string_view text);
[[nodiscard]] std::string utf8_character(std::int64_t code_point);

}  // namespace plan::functions
