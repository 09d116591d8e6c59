// One text with fifty mistakes gives fifty diagnostics, each at its line, with a range that an editor can underline.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/check.h"
#include "support.h"

namespace plan::check::test {
namespace {

using Told = std::multiset<std::pair<std::size_t, std::string>>;

const std::string kText = std::string(PLAN_TEST_DATA) + "/check/many.plan";
const std::string kExpected = std::string(PLAN_TEST_DATA) + "/check/many.expected";

// The codes that stand in comments at the ends of lines.
Told wanted_in(const std::string& text) {
  Told wanted;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const std::size_t at = line.rfind("# P");
    if (at != std::string::npos && line.size() == at + 7) wanted.emplace(number, line.substr(at + 2));
  }
  return wanted;
}

TEST(Many, FiftyMistakesGiveFiftyDiagnosticsEachAtItsLine) {
  const std::string text = read_file(kText);
  const Findings findings = check_texts({{"many.plan", text}});
  Told missing = wanted_in(text);
  EXPECT_EQ(missing.size(), 50U);
  EXPECT_EQ(findings.diagnostics.size(), 50U);
  for (const diagnostics::Diagnostic& one : findings.diagnostics) {
    const std::size_t line = findings.sources->position(one.span.source, one.span.begin).line;
    const auto found = missing.find({line, std::string(diagnostics::id(one.code))});
    if (found == missing.end()) ADD_FAILURE() << "not wanted:\n" << render_text({one}, *findings.sources);
    else missing.erase(found);
  }
  for (const auto& [line, code] : missing) ADD_FAILURE() << code << " is not told in line " << line;
}

// PLAN_ACCEPT=1 in the environment writes what is expected anew.
TEST(Many, AreShownAsExpected) {
  const Findings findings = check_texts({{"many.plan", read_file(kText)}});
  const std::string shown = render_text(findings.diagnostics, *findings.sources);
  if (std::getenv("PLAN_ACCEPT") != nullptr) std::ofstream(kExpected, std::ios::binary) << shown;
  EXPECT_EQ(read_file(kExpected), shown);
}

TEST(Many, MembersThatPlansInheritTogetherHaveALimit) {
  std::string text = "plan base {\n";
  for (int i = 0; i < 9000; ++i) text += "  queue Integer q" + std::to_string(i) + "\n";
  text += "}\n";
  for (int i = 0; i < 100; ++i) text += "plan p" + std::to_string(i) + " inherits base { }\n";
  EXPECT_THAT(errors_in(text), testing::ElementsAre("P0501 9008:18"));      // the sixth heir, told once
}

TEST(Many, TypesOfAVariantHaveALimit) {
  std::string text = "type V = Variant[Variant[Integer[0, 0]";
  for (int i = 1; i < 600; ++i) text += ", Integer[" + std::to_string(2 * i) + "]";
  text += "], Variant[Float";
  for (int i = 1; i < 600; ++i) text += ", Float[" + std::to_string(2 * i) + ".0]";
  EXPECT_THAT(errors_in(text + "]]\n"), testing::ElementsAre("P0303 1:10"));
}

}  // namespace
}  // namespace plan::check::test
