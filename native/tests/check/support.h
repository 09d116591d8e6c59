// Checking small texts in tests.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace plan::check::test {

// A text, and "CODE LINE:COLUMN" of what is told of it.
struct Mistake {
  const char* name;
  const char* text;
  const char* expected;
};
inline void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }
inline constexpr auto named = [](const auto& one) { return std::string(one.param.name); };

// "P0201 3:33" for each finding, in the order of the text.
[[nodiscard]] std::vector<std::string> findings_in(std::string_view text);
[[nodiscard]] std::vector<std::string> errors_in(std::string_view text);
// The help of the only finding.
[[nodiscard]] std::string help_for(std::string_view text);
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace plan::check::test
