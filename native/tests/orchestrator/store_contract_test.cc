// What every store must do, run against each kind. `reopen` is a crash: what was not committed is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/store/memory.h"
#include "orchestrator/store/sqlite.h"
#include "tests/orchestrator/temporary_directory.h"

namespace plan::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Fixture {
 public:
  virtual ~Fixture() = default;
  virtual Store& store() = 0;
  virtual void reopen() = 0;
};

class MemoryFixture final : public Fixture {
 public:
  Store& store() override { return store_; }
  void reopen() override {}

 private:
  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 7}};
};

class SqliteFixture final : public Fixture {
 public:
  SqliteFixture() { reopen(); }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    auto opened = open_sqlite(directory_.file("store.sqlite"), {"0123456789abcdef0123456789abcdef", 7});
    PLAN_ASSERT(opened.ok());
    store_ = std::move(opened).value();
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

using MakeFixture = std::unique_ptr<Fixture> (*)();

class StoreContract : public ::testing::TestWithParam<std::pair<const char*, MakeFixture>> {
 protected:
  StoreContract() : fixture_(GetParam().second()) {}
  void commit(Transaction transaction) {
    transaction.epoch = epoch_;
    const auto done = fixture_->store().commit(transaction);
    ASSERT_TRUE(done.ok()) << done.error().message;
    if (transaction.new_epoch) epoch_ = *transaction.new_epoch;
  }
  Contents load() {
    auto contents = fixture_->store().load();
    PLAN_ASSERT(contents.ok());
    return std::move(contents).value();
  }

