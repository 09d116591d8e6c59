// docs/diagnostics: a page for each code, whose two examples are what they say, and how the mistake is shown.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "check/check.h"
#include "support.h"

namespace plan::check::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPages = fs::path(PLAN_MODULE_ROOT) / "docs/diagnostics";

std::vector<diagnostics::Code> all_codes() {
  std::vector<diagnostics::Code> codes;
#define PLAN_DIAGNOSTIC(id, name, severity, summary) codes.push_back(diagnostics::Code::name);
#include "diagnostics/codes.def"
#undef PLAN_DIAGNOSTIC
  return codes;
}

std::string page_of(diagnostics::Code code) { return read_file(kPages / (std::string(diagnostics::id(code)) + ".md")); }

// The fenced examples. "```plan, padded to N bytes": a comment makes it that long.
std::vector<std::string> examples_of(const std::string& page) {
  constexpr std::string_view kFence = "```";
  std::vector<std::string> examples;
  std::size_t at = 0;
  while ((at = page.find("```plan", at)) != std::string::npos) {
    const std::size_t begin = page.find('\n', at) + 1;
    const std::size_t end = page.find(std::string("\n") + std::string(kFence), begin) + 1;
    std::string text = page.substr(begin, end - begin);
    const std::string head = page.substr(at, begin - at);
    if (const std::size_t padded = head.find("padded to "); padded != std::string::npos) {
      text += "# " + std::string(std::stoul(head.substr(padded + 10)) - text.size() - 2, '.');
    }
    examples.push_back(std::move(text));
    at = end + kFence.size();
  }
  return examples;
}

Findings check_example(const std::string& text) { return check_texts({{"example.plan", text}}); }

class Pages : public testing::TestWithParam<diagnostics::Code> {};

TEST_P(Pages, TheTitleIsWhatTheCodeMeans) {
  const std::string title = "# " + std::string(diagnostics::id(GetParam())) + ": " + std::string(diagnostics::summary(GetParam())) + "\n";
  EXPECT_TRUE(page_of(GetParam()).starts_with(title)) << "the page should begin with\n" << title;
}

TEST_P(Pages, TheWrongExampleGivesTheCodeAndTheMendedOneNothing) {
  const std::vector<std::string> examples = examples_of(page_of(GetParam()));
  ASSERT_EQ(examples.size(), 2U) << "one that is wrong, one that is mended";
  const Findings wrong = check_example(examples[0]);
  ASSERT_EQ(wrong.diagnostics.size(), 1U) << render_text(wrong.diagnostics, *wrong.sources);
  EXPECT_EQ(diagnostics::id(wrong.diagnostics[0].code), diagnostics::id(GetParam()));
  const Findings mended = check_example(examples[1]);
  EXPECT_TRUE(mended.diagnostics.empty()) << render_text(mended.diagnostics, *mended.sources);
}

// PLAN_ACCEPT=1 in the environment writes what is expected anew.
TEST_P(Pages, TheMistakeIsShownAsExpected) {
  const std::vector<std::string> examples = examples_of(page_of(GetParam()));
  ASSERT_FALSE(examples.empty());
  const Findings wrong = check_example(examples[0]);
  const std::string shown = render_text(wrong.diagnostics, *wrong.sources);
  const std::string path = std::string(PLAN_TEST_DATA) + "/check/" + std::string(diagnostics::id(GetParam())) + ".expected";
  if (std::getenv("PLAN_ACCEPT") != nullptr) std::ofstream(path, std::ios::binary) << shown;
  EXPECT_EQ(read_file(path), shown);
}

INSTANTIATE_TEST_SUITE_P(Codes, Pages, testing::ValuesIn(all_codes()),
                         [](const auto& one) { return std::string(diagnostics::id(one.param)); });

TEST(AllPages, BelongToACode) {
  std::set<std::string> ids;
  for (const diagnostics::Code code : all_codes()) ids.insert(std::string(diagnostics::id(code)) + ".md");
  for (const fs::directory_entry& page : fs::directory_iterator(kPages)) {
    if (page.path().filename() == "README.md") continue;
    EXPECT_TRUE(ids.contains(page.path().filename())) << page.path() << " belongs to no code";
  }
}

}  // namespace
}  // namespace plan::check::test
