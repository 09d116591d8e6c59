// Upper and lower case of text as Ruby has it: all of Unicode, without regard to language or place in a word.
#pragma once

#include <string>
#include <string_view>

namespace plan::types {

[[nodiscard]] std::string upcase(std::string_view text);
[[nodiscard]] std::string downcase(std::string_view text);
// The first character as a title has it, all else in lower case.
[[nodiscard]] std::string capitalize(std::string_view text);

}  // namespace plan::types