  std::unique_ptr<Fixture> fixture_;
  std::uint64_t epoch_ = 7;
  const ConversationKey db1_{"Galera::Cluster[a]", "db1", "Galera::Host[m]"};
  static constexpr ConversationId kDb1 = 3, kDb2 = 4;
};

TEST_P(StoreContract, BeginsEmptyWithTheIdAndEpochOfItsBirth) {
  const Contents contents = load();
  EXPECT_EQ(contents.store_id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(contents.epoch, 7U);
  EXPECT_THAT(contents.processes, IsEmpty());
  EXPECT_THAT(contents.messages, IsEmpty());
}

TEST_P(StoreContract, KeepsEveryFieldOverAReopening) {
  const StoredDeclaration declaration{"Galera::Cluster[a]", "a", "galera::cluster", R"({"n":1})", R"({"f":"ü"})", "{}"};
  const StoredProcess process{"Galera::Cluster[a]", std::string("{\"x\":\"\\u0000\"}")};
  const StoredConversation conversation{kDb1, db1_, "aa", 3, 0xffff'ffff'ffff'fff0U, 5, {"cc", "bb"},
                                        1'700'000'000'000'001, 0xffff'ffff'ffff'fff1U};
  const StoredReceipt receipt{kDb1, 3, 0xfedc'ba98'7654'3210U};
  const StoredMessage message{kDb1, 9, R"({"sequence":9})"};
  Transaction transaction;
  transaction.declarations = {declaration};
  transaction.processes = {process};
  transaction.conversations = {conversation};
  transaction.receipts = {receipt};
  transaction.messages = {message};
  commit(transaction);
  fixture_->reopen();
  const Contents contents = load();
  EXPECT_THAT(contents.declarations, ElementsAre(declaration));
  EXPECT_THAT(contents.processes, ElementsAre(process));
  EXPECT_THAT(contents.conversations, ElementsAre(conversation));
  EXPECT_THAT(contents.receipts, ElementsAre(receipt));
  EXPECT_THAT(contents.messages, ElementsAre(message));
  EXPECT_EQ(contents.store_id, "0123456789abcdef0123456789abcdef");
}

TEST_P(StoreContract, ALaterRowReplacesTheEarlierOfItsKey) {
  Transaction first;
  first.processes = {{"p", "1"}};
  first.conversations = {{kDb1, db1_, "aa", 1, 1, 0, {}}};
  commit(first);
  Transaction second;
  second.processes = {{"p", "2"}};
  second.conversations = {{kDb1, db1_, "aa", 2, 1, 0, {}}};
  commit(second);
  EXPECT_THAT(load().processes, ElementsAre(StoredProcess{"p", "2"}));
  EXPECT_THAT(load().conversations, ElementsAre(StoredConversation{kDb1, db1_, "aa", 2, 1, 0, {}}));
}

TEST_P(StoreContract, DeliveredMessagesAndForgottenReceiptsGoUpToTheirSequenceOfTheirConversationOnly) {
  Transaction first;
  first.messages = {{kDb1, 1, "m1"}, {kDb1, 2, "m2"}, {kDb1, 3, "m3"}, {kDb2, 1, "other"}};
  first.receipts = {{kDb1, 1, 11}, {kDb1, 2, 12}, {kDb2, 1, 21}};
  commit(first);
  Transaction second;
  second.delivered = {{kDb1, 2}};
  second.forgotten = {{kDb1, 1}};
  commit(second);
  EXPECT_THAT(load().messages, ElementsAre(StoredMessage{kDb1, 3, "m3"}, StoredMessage{kDb2, 1, "other"}));
  EXPECT_THAT(load().receipts, ElementsAre(StoredReceipt{kDb1, 2, 12}, StoredReceipt{kDb2, 1, 21}));
}

TEST_P(StoreContract, ARestartedConversationLosesWhatWasOldAndKeepsWhatIsNewInTheSameTransaction) {
  Transaction first;
  first.messages = {{kDb1, 1, "old"}, {kDb1, 2, "old"}, {kDb2, 1, "other"}};
  first.receipts = {{kDb1, 1, 11}, {kDb1, 2, 12}};
  commit(first);
  Transaction second;
  second.restarted = {kDb1};
  second.messages = {{kDb1, 1, "new"}};
  second.receipts = {{kDb1, 1, 99}};
  commit(second);
  EXPECT_THAT(load().messages, ElementsAre(StoredMessage{kDb1, 1, "new"}, StoredMessage{kDb2, 1, "other"}));
  EXPECT_THAT(load().receipts, ElementsAre(StoredReceipt{kDb1, 1, 99}));
}

TEST_P(StoreContract, S17_AWriterOfAnotherEpochChangesNothing) {
  Transaction raise;
  raise.new_epoch = 8;
  commit(raise);
  Transaction stale;
  stale.epoch = 7;
  stale.processes = {{"p", "1"}};
  const auto done = fixture_->store().commit(stale);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, "store.epoch");
  fixture_->reopen();
  EXPECT_THAT(load().processes, IsEmpty());
  EXPECT_EQ(load().epoch, 8U);
}

TEST_P(StoreContract, ListsComeInTheOrderOfTheirKeys) {
  Transaction transaction;
  transaction.messages = {{kDb2, 2, "d"}, {kDb1, 10, "b"}, {kDb2, 1, "c"}, {kDb1, 9, "a"}};
  commit(transaction);
  std::vector<std::string> texts;
  for (const auto& message : load().messages) texts.push_back(message.text);
  EXPECT_THAT(texts, ElementsAre("a", "b", "c", "d"));
}

TEST_P(StoreContract, DeadLettersAreKeptUntilTheyAreBuried) {
  Transaction first;
  first.dead_letters = {{"p", 1, "a"}, {"p", 2, "b"}, {"p", 10, "c"}, {"q", 1, "other"}};
  commit(first);
  Transaction second;
  second.dead_letters = {{"p", 10, "retried"}};
  second.buried = {{"p", 2}};
  commit(second);
  fixture_->reopen();
  EXPECT_THAT(load().dead_letters, ElementsAre(StoredDeadLetter{"p", 10, "retried"}, StoredDeadLetter{"q", 1, "other"}));
}

TEST_P(StoreContract, CountsCommits) {
  const auto before = fixture_->store().commits();
  Transaction transaction;
  transaction.processes = {{"p", "1"}};
  commit(transaction);
  EXPECT_EQ(fixture_->store().commits(), before + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreContract,
    ::testing::Values(std::pair<const char*, MakeFixture>{
                          "Memory", []() -> std::unique_ptr<Fixture> { return std::make_unique<MemoryFixture>(); }},
                      std::pair<const char*, MakeFixture>{
                          "Sqlite", []() -> std::unique_ptr<Fixture> { return std::make_unique<SqliteFixture>(); }}),
    [](const auto& instance) { return std::string(instance.param.first); });

}  // namespace
}  // namespace plan::orchestrator
