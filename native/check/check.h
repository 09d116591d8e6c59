// The checker: every mistake of plans that can be known before anything runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "check/model.h"
#include "diagnostics/diagnostic.h"
#include "diagnostics/sources.h"

namespace plan::check {

// How `.name` is read: as a part of a value, or as a member of a process, or of something that may be one. Where it
// calls a function there is none.
enum class Member : std::uint8_t { of_value, of_process };
using Members = std::unordered_map<const syntax::MethodCall*, Member>;

// Reports names, types, arcs and flow of all plans and aliases of the model. The compiler relies on plans in which no
// error was found.
Members check(const Model& model, diagnostics::Diagnostics& diagnostics);

struct Text {
  std::string path;
  std::string text;
  bool judged = true;      // false: it only declares what others use; nothing is reported in it
};
struct Findings {
  std::shared_ptr<diagnostics::Sources> sources;
  std::vector<diagnostics::Diagnostic> diagnostics;      // sorted by file and place
  std::vector<std::string> plans;                        // that the texts declare, in small letters
  [[nodiscard]] bool has_errors() const;
};
// Parses and checks texts that belong together. Total: any text gives findings, and nothing is thrown.
[[nodiscard]] Findings check_texts(std::vector<Text> texts);

}  // namespace plan::check
