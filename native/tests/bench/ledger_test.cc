#include "bench/load/ledger.h"

#include <gtest/gtest.h>

namespace plan::load {
namespace {

using std::chrono::milliseconds;

constexpr Ledger::Clock::time_point kBegin{};

TEST(Ledger, counts_each_word_that_came_once_and_in_order) {
  Ledger ledger;
  const auto first = ledger.send(Word::ask, 7, kBegin);
  const auto second = ledger.send(Word::ask, 7, kBegin + milliseconds(10));
  ledger.received(7, first, kBegin + milliseconds(3));
  ledger.received(7, second, kBegin + milliseconds(15));
  EXPECT_EQ(ledger.times_ms(), (std::vector<double>{3, 5}));
  EXPECT_EQ(ledger.outstanding() + ledger.doubled() + ledger.out_of_order() + ledger.astray(), 0U);
}

TEST(Ledger, misses_what_never_came) {
  Ledger ledger;
  static_cast<void>(ledger.send(Word::ask, 7, kBegin));
  ledger.received(7, ledger.send(Word::ask, 7, kBegin), kBegin);
  EXPECT_EQ(ledger.sent(), 2U);
  EXPECT_EQ(ledger.outstanding(), 1U);
}

TEST(Ledger, sees_what_comes_twice) {
  Ledger ledger;
  const auto word = ledger.send(Word::relay, 7, kBegin);
  ledger.received(8, word, kBegin);
  ledger.received(9, word, kBegin);
  EXPECT_EQ(ledger.doubled(), 1U);
}

TEST(Ledger, sees_what_overtook_another_word_of_the_same_sender) {
  Ledger ledger;
  const auto first = ledger.send(Word::relay, 7, kBegin);
  const auto second = ledger.send(Word::relay, 7, kBegin);
  ledger.received(8, second, kBegin);
  ledger.received(8, first, kBegin);
  EXPECT_EQ(ledger.out_of_order(), 1U);
}

TEST(Ledger, knows_no_order_between_receivers_nor_kinds) {
  Ledger ledger;
  const auto first = ledger.send(Word::relay, 7, kBegin);
  const auto second = ledger.send(Word::relay, 7, kBegin);
  const auto ask = ledger.send(Word::ask, 7, kBegin);
  ledger.received(8, second, kBegin);
  ledger.received(9, first, kBegin);
  ledger.received(7, ask, kBegin);
  EXPECT_EQ(ledger.out_of_order() + ledger.doubled() + ledger.astray() + ledger.outstanding(), 0U);
}

TEST(Ledger, sees_what_is_for_somebody_else_or_was_never_said) {
  Ledger ledger;
  const auto ask = ledger.send(Word::ask, 7, kBegin);
  ledger.received(8, ask, kBegin);
  for (const char* text : {"ask 7 2", "ask 9 1", "shout 7 1", "ask 7", "ask 7 x", ""}) ledger.received(7, text, kBegin);
  EXPECT_EQ(ledger.astray(), 7U);
  EXPECT_EQ(ledger.outstanding(), 1U);
}

}  // namespace
}  // namespace plan::load
