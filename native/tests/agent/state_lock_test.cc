#include "agent/state_lock.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plan::agent {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StateLockTest : public testing::Test {
 protected:
  StateLockTest() {
    std::string pattern = (fs::temp_directory_path() / "plan-test-lock-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    state_ = (directory_ / "galera" / "state.json").string();
  }
  ~StateLockTest() override { fs::remove_all(directory_); }

  [[nodiscard]] Result<StateLock> take() const { return StateLock::take(state_, "Demo::Member[m]"); }
  [[nodiscard]] std::string refusal() const {
    const auto lock = take();
    return lock ? "" : lock.error().code + ": " + lock.error().message;
  }
  // A child that runs `body` and then waits to be killed; returns when the body is done.
  template <class F>
  static pid_t child(F&& body) {
    int done[2];
    if (pipe(done) != 0) throw std::runtime_error("pipe");
    const pid_t pid = fork();
    if (pid == 0) {
      const char well = body() ? 'y' : 'n';
      static_cast<void>(!write(done[1], &well, 1));
      pause();
      _exit(1);
    }
    close(done[1]);
    char well = 'n';
    EXPECT_EQ(read(done[0], &well, 1), 1);
    EXPECT_EQ(well, 'y');
    close(done[0]);
    return pid;
  }
  static void end(pid_t pid) {
    kill(pid, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
  }

  fs::path directory_;
  std::string state_;
};

TEST_F(StateLockTest, OneAtATimeAndTheOtherIsTold) {
  {
    const auto lock = take();
    ASSERT_TRUE(lock.ok());
    EXPECT_THAT(refusal(), HasSubstr("agent.busy: another run of Demo::Member[m] is under way on this node: process " +
                                     std::to_string(getpid()) + " holds '" + state_ + ".lock'"));
  }
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(fs::is_empty(directory_ / "galera"));
}

TEST_F(StateLockTest, AnotherProcessIsNamed) {
  std::optional<Result<StateLock>> lock;
  const pid_t other = child([&] { return lock.emplace(take()).ok(); });
  EXPECT_THAT(refusal(), HasSubstr("process " + std::to_string(other)));
  end(other);
  EXPECT_EQ(refusal(), "") << "a killed process holds nothing";
}

TEST_F(StateLockTest, WhatAKilledRunLeftIsNoObstacle) {
  fs::create_directories(directory_ / "galera");
  std::ofstream(state_ + ".lock") << "99999999 and more than a line should hold, by far\n";
  const auto lock = take();
  ASSERT_TRUE(lock.ok());
  std::string pid;
  std::ifstream(state_ + ".lock") >> pid;
  EXPECT_EQ(pid, std::to_string(getpid()));
}

TEST_F(StateLockTest, AForkedChildNeitherReleasesNorKeepsIt) {
  auto lock = std::make_unique<StateLock>(take().value());
  const pid_t other = child([&] {
    lock.reset();
    return true;
  });
  EXPECT_THAT(refusal(), HasSubstr("agent.busy"));
  end(other);
  const pid_t keeper = child([] { return true; });      // has the descriptor, and lives on
  lock.reset();
  EXPECT_EQ(refusal(), "");
  end(keeper);
}

TEST_F(StateLockTest, ALinkIsNotFollowed) {
  fs::create_directories(directory_ / "galera");
  fs::create_symlink(directory_ / "elsewhere", state_ + ".lock");
  EXPECT_THAT(refusal(), HasSubstr("agent.file: cannot open the lock"));
  EXPECT_FALSE(fs::exists(directory_ / "elsewhere"));
}

}  // namespace
}  // namespace plan::agent
