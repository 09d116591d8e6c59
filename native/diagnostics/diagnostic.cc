#include "diagnostics/diagnostic.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/assert.h"

namespace plan::diagnostics {
namespace {

struct Entry {
  std::string_view id;
  std::string_view name;
  Severity severity;
  std::string_view summary;
};

constexpr auto kEntries = std::to_array<Entry>({
#define PLAN_DIAGNOSTIC(id, name, severity, summary) {id, #name, Severity::severity, summary},
#include "diagnostics/codes.def"
#undef PLAN_DIAGNOSTIC
});

const Entry& entry(Code code) {
  const auto index = static_cast<std::size_t>(code);
  PLAN_ASSERT(index < kEntries.size());
  return kEntries[index];
}

}  // namespace

std::string_view id(Code code) { return entry(code).id; }
std::string_view name(Code code) { return entry(code).name; }
Severity severity(Code code) { return entry(code).severity; }
std::string_view summary(Code code) { return entry(code).summary; }

void Diagnostics::report(Code code, Span span, std::string message, std::string help) {
  const bool is_first_error = severity(code) == Severity::error && !has_errors_;
  has_errors_ |= is_first_error;
  if (all_.size() < kMaxReported || is_first_error) all_.push_back({code, span, std::move(message), std::move(help)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = all_;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.span.source, a.span.begin) < std::tie(b.span.source, b.span.begin);
  });
  return result;
}

}  // namespace plan::diagnostics
