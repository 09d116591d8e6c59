// The entries that are fuzzed.
#pragma once

#include <span>
#include <string_view>

namespace plan::fuzz {

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};

[[nodiscard]] std::span<const Target> targets();
[[nodiscard]] const Target* find_target(std::string_view name);   // null when there is none

// syntax_targets.cc
void fuzz_lexer(std::string_view input);
void fuzz_parser(std::string_view input);
// checker_target.cc
void fuzz_checker(std::string_view input);

}  // namespace plan::fuzz
