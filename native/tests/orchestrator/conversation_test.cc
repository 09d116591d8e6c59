// What the service test cannot reach: rows of a store that do not fit together, old receipts, limits of replies.
#include "orchestrator/conversation.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plan::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ConversationKey kKey{"Desk::Counter[desk_1]", "db1", "Desk::Member[m]"};

engine::Message word(const std::string& text) {
  engine::Message message;
  message.from = {"db1", "Desk::Member[m]"};
  message.to = {"orchestrator", kKey.process};
  message.name = "asks";
  message.value = values::Value::string(text);
  return message;
}

protocol::ExchangeRequest request(std::uint64_t first, std::uint64_t last) {
  protocol::ExchangeRequest result;
  result.incarnation = std::string(32, 'a');
  for (std::uint64_t i = first; i <= last; ++i) result.messages.push_back({i, word("word " + std::to_string(i))});
  return result;
}

class ConversationTest : public ::testing::Test {
 protected:
  void receive(std::uint64_t first, std::uint64_t last) {
    const auto incoming = request(first, last);
    const auto standing = conversation_.check(incoming, 0);
    ASSERT_TRUE(standing.ok()) << standing.error().message;
    if (standing->begins) conversation_.begin(incoming.incarnation);
    for (std::size_t i = incoming.messages.size() - standing->fresh; i < incoming.messages.size(); ++i) {
      conversation_.received(incoming.messages[i]);
    }
  }
  Transaction commit() {
    Transaction transaction;
    conversation_.stage(transaction);
    conversation_.committed();
    return transaction;
  }

  Conversation::Limits limits_{3, 100, 2};
  Conversation conversation_{1, kKey, limits_};
};

TEST_F(ConversationTest, StagesOnlyWhatTheStoreDoesNotHave) {
  receive(1, 2);
  ASSERT_TRUE(conversation_.send(word("x")));
  const Transaction first = commit();
  EXPECT_THAT(first.receipts, SizeIs(2));
  EXPECT_THAT(first.messages, SizeIs(1));
  EXPECT_THAT(first.restarted, IsEmpty());
  receive(3, 3);
  conversation_.acknowledged(1);
  const Transaction second = commit();
  ASSERT_THAT(second.receipts, SizeIs(1));
  EXPECT_EQ(second.receipts[0].sequence, 3U);
  EXPECT_THAT(second.messages, IsEmpty());
  ASSERT_THAT(second.delivered, SizeIs(1));
  EXPECT_EQ(second.delivered[0].sequence, 1U);
}

TEST_F(ConversationTest, AMereAcknowledgementIsNotUrgent) {
  receive(1, 1);
  ASSERT_TRUE(conversation_.send(word("x")));
  commit();
  conversation_.acknowledged(1);
  EXPECT_FALSE(conversation_.urgent());
}

TEST_F(ConversationTest, AReceiptTooOldToCompareIsARepetition) {
  receive(1, 10);
  commit();
  auto old = request(1, 1);
  old.messages[0].message = word("another text");
  EXPECT_TRUE(conversation_.check(old, 0).ok());          // forgotten
  auto recent = request(8, 8);
  recent.messages[0].message = word("another text");
  EXPECT_EQ(conversation_.check(recent, 0).error().code, "conflict");
  EXPECT_EQ(conversation_.check(request(8, 11), 0)->fresh, 1U);
}

TEST_F(ConversationTest, OldReceiptsGoManyAtOnce) {
  conversation_ = Conversation(1, kKey, {16, 100, 2});
  receive(1, 18);
  EXPECT_THAT(commit().forgotten, IsEmpty());
  receive(19, 19);
  const Transaction stored = commit();
  ASSERT_THAT(stored.forgotten, SizeIs(1));
  EXPECT_EQ(stored.forgotten[0].sequence, 3U);
  receive(20, 20);
  EXPECT_THAT(commit().forgotten, IsEmpty());
}

TEST_F(ConversationTest, RemembersOnlyTheLastFormerIncarnations) {
  for (const char digit : {'1', '2', '3', '4'}) conversation_.begin(std::string(32, digit));
  EXPECT_THAT(conversation_.row().former, ElementsAre(std::string(32, '2'), std::string(32, '3')));
}

TEST_F(ConversationTest, AReplyHoldsWhatFitsAndTheRestComesAfterTheAcknowledgement) {
  receive(1, 1);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(conversation_.send(word(std::string(100, 'x'))));
  EXPECT_THAT(conversation_.deliverable(1'000'000), IsEmpty());   // not committed
  commit();
  const auto first = conversation_.deliverable(500);
  ASSERT_THAT(first, SizeIs(::testing::AllOf(::testing::Ge(2U), ::testing::Le(5U))));
  conversation_.acknowledged(first.back().sequence);
  EXPECT_EQ(conversation_.deliverable(500).front().sequence, first.back().sequence + 1);
}

TEST_F(ConversationTest, IsRestoredFromItsRows) {
  receive(1, 2);
  ASSERT_TRUE(conversation_.send(word("one")));
  ASSERT_TRUE(conversation_.send(word("two")));
  const Transaction stored = commit();
  auto restored = Conversation::restore(stored.conversations[0], stored.receipts, stored.messages, limits_, nullptr);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->check(request(1, 3), 0)->fresh, 1U);
  EXPECT_THAT(restored->deliverable(1'000'000), SizeIs(2));
}

TEST_F(ConversationTest, RowsThatDoNotFitTogetherAreDamage) {
  receive(1, 2);
  ASSERT_TRUE(conversation_.send(word("one")));
  ASSERT_TRUE(conversation_.send(word("two")));
  const Transaction stored = commit();
  const auto restore = [&](Transaction rows) {
    auto restored = Conversation::restore(rows.conversations[0], rows.receipts, rows.messages, limits_, nullptr);
    return restored.ok() ? std::string("restored") : restored.error().code;
  };
  Transaction rows = stored;
  rows.messages.pop_back();
  EXPECT_EQ(restore(rows), "store.damaged");
  rows = stored;
  rows.receipts[0].sequence = 7;
  EXPECT_EQ(restore(rows), "store.damaged");
  rows = stored;
  rows.messages[0].text = "{";
  EXPECT_EQ(restore(rows), "store.damaged");
}

TEST(Digest, DiffersWithTheContentOnly) {
  EXPECT_EQ(digest(word("a")), digest(word("a")));
  EXPECT_NE(digest(word("a")), digest(word("b")));
}

}  // namespace
}  // namespace plan::orchestrator
