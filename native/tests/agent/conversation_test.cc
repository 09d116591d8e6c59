#include "agent/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plan::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const values::ProcessIdentity kMember{"db1.example.com", "Galera::Host[cluster_member]"};
const values::ProcessIdentity kCluster{"puppet.example.com", "Galera::Cluster[cluster_1]"};

class ConversationTest : public testing::Test {
 protected:
  Conversation::Setup setup() {
    return {kMember, "cluster_1", "galera::host", "digest", "", [this] { return ++random_; }, nullptr};
  }
  static engine::Message message(std::string name) {
    engine::Message message;
    message.kind = engine::MessageKind::send;
    message.from = kMember;
    message.to = kCluster;
    message.name = std::move(name);
    message.value = values::Value::integer(1);
    return message;
  }
  static protocol::SequencedMessage incoming(std::uint64_t sequence) {
    engine::Message made = message("wanted");
    std::swap(made.from, made.to);
    return {sequence, std::move(made)};
  }
  // A call that is made now.
  std::pair<std::uint64_t, protocol::ExchangeRequest> call(Conversation& conversation) {
    const auto exchange = conversation.next(true, now_);
    if (!exchange) throw std::runtime_error("no call is to be made");
    return {exchange->id, protocol::read_request(exchange->body, kMember).value()};
  }
  static Answer reply(std::uint64_t acknowledged, std::vector<protocol::SequencedMessage> messages = {},
                      std::uint64_t epoch = 1) {
    return {200, protocol::write(protocol::ExchangeReply{epoch, acknowledged, std::move(messages)})};
  }
  static Answer refusal(std::string code, int status = 409) {
    return {status, protocol::write(protocol::ErrorReply{std::move(code), "no", "help", {"cluster_1", "cluster_2"}})};
  }
  // Sends what is there and goes through the first exchange.
  // After the catalog: nothing holds a poll.
  void meet(Conversation& conversation) {
    conversation.want_sync();
    const auto [id, request] = call(conversation);
    const auto last = request.messages.empty() ? 0 : request.messages.back().sequence;
    EXPECT_FALSE(conversation.answered(id, reply(last), now_).broken);
  }

  std::uint64_t random_ = 0;
  Instant now_{seconds(1'000'000)};
};

TEST_F(ConversationTest, SendsUntilAcknowledged) {
  Conversation conversation(setup());
  conversation.send(message("a"));
  conversation.send(message("b"));
  const auto [id, request] = call(conversation);
  EXPECT_EQ(request.cluster, "cluster_1");
  EXPECT_EQ(request.wait, milliseconds(0));
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].sequence, 1U);
  EXPECT_EQ(conversation.next(true, now_), std::nullopt) << "one send at a time";
  EXPECT_TRUE(conversation.answered(id, reply(1), now_).changed);
  EXPECT_FALSE(conversation.all_acknowledged());
  const auto [again, rest] = call(conversation);
  ASSERT_EQ(rest.messages.size(), 1U);
  EXPECT_EQ(rest.messages[0].message.name, "b");
  EXPECT_TRUE(conversation.answered(again, reply(2), now_).changed);
  EXPECT_TRUE(conversation.all_acknowledged());
  EXPECT_TRUE(conversation.in_sync());
}

TEST_F(ConversationTest, ShowsItsAdmissionUntilItIsAnswered) {
  auto admitted = setup();
  admitted.admission = "signed";
  Conversation conversation(admitted);
  conversation.send(message("a"));
  const auto [first, refused] = call(conversation);
  EXPECT_EQ(refused.admission, "signed");
  static_cast<void>(conversation.answered(first, refusal("overloaded", 503), now_));
  now_ += seconds(60);
  const auto [second, request] = call(conversation);
  EXPECT_EQ(request.admission, "signed");
  static_cast<void>(conversation.answered(second, reply(1), now_));
  conversation.send(message("b"));
  const auto [third, next] = call(conversation);
  EXPECT_EQ(next.admission, "");
  // A store that was lost does not know it any more.
  static_cast<void>(conversation.answered(third, refusal("not_admitted", 403), now_));
  now_ += seconds(60);
  EXPECT_EQ(call(conversation).second.admission, "signed");
}

TEST_F(ConversationTest, ShowsNoAdmissionToAnotherClusterThanItsOwn) {
  Conversation before(setup());
  auto moved = setup();
  moved.cluster = "cluster_2";
  moved.admission = "to cluster_2";
  auto conversation = Conversation::restore(moved, before.snapshot());
  ASSERT_TRUE(conversation.ok());
  EXPECT_EQ(call(*conversation).second.admission, "");
  conversation->address("cluster_2");
  auto again = Conversation::restore(moved, before.snapshot());
  again->address("cluster_2");
  EXPECT_EQ(call(*again).second.admission, "to cluster_2");
}

TEST_F(ConversationTest, PollsWhenThereIsNothingToSend) {
  Conversation conversation(setup());
  meet(conversation);
  const auto [poll, request] = call(conversation);
  EXPECT_GT(request.wait, seconds(10));
  EXPECT_EQ(conversation.next(true, now_), std::nullopt);
  conversation.send(message("a"));
  const auto [send, other] = call(conversation);
  EXPECT_NE(send, poll);
  EXPECT_EQ(other.wait, milliseconds(0));
  EXPECT_EQ(other.messages.size(), 1U);
}

