#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/exchange.h"

namespace plan::protocol {
namespace {

engine::Message numbered(std::int64_t number) {
  engine::Message message;
  message.from = {"db1", "A[1]"};
  message.to = {"puppet", "B[1]"};
  message.name = "q";
  message.value = values::Value::integer(number);
  return message;
}

std::vector<std::uint64_t> sequences(const Outbox& outbox) {
  std::vector<std::uint64_t> result;
  for (const auto& message : outbox.pending()) result.push_back(message.sequence);
  return result;
}

Outbox outbox_of_two_pending() {
  Outbox outbox;
  for (std::int64_t i = 1; i <= 4; ++i) EXPECT_EQ(outbox.push(numbered(i)), static_cast<std::uint64_t>(i));
  outbox.acknowledge(2);
  return outbox;
}

TEST(Outbox, KeepsWhatIsNotAcknowledged) {
  Outbox outbox = outbox_of_two_pending();
  EXPECT_THAT(sequences(outbox), ::testing::ElementsAre(3, 4));
  outbox.acknowledge(1);
  EXPECT_THAT(sequences(outbox), ::testing::ElementsAre(3, 4));
  outbox.acknowledge(4);
  EXPECT_THAT(sequences(outbox), ::testing::IsEmpty());
  EXPECT_EQ(outbox.push(numbered(5)), 5U);
}

TEST(Outbox, IsRestoredAsItWas) {
  const auto restored = Outbox::restore(boost::json::parse(boost::json::serialize(outbox_of_two_pending().snapshot())));
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->last(), 4U);
  EXPECT_THAT(sequences(*restored), ::testing::ElementsAre(3, 4));
  EXPECT_EQ(restored->pending()[0].message.value.as_integer(), 3);
}

TEST(Outbox, AnEmptyOneKeepsItsCount) {
  Outbox outbox = outbox_of_two_pending();
  outbox.acknowledge(4);
  const auto restored = Outbox::restore(outbox.snapshot());
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(restored->last(), 4U);
}

TEST(Outbox, AGapInWhatIsRestoredIsAnError) {
  boost::json::value json = outbox_of_two_pending().snapshot();
  json.as_object()["pending"].as_array()[0].as_object()["sequence"] = 2;
  EXPECT_FALSE(Outbox::restore(json).ok());
  EXPECT_FALSE(Outbox::restore(boost::json::object{{"last", 1}}).ok());
}

}  // namespace
}  // namespace plan::protocol
