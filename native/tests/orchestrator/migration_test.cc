// A store of the version before is brought to this one: from a file that the version before has written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "orchestrator/store/schema.h"
#include "orchestrator/store/sqlite.h"
#include "tests/orchestrator/small_disk.h"

namespace plan::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const Birth kBirth{"ffffffffffffffffffffffffffffffff", 99};   // of a new store; the old one has its own
constexpr rlim_t kPage = 4096;
// One member that spoke and began anew, and another.
const std::string kVersion1 = std::string(PLAN_TEST_DATA) + "/orchestrator/store-version-1.sqlite";

std::string copy_of_version_1(const std::filesystem::path& directory) {
  const auto path = directory / "store";
  std::filesystem::copy_file(kVersion1, path);
  return path.string();
}

int version_of(const std::string& path) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  int version = -1;
  if (sqlite3_open(path.c_str(), &database) == SQLITE_OK &&
      sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    version = sqlite3_column_int(statement, 0);
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return version;
}

void expect_what_version_1_held(Store& store) {
  auto loaded = store.load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->store_id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(loaded->epoch, 7U);
  EXPECT_THAT(loaded->declarations, SizeIs(1));
  EXPECT_THAT(loaded->processes, SizeIs(1));
  const auto place = [](const auto& row) { return std::pair(row.conversation, row.sequence); };
  std::vector<std::pair<ConversationId, std::uint64_t>> receipts, messages;
  for (const auto& row : loaded->receipts) receipts.push_back(place(row));
  for (const auto& row : loaded->messages) messages.push_back(place(row));
  EXPECT_THAT(receipts, ElementsAre(std::pair(1, 1), std::pair(2, 1)));
  EXPECT_THAT(messages, ElementsAre(std::pair(1, 1), std::pair(1, 2), std::pair(2, 1), std::pair(2, 2)));
  const std::string cluster = "Desk::Counter[desk_1]";
  const std::string member = "Desk::Member[m]";
  EXPECT_THAT(loaded->conversations,
              ElementsAre(StoredConversation{1, {cluster, "db1", member}, std::string(32, 'c'), 1, 2, 1,
                                             {std::string(32, 'a')}, 0, 0},
                          StoredConversation{2, {cluster, "db2", member}, std::string(32, 'b'), 1, 2, 0, {}, 0, 0}));
}

void expect_whole(const std::string& path) {
  auto store = open_sqlite(path, kBirth);
  ASSERT_TRUE(store.ok()) << store.error().message;
  expect_what_version_1_held(**store);
}

TEST(Migration, AStoreOfVersion1KeepsAllThatItHeld) {
  const TemporaryDirectory directory;
  const auto path = copy_of_version_1(directory.path());
  ASSERT_EQ(version_of(path), 1);
  expect_whole(path);
  EXPECT_EQ(version_of(path), kSchemaVersion);
  expect_whole(path);   // and is not migrated again
}

TEST(Migration, AMigratedStoreTakesWhatTheNewVersionWrites) {
  const TemporaryDirectory directory;
  const auto path = copy_of_version_1(directory.path());
  auto store = open_sqlite(path, kBirth);
  ASSERT_TRUE(store.ok());
  auto conversation = (*store)->load()->conversations.front();
  conversation.admitted_us = 1'700'000'000'000'000;
  conversation.released_us = 1'600'000'000'000'000;
  Transaction transaction;
  transaction.epoch = 7;
  transaction.conversations = {conversation};
  ASSERT_TRUE((*store)->commit(transaction).ok());
  EXPECT_EQ((*store)->load()->conversations.front(), conversation);
}

// Opens the store in a process that is killed by the first write that goes beyond `bytes` of a file. True if it was.
bool killed_beyond(const std::string& path, rlim_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_DFL);
    const rlimit no_core{0, 0};
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(open_sqlite(path, kBirth).ok() ? 0 : 1);
  }
  int status = 0;
  PLAN_ASSERT(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ;
}

TEST(Migration, OneThatIsKilledLeavesTheVersionBeforeWhole) {
  std::size_t killed = 0;
  for (rlim_t bytes = 0;; bytes += kPage / 16) {
    const TemporaryDirectory directory;
    const auto path = copy_of_version_1(directory.path());
    if (!killed_beyond(path, bytes)) break;
    ++killed;
    EXPECT_LT(version_of(path), kSchemaVersion) << "killed beyond " << bytes;
    expect_whole(path);
  }
  EXPECT_GT(killed, 10U);
}

TEST(Migration, OneThatFindsNoRoomLeavesTheVersionBeforeWhole) {
  PLAN_NEEDS_ROOT();
  std::size_t refused = 0;
  for (std::size_t pages = std::filesystem::file_size(kVersion1) / kPage;; ++pages) {
    const SmallDisk disk(pages * kPage);
    ASSERT_TRUE(disk.mounted());
    const auto path = copy_of_version_1(disk.path());
    const auto opened = open_sqlite(path, kBirth);
    if (opened.ok()) break;
    ++refused;
    EXPECT_EQ(opened.error().code, "store.full") << opened.error().message;
    ASSERT_TRUE(disk.resize(64 * kPage));
    EXPECT_LT(version_of(path), kSchemaVersion);
    expect_whole(path);
  }
  EXPECT_GE(refused, 2U);
}

TEST(Migration, ANewStoreThatIsCutWhileItIsMadeIsMadeTheNextTime) {
  for (rlim_t bytes = 0;; bytes += kPage) {
    const TemporaryDirectory directory;
    if (!killed_beyond(directory.file("store"), bytes)) break;
    auto store = open_sqlite(directory.file("store"), {"0123456789abcdef0123456789abcdef", 7});
    ASSERT_TRUE(store.ok()) << store.error().message;
    const auto contents = (*store)->load();
    ASSERT_TRUE(contents.ok());
    EXPECT_THAT(contents->store_id, SizeIs(32));
    EXPECT_THAT(contents->conversations, SizeIs(0));
  }
}

}  // namespace
}  // namespace plan::orchestrator
