// The plans that a command works on: files, and folders in which *.plan and types/*.pp are looked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/program.h"

namespace plan::planctl {

// `everything`: also what the modules hold in which these files stand. Errors: "planctl.read", naming what cannot be read.
enum class Wanted : unsigned char { given, everything };
[[nodiscard]] Result<engine::Bundle> read_sources(const std::vector<std::string>& paths, Wanted wanted);

// Exit codes of every command.
inline constexpr int kFine = 0, kMistakes = 1, kUsage = 2, kFailed = 3;

// "planctl: message", and the help on a line of its own.
void complain(const Error& error);

// Reads and compiles. Where it cannot, that was told (mistakes as text on standard error, or with `json` as an array on
// standard output) and `code` is what to exit with.
[[nodiscard]] std::optional<engine::Compilation> compile_sources(const std::vector<std::string>& paths, bool json, int& code);

// The plan of that name, written as in a plan text or as a type; null when there is none: that was told.
[[nodiscard]] const engine::PlanCode* find_plan(const engine::Program& program, const std::string& name);

}  // namespace plan::planctl
