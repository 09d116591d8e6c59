#include "support.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "check/check.h"

namespace plan::check::test {
namespace {

std::vector<std::string> told(std::string_view text, bool warnings) {
  const Findings findings = check_texts({{"t.plan", std::string(text)}});
  std::vector<std::string> result;
  for (const diagnostics::Diagnostic& one : findings.diagnostics) {
    if (!warnings && diagnostics::severity(one.code) != diagnostics::Severity::error) continue;
    const diagnostics::Position at = findings.sources->position(one.span.source, one.span.begin);
    result.push_back(std::string(diagnostics::id(one.code)) + " " + std::to_string(at.line) + ":" + std::to_string(at.column));
  }
  return result;
}

}  // namespace

std::vector<std::string> findings_in(std::string_view text) { return told(text, true); }
std::vector<std::string> errors_in(std::string_view text) { return told(text, false); }

std::string help_for(std::string_view text) {
  const Findings findings = check_texts({{"t.plan", std::string(text)}});
  if (findings.diagnostics.size() == 1) return findings.diagnostics[0].help;
  ADD_FAILURE() << render_text(findings.diagnostics, *findings.sources);
  return {};
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace plan::check::test
