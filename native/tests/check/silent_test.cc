// What is shipped holds no mistake, and nothing is told of it.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "check/check.h"
#include "support.h"

namespace plan::check::test {
namespace {

namespace fs = std::filesystem;

void collect(const fs::path& folder, const char* extension, std::vector<Text>& texts) {
  if (!fs::exists(folder)) return;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) texts.push_back({entry.path().string(), read_file(entry.path())});
  }
}

void expect_silence(std::vector<Text> texts) {
  std::sort(texts.begin(), texts.end(), [](const Text& a, const Text& b) { return a.path < b.path; });
  const Findings findings = check_texts(std::move(texts));
  EXPECT_TRUE(findings.diagnostics.empty()) << render_text(findings.diagnostics, *findings.sources);
}

TEST(Silent, ThePlansOfTheModule) {
  std::vector<Text> texts;
  collect(fs::path(PLAN_MODULE_ROOT) / "plans", ".plan", texts);
  EXPECT_FALSE(texts.empty());
  collect(fs::path(PLAN_MODULE_ROOT) / "types", ".pp", texts);
  expect_silence(std::move(texts));
}

TEST(Silent, TheExamples) {
  std::vector<Text> texts;
  collect(fs::path(PLAN_MODULE_ROOT) / "examples", ".plan", texts);
  for (const Text& text : texts) {
    SCOPED_TRACE(text.path);
    expect_silence({text});
  }
}

}  // namespace
}  // namespace plan::check::test
