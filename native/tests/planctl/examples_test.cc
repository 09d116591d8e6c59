// Every example runs as its page in examples/traces says: the first line is the command, the rest what it prints.
// PLAN_ACCEPT=1 in the environment writes down what is printed now.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "command.h"

namespace plan::planctl::test {
namespace {

namespace fs = std::filesystem;
const fs::path kExamples = fs::path(PLAN_MODULE_ROOT) / "examples";

std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(kExamples / "traces")) found.push_back(entry.path());
  return found;
}

class Examples : public testing::TestWithParam<fs::path> {};

TEST_P(Examples, RunAsTheirPageSays) {
  const std::string page = text_of_file(GetParam());
  const std::string command = page.substr(0, page.find('\n'));
  ASSERT_TRUE(command.starts_with("$ planctl run ")) << "the first line is the command";
  std::vector<std::string> words = words_of(command.substr(std::string("$ planctl ").size()));
  const Outcome outcome = planctl(words);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string now = command + "\n" + outcome.out;
  if (std::getenv("PLAN_ACCEPT")) std::ofstream(GetParam()) << now;
  EXPECT_EQ(page, now);
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(pages()), [](const auto& page) { return page.param.stem().string(); });

TEST(ExamplesFolder, HoldsNoPlanWithoutAPage) {
  std::set<std::string> plans, shown;
  for (const fs::directory_entry& entry : fs::directory_iterator(kExamples)) {
    if (entry.path().extension() == ".plan") plans.insert(entry.path().stem().string());
  }
  for (const fs::path& page : pages()) shown.insert(page.stem().string());
  EXPECT_EQ(plans, shown);
}

TEST(ExamplesFolder, HasNoMistakes) {
  const Outcome outcome = planctl({"check", "examples"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

}  // namespace
}  // namespace plan::planctl::test
