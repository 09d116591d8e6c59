#include "agent/state_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace plan::agent {
namespace {

namespace fs = std::filesystem;

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() {
    std::string pattern = (fs::temp_directory_path() / "plan-test-state-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~StateFileTest() override { fs::remove_all(directory_); }
  fs::path directory_;
};

TEST_F(StateFileTest, NoFileIsNothing) {
  const StateFile file((directory_ / "none" / "state.json").string());
  const auto text = file.read();
  ASSERT_TRUE(text.ok());
  EXPECT_FALSE(text->has_value());
}

TEST_F(StateFileTest, WritesAndReadsBack) {
  const StateFile file((directory_ / "galera" / "state.json").string());
  ASSERT_TRUE(file.write("one").ok());
  ASSERT_TRUE(file.write("two").ok());
  EXPECT_EQ(file.read().value(), "two");
  struct stat status{};
  ASSERT_EQ(stat(file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "galera"), {}), 1);   // no temporary file stays
}

TEST_F(StateFileTest, AFailedWriteKeepsTheOldText) {
  const StateFile file((directory_ / "state.json").string());
  ASSERT_TRUE(file.write("old").ok());
  fs::create_directory(directory_ / "state.json.new");   // in the way of the temporary file
  const auto status = file.write("new");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, "agent.file");
  EXPECT_EQ(file.read().value(), "old");
}

TEST_F(StateFileTest, AFileThatCannotBeReadIsNotNothing) {
  fs::create_directory(directory_ / "state.json");
  const StateFile file((directory_ / "state.json").string());
  EXPECT_FALSE(file.read().ok());
}

TEST_F(StateFileTest, SetsAside) {
  const StateFile file((directory_ / "state.json").string());
  EXPECT_FALSE(file.set_aside("damaged").value().has_value());
  ASSERT_TRUE(file.write("{").ok());
  const auto name = file.set_aside("damaged").value();
  ASSERT_TRUE(name.has_value());
  EXPECT_NE(name->find("state.json.damaged-2"), std::string::npos);
  EXPECT_TRUE(fs::exists(*name));
  EXPECT_FALSE(file.read().value().has_value());
}

TEST_F(StateFileTest, Removes) {
  const StateFile file((directory_ / "state.json").string());
  EXPECT_TRUE(file.remove().ok());
  ASSERT_TRUE(file.write("x").ok());
  EXPECT_TRUE(file.remove().ok());
  EXPECT_FALSE(fs::exists(file.path()));
}

}  // namespace
}  // namespace plan::agent
