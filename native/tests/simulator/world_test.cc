#include "simulator/world.h"

#include <gtest/gtest.h>

namespace plan::simulator {
namespace {

TEST(World, EventsHappenInTimeAndThenInOrderOfMaking) {
  World world(1);
  std::string seen;
  world.after(milliseconds(2), [&] { seen += 'c'; });
  world.after(milliseconds(1), [&] {
    seen += 'a';
    world.after(milliseconds(0), [&] { seen += 'b'; });
  });
  world.after(milliseconds(2), [&] { seen += 'd'; });
  const Instant begin = world.now();
  while (world.step()) {
  }
  EXPECT_EQ(seen, "abcd");
  EXPECT_EQ(world.now() - begin, milliseconds(2));
}

TEST(World, ChanceComesFromTheSeed) {
  World one(7);
  World two(7);
  World other(8);
  const auto first = one.random();
  EXPECT_EQ(first, two.random());
  EXPECT_NE(first, other.random());
  for (int i = 0; i < 100; ++i) {
    const auto time = one.between(milliseconds(3), milliseconds(5));
    EXPECT_TRUE(time >= milliseconds(3) && time <= milliseconds(5));
  }
}

TEST(World, TheTraceIsWhatWasNoted) {
  World one(7);
  World two(7);
  one.note("a", "b");
  EXPECT_NE(one.trace_hash(), two.trace_hash());
  two.note("a", "b");
  EXPECT_EQ(one.trace_hash(), two.trace_hash());
}

}  // namespace
}  // namespace plan::simulator