TEST_F(ConversationTest, DoesNotOccupyTheConnectionWithAPollWhileTheCatalogMayBeDoneSoon) {
  Conversation conversation(setup());
  EXPECT_FALSE(conversation.answered(call(conversation).first, reply(0), now_).broken);
  EXPECT_EQ(conversation.next(true, now_), std::nullopt);
  ASSERT_TRUE(conversation.next_attempt());
  EXPECT_EQ(*conversation.next_attempt() - now_, seconds(1));
  conversation.want_sync();
  const auto [id, request] = call(conversation);
  EXPECT_EQ(request.wait, milliseconds(0));
  EXPECT_FALSE(conversation.answered(id, reply(0), now_).broken);
  EXPECT_GT(call(conversation).second.wait, seconds(10)) << "at once";
}

TEST_F(ConversationTest, PollsBesideALongCatalog) {
  Conversation conversation(setup());
  EXPECT_FALSE(conversation.answered(call(conversation).first, reply(0), now_).broken);
  now_ = *conversation.next_attempt();
  const auto [poll, request] = call(conversation);
  EXPECT_GT(request.wait, seconds(10));
  EXPECT_EQ(conversation.next_attempt(), std::nullopt);
  EXPECT_TRUE(conversation.answered(poll, reply(0, {incoming(1)}), now_).changed);
  EXPECT_GT(call(conversation).second.wait, seconds(10)) << "the next one at once";
}

TEST_F(ConversationTest, AFirstAnswerThatComesAfterTheCatalogHoldsNoPoll) {
  Conversation conversation(setup());
  const auto first = call(conversation).first;
  conversation.want_sync();
  EXPECT_FALSE(conversation.answered(first, reply(0), now_).broken);
  EXPECT_FALSE(conversation.answered(call(conversation).first, reply(0), now_).broken);
  EXPECT_GT(call(conversation).second.wait, seconds(10));
}

TEST_F(ConversationTest, SaysNothingWhenNobodyListensAndNothingIsToBeSent) {
  Conversation conversation(setup());
  EXPECT_EQ(conversation.next(false, now_), std::nullopt);
}

TEST_F(ConversationTest, TakesEachMessageOnce) {
  Conversation conversation(setup());
  meet(conversation);
  const auto poll = call(conversation).first;
  conversation.send(message("a"));
  const auto send = call(conversation).first;
  // Both calls bring the same messages.
  EXPECT_EQ(conversation.answered(send, reply(1, {incoming(1), incoming(2)}), now_).messages.size(), 2U);
  const auto news = conversation.answered(poll, reply(1, {incoming(1), incoming(2), incoming(3)}), now_);
  EXPECT_EQ(news.messages.size(), 1U);
  EXPECT_TRUE(news.changed);
  EXPECT_EQ(call(conversation).second.acknowledged, 3U);
}

TEST_F(ConversationTest, AnAnswerOfNoCallIsIgnored) {
  Conversation conversation(setup());
  const auto id = call(conversation).first;
  conversation.failed(id, {"transport.broken", "gone", ""}, now_);
  EXPECT_TRUE(conversation.answered(id, reply(0, {incoming(1)}), now_).messages.empty());
}

