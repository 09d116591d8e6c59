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
// evaluator_target.cc
void fuzz_evaluator(std::string_view input);
// config_target.cc
void fuzz_config(std::string_view input);
// json_targets.cc
void fuzz_bundle(std::string_view input);
void fuzz_state(std::string_view input);
// wire_targets.cc
void fuzz_json(std::string_view input);
void fuzz_exchange(std::string_view input);
void fuzz_reply(std::string_view input);
// admission_target.cc
void fuzz_admission(std::string_view input);
// http_target.cc
void fuzz_http(std::string_view input);
// crl_target.cc
void fuzz_crl(std::string_view input);

}  // namespace plan::fuzz
