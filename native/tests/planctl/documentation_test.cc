// Every example of docs/plan-language.md is run. A block ```puppet that begins with "# NAME.plan" is that file, for the
// ```console blocks after it; one without a plan is taken for members of one, and has no mistakes.
// PLAN_ACCEPT=1 in the environment writes down what the commands print now.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "command.h"

namespace plan::planctl::test {
namespace {

namespace fs = std::filesystem;
const fs::path kPage = fs::path(PLAN_MODULE_ROOT) / "docs" / "plan-language.md";

struct Block {
  std::string language, text;
  std::size_t begin = 0, end = 0;      // of the text, in the page
};

std::vector<Block> blocks(const std::string& page) {
  std::vector<Block> all;
  for (std::size_t at = page.find("\n```"); at != std::string::npos; at = page.find("\n```", at + 1)) {
    const std::size_t line = page.find('\n', at + 1), close = page.find("\n```", line);
    all.push_back({page.substr(at + 4, line - at - 4), page.substr(line + 1, close - line), line + 1, close + 1});
    at = close;
  }
  return all;
}

class Documentation : public testing::Test {
 protected:
  Documentation() {
    std::string pattern = (fs::temp_directory_path() / "planctl-docs-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Documentation() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] Outcome run(const std::string& line) const { return planctl(words_of(line), folder_.string()); }

  fs::path folder_;
};

TEST_F(Documentation, EveryExampleRunsAsItSays) {
  const std::string page = text_of_file(kPage);
  std::string now = page;
  std::size_t files = 0, commands = 0;
  std::ptrdiff_t moved = 0;
  for (const Block& block : blocks(page)) {
    const std::string first = block.text.substr(0, block.text.find('\n'));
    if (block.language == "puppet") {
      const bool is_file = first.starts_with("# ") && first.ends_with(".plan");
      const std::string name = is_file ? first.substr(2) : "members.plan";
      write(name, is_file ? block.text : "plan t {\n" + block.text + "}\n");
      const Outcome checked = run("check " + name);
      EXPECT_EQ(checked.code, 0) << checked.out << block.text;
      ++files;
      continue;
    }
    ASSERT_EQ(block.language, "console") << block.text;
    ASSERT_TRUE(first.starts_with("$ planctl ")) << first;
    const std::string printed = first + "\n" + run(first.substr(std::string("$ planctl ").size())).out;
    EXPECT_EQ(block.text, printed);
    now.replace(static_cast<std::size_t>(static_cast<std::ptrdiff_t>(block.begin) + moved), block.end - block.begin, printed);
    moved += static_cast<std::ptrdiff_t>(printed.size()) - static_cast<std::ptrdiff_t>(block.end - block.begin);
    ++commands;
  }
  EXPECT_GE(files, 10U);
  EXPECT_GE(commands, 9U);
  if (std::getenv("PLAN_ACCEPT")) std::ofstream(kPage) << now;
}

}  // namespace
}  // namespace plan::planctl::test
