// The plans that a command works on: files, and folders in which *.plan and types/*.pp are looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "engine/program.h"

namespace plan::planctl {

struct Paths {
  std::vector<std::string> files;              // or folders
  std::vector<std::string> modulepath;         // folders of modules

  // The command's FILE and --modulepath.
  void add_to(CLI::App& command);
};

// Also what the modules hold in which these files stand, and those of the module path. Errors: "planctl.read", naming
// what cannot be read.
[[nodiscard]] Result<engine::Bundle> read_sources(const Paths& paths);

// Exit codes of every command.
inline constexpr int kFine = 0, kMistakes = 1, kUsage = 2, kFailed = 3;

// "planctl: message", and the help on a line of its own.
void complain(const Error& error);

// Reads and compiles. Where it cannot, that was told (mistakes as text on standard error, or with `json` as an array on
// standard output) and `code` is what to exit with.
[[nodiscard]] std::optional<engine::Compilation> compile_sources(const Paths& paths, bool json, int& code);

// What a phase makes of a text, noted down; mistakes go to the diagnostics.
using ShowFile = std::function<void(SourceId, const diagnostics::Sources&, diagnostics::Diagnostics&)>;
// Each of the files in turn, then `finish`, which prints; then the mistakes. Gives what to exit with.
[[nodiscard]] int show_files(const std::vector<std::string>& paths, const ShowFile& show, const std::function<void()>& finish);

// The plan of that name, written as in a plan text or as a type; null when there is none: that was told.
[[nodiscard]] const engine::PlanCode* find_plan(const engine::Program& program, const std::string& name);

}  // namespace plan::planctl
