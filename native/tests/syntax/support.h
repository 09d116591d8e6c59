// Reading small texts in tests.
#pragma once

#include <string>
#include <string_view>

namespace plan::syntax::test {

// The dump of the expression, or the diagnostics.
[[nodiscard]] std::string read_expression(std::string_view text);
// The dump of the statements of a function's body, joined by blanks, or the diagnostics.
[[nodiscard]] std::string read_statements(std::string_view text);
// The dump of the items of an action's body, or the diagnostics.
[[nodiscard]] std::string read_action(std::string_view text);
// The dump of the members of a plan, a line each, or the diagnostics.
[[nodiscard]] std::string read_members(std::string_view text);
// The dump of a file, or the diagnostics.
[[nodiscard]] std::string read_text(std::string_view text);
// Every diagnostic as "line:column CODE message", a line each.
[[nodiscard]] std::string mistakes_in(std::string_view text);

// Prints a text that has no mistakes: what is printed reads back as the same tree, and prints as itself.
std::string round_trip(const std::string& text);

[[nodiscard]] std::string test_file(std::string_view name);
// Compares with a file of testdata/syntax; PLAN_ACCEPT=1 in the environment writes it anew.
void expect_golden(std::string_view name, std::string_view actual);

}  // namespace plan::syntax::test
