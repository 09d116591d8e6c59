// Checking small texts in tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plan::check::test {

// "P0201 3:33" for each finding, in the order of the text.
[[nodiscard]] std::vector<std::string> findings_in(std::string_view text);
[[nodiscard]] std::vector<std::string> errors_in(std::string_view text);
// The help of the only finding.
[[nodiscard]] std::string help_for(std::string_view text);
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace plan::check::test
