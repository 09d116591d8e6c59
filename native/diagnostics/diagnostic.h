// A mistake in a plan text, told to its author: what, where, and what to do. Codes are stable and declared once in
// codes.def, a line each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "diagnostics/sources.h"

namespace plan::diagnostics {

enum class Severity : std::uint8_t { error, warning };

enum class Code : std::uint16_t {
#define PLAN_DIAGNOSTIC(id, name, severity, summary) name,
#include "diagnostics/codes.def"
#undef PLAN_DIAGNOSTIC
};

[[nodiscard]] std::string_view id(Code code);           // "P0101"
[[nodiscard]] std::string_view name(Code code);         // "unexpected_token"
[[nodiscard]] Severity severity(Code code);
[[nodiscard]] std::string_view summary(Code code);

struct Diagnostic {
  Code code;
  Span span;
  std::string message;
  std::string help = {};
};

inline constexpr std::size_t kMaxReported = 1'000;

// Collects what the phases find, in order of discovery; sorted() orders by file and position.
class Diagnostics {
 public:
  // What comes after the first kMaxReported is dropped, but for a first error.
  void report(Code code, Span span, std::string message, std::string help = {});
  // Nothing that is found from now on would be told.
  [[nodiscard]] bool is_full() const { return has_errors_ && all_.size() >= kMaxReported; }
  [[nodiscard]] bool has_errors() const { return has_errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> all_;
  bool has_errors_ = false;
};

// "path:line:column: error[P0101]: message", the source line, a caret line, and "help: …".
[[nodiscard]] std::string render_text(const std::vector<Diagnostic>& diagnostics, const Sources& sources);
// The source line of a span and a caret line, for other messages about a text.
[[nodiscard]] std::string render_excerpt(Span span, const Sources& sources);
// An array of objects: file line column end_line end_column severity code message help.
[[nodiscard]] std::string render_json(const std::vector<Diagnostic>& diagnostics, const Sources& sources);
// The name among candidates that is nearest to `name`: at most a third of its letters differ, or else most of the two is
// words they share (`role` and `the_role`). Empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace plan::diagnostics