TEST_F(ConversationTest, RetriesWithGrowingPausesAndJitter) {
  Conversation conversation(setup());
  milliseconds longest{0};
  for (int attempt = 0; attempt < 12; ++attempt) {
    const auto id = call(conversation).first;
    conversation.failed(id, {"transport.refused", "nobody", "look"}, now_);
    EXPECT_EQ(conversation.next(true, now_), std::nullopt);
    ASSERT_TRUE(conversation.next_attempt());
    const auto pause = *conversation.next_attempt() - now_;
    EXPECT_GE(pause, milliseconds(125));
    EXPECT_LE(pause, milliseconds(10'000));
    longest = std::max(longest, pause);
    now_ = *conversation.next_attempt();
  }
  EXPECT_GE(longest, seconds(5));
  EXPECT_EQ(conversation.connection().state, Connection::State::failed);
  EXPECT_EQ(conversation.connection().error.code, "transport.refused");
  EXPECT_EQ(conversation.unreachable_since(), Instant(seconds(1'000'000)));
  meet(conversation);
  EXPECT_EQ(conversation.connection().state, Connection::State::ok);
  EXPECT_EQ(conversation.unreachable_since(), std::nullopt);
}

TEST_F(ConversationTest, HonoursRetryAfter) {
  Conversation conversation(setup());
  Answer busy = refusal("overloaded", 503);
  busy.retry_after = seconds(7);
  EXPECT_FALSE(conversation.answered(call(conversation).first, busy, now_).broken);
  EXPECT_GE(*conversation.next_attempt() - now_, seconds(7));
}

TEST_F(ConversationTest, TellsWhichClustersThereAre) {
  Conversation conversation(setup());
  EXPECT_FALSE(conversation.answered(call(conversation).first, refusal("unknown_cluster", 404), now_).broken);
  EXPECT_EQ(conversation.connection().error.code, "unknown_cluster");
  EXPECT_THAT(conversation.connection().clusters, testing::ElementsAre("cluster_1", "cluster_2"));
}

TEST_F(ConversationTest, AnAnswerOfSomethingElse) {
  Conversation conversation(setup());
  EXPECT_FALSE(conversation.answered(call(conversation).first, {502, "<html>"}, now_).broken);
  EXPECT_THAT(conversation.connection().error.message, testing::HasSubstr("502"));
  now_ = *conversation.next_attempt();
  EXPECT_FALSE(conversation.answered(call(conversation).first, {200, "<html>"}, now_).broken);
  EXPECT_EQ(conversation.connection().error.code, "malformed");
}

TEST_F(ConversationTest, BreaksWhereTheTwoSidesDoNotFit) {
  const auto broken = [&](const Answer& answer) {
    Conversation conversation(setup());
    conversation.send(message("a"));
    return conversation.answered(call(conversation).first, answer, now_).broken.has_value();
  };
  EXPECT_FALSE(broken(reply(1)));
  EXPECT_TRUE(broken(reply(2))) << "more is acknowledged than was sent";
  EXPECT_TRUE(broken(reply(1, {incoming(2)}))) << "message 1 is missing";
  for (const char* code : {"stale_incarnation", "sequence_gap", "conflict"}) EXPECT_TRUE(broken(refusal(code))) << code;
  for (const char* code : {"wrong_certname", "malformed", "overloaded"}) EXPECT_FALSE(broken(refusal(code))) << code;
}

TEST_F(ConversationTest, BeginsAnewWithAnotherIncarnationAndTheHighestEpoch) {
  Conversation conversation(setup());
  conversation.send(message("a"));
  const auto [id, request] = call(conversation);
  ASSERT_FALSE(conversation.answered(id, reply(1, {incoming(1)}, 9), now_).broken);
  conversation.begin_anew(now_);
  conversation.send(message("b"));
  now_ = *conversation.next_attempt();
  const auto anew = call(conversation).second;
  EXPECT_NE(anew.incarnation, request.incarnation);
  EXPECT_EQ(anew.epoch, 9U);
  EXPECT_EQ(anew.acknowledged, 0U);
  EXPECT_EQ(anew.messages.front().sequence, 1U);
}

TEST_F(ConversationTest, AtALowerEpochItTakesNothing) {
  Conversation conversation(setup());
  ASSERT_FALSE(conversation.answered(call(conversation).first, reply(0, {}, 9), now_).broken);
  conversation.send(message("a"));
  const auto news = conversation.answered(call(conversation).first, reply(1, {incoming(1)}, 8), now_);
  EXPECT_TRUE(news.messages.empty());
  EXPECT_FALSE(conversation.all_acknowledged());
  EXPECT_EQ(conversation.connection().state, Connection::State::failed);
}

TEST_F(ConversationTest, WantsAnAnswerToACallBegunAfterwards) {
  Conversation conversation(setup());
  const auto first = call(conversation).first;
  conversation.want_sync();
  EXPECT_FALSE(conversation.answered(first, reply(0), now_).broken);
  EXPECT_FALSE(conversation.in_sync()) << "this call was begun before";
  meet(conversation);
  EXPECT_TRUE(conversation.in_sync());
}

TEST_F(ConversationTest, ASnapshotHoldsAllThatMatters) {
  Conversation conversation(setup());
  conversation.send(message("a"));
  ASSERT_FALSE(conversation.answered(call(conversation).first, reply(0, {incoming(1)}, 5), now_).broken);
  auto restored = Conversation::restore(setup(), conversation.snapshot());
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  const auto request = call(*restored).second;
  EXPECT_EQ(request.incarnation, conversation.incarnation());
  EXPECT_EQ(request.epoch, 5U);
  EXPECT_EQ(request.acknowledged, 1U);
  EXPECT_EQ(request.messages.size(), 1U);
  EXPECT_FALSE(Conversation::restore(setup(), boost::json::value("x")).ok());
  EXPECT_FALSE(Conversation::restore(setup(), boost::json::object{{"epoch", 1}, {"received", -1}}).ok());
}

TEST_F(ConversationTest, DoesNotAskInALoopWhenPollsAreNotHeld) {
  Conversation conversation(setup());
  meet(conversation);
  int calls = 0;
  for (; calls < 100 && !conversation.next_attempt(); ++calls) {
    ASSERT_FALSE(conversation.answered(call(conversation).first, reply(0), now_).broken);
  }
  EXPECT_LT(calls, 10);
}

TEST_F(ConversationTest, DoesNotAskInALoopWhenNothingIsTaken) {
  Conversation conversation(setup());
  conversation.send(message("a"));
  ASSERT_FALSE(conversation.answered(call(conversation).first, reply(0), now_).broken);
  EXPECT_EQ(conversation.next(true, now_), std::nullopt);
  EXPECT_EQ(conversation.connection().error.code, "agent.unacknowledged");
}

}  // namespace
}  // namespace plan::agent
