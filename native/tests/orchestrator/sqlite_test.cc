// What is particular to the SQLite store: files that are not ours, the lock, a disk that fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "orchestrator/store/memory.h"
#include "orchestrator/store/schema.h"
#include "orchestrator/store/sqlite.h"
#include "tests/orchestrator/small_disk.h"

namespace plan::orchestrator {
namespace {

const Birth kBirth{"0123456789abcdef0123456789abcdef", 7};

void execute(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

std::string refusal(const std::string& path) {
  auto opened = open_sqlite(path, kBirth);
  return opened.ok() ? "opened" : opened.error().code;
}

Transaction with_process(const std::string& snapshot) {
  Transaction transaction;
  transaction.epoch = kBirth.epoch;
  transaction.processes = {{"p", snapshot}};
  return transaction;
}

TEST(Sqlite, TheFileIsForItsOwnerOnly) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_sqlite(directory.file("s"), kBirth).ok());
  struct stat status {};
  ASSERT_EQ(::stat(directory.file("s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Sqlite, AnExistingStoreKeepsItsOwnIdAndEpoch) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_sqlite(directory.file("s"), kBirth).ok());
  auto again = open_sqlite(directory.file("s"), {"ffffffffffffffffffffffffffffffff", 99});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->load()->store_id, kBirth.store_id);
  EXPECT_EQ((*again)->load()->epoch, kBirth.epoch);
}

TEST(Sqlite, S17_ASecondProcessIsKeptOut) {
  const TemporaryDirectory directory;
  auto first = open_sqlite(directory.file("s"), kBirth);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(refusal(directory.file("s")), "store.busy");
}

TEST(Sqlite, ANewerSchemaIsRefused) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_sqlite(directory.file("s"), kBirth).ok());
  execute(directory.file("s"), ("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1)).c_str());
  EXPECT_EQ(refusal(directory.file("s")), "store.newer");
}

TEST(Sqlite, TheDatabaseOfAnotherProgramIsRefused) {
  const TemporaryDirectory directory;
  execute(directory.file("s"), "CREATE TABLE songs (title TEXT)");
  EXPECT_EQ(refusal(directory.file("s")), "store.damaged");
}

TEST(Sqlite, AFileThatIsNoDatabaseIsRefused) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("s")) << std::string(4096, 'x');
  EXPECT_EQ(refusal(directory.file("s")), "store.damaged");
}

TEST(Sqlite, ADirectoryThatIsNotThereIsSaid) {
  const TemporaryDirectory directory;
  EXPECT_EQ(refusal(directory.file("none/s")), "store.open");
}

TEST(Sqlite, CommitsAreFullyDurableInTheWriteAheadLog) {
  const TemporaryDirectory directory;
  auto store = open_sqlite(directory.file("s"), kBirth);
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->commit(with_process("{}")).ok());
  EXPECT_TRUE(std::filesystem::exists(directory.file("s-wal")));
}

// A disk that takes no more bytes: the file size limit of the process.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(Sqlite, S21_AfterAFailedWriteNothingIsCommittedAnyMoreAndWhatWasIsThere) {
  const TemporaryDirectory directory;
  auto store = open_sqlite(directory.file("s"), kBirth);
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->commit(with_process("acknowledged")).ok());
  {
    const FileSizeLimit limit(std::filesystem::file_size(directory.file("s-wal")) + 8192);
    const auto failed = (*store)->commit(with_process(std::string(1'000'000, 'x')));
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, "store.io");   // EFBIG is no full disk
  }
  EXPECT_FALSE((*store)->commit(with_process("later")).ok());   // though the disk would take it again
  store = Result<std::unique_ptr<Store>>(std::unique_ptr<Store>());
  auto again = open_sqlite(directory.file("s"), kBirth);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_THAT((*again)->load()->processes, ::testing::ElementsAre(StoredProcess{"p", "acknowledged"}));
}

TEST(Sqlite, WhatFindsNoRoomIsUndoneAndALaterCommitIsTakenWhenThereIsRoom) {
  PLAN_NEEDS_ROOT();
  const SmallDisk disk(256 * 1024);
  ASSERT_TRUE(disk.mounted());
  auto store = open_sqlite(disk.file("s"), kBirth);
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->commit(with_process("acknowledged")).ok());
  for (int i = 0; i < 2; ++i) {
    const auto failed = (*store)->commit(with_process(std::string(1'000'000, 'x')));
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, "store.full");
    EXPECT_THAT((*store)->load()->processes, ::testing::ElementsAre(StoredProcess{"p", "acknowledged"}));
  }
  EXPECT_TRUE((*store)->commit(with_process("small")).ok());
  ASSERT_TRUE(disk.resize(4 * 1024 * 1024));
  EXPECT_TRUE((*store)->commit(with_process(std::string(1'000'000, 'x'))).ok());
}

TEST(Sqlite, ACopyThatWasNotFinishedIsRemovedByTheNextProcessAndNoOtherFile) {
  const TemporaryDirectory directory;
  std::string copy;
  {
    const auto store = open_sqlite(directory.file("s"), kBirth);
    const auto made = (*store)->backup();
    ASSERT_TRUE(made.ok()) << made.error().message;
    copy = *made;
  }
  std::ofstream(directory.file("s.backup-monday"));
  ASSERT_TRUE(std::filesystem::exists(copy));
  ASSERT_TRUE(open_sqlite(directory.file("s"), kBirth).ok());
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_TRUE(std::filesystem::exists(directory.file("s.backup-monday")));
}

TEST(Sqlite, ALongLogGoesIntoTheDatabase) {
  const TemporaryDirectory directory;
  auto store = open_sqlite(directory.file("s"), kBirth);
  ASSERT_TRUE(store.ok());
  for (const char letter : std::string("0123456789012345678901234567890123456789")) {   // what is the same is not written again
    ASSERT_TRUE((*store)->commit(with_process(std::string(400'000, letter))).ok());
  }
  EXPECT_LT(std::filesystem::file_size(directory.file("s-wal")), 6'000'000U);
  EXPECT_GT(std::filesystem::file_size(directory.file("s")), 400'000U);
}

TEST(MemoryStoreFaults, CanFailBeforeOrAfterItTookEffect) {
  MemoryStore store(kBirth);
  store.fail_after(1, Error{"store.io", "no"});
  EXPECT_TRUE(store.commit(with_process("1")).ok());
  EXPECT_EQ(store.commit(with_process("2")).error().code, "store.io");
  EXPECT_THAT(store.load()->processes, ::testing::ElementsAre(StoredProcess{"p", "1"}));
  store.repair();
  store.fail_after(0, Error{"store.io", "no"}, true);
  EXPECT_FALSE(store.commit(with_process("3")).ok());
  EXPECT_THAT(store.load()->processes, ::testing::ElementsAre(StoredProcess{"p", "3"}));
}

}  // namespace
}  // namespace plan::orchestrator
