#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace plan::check::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Flow, AQueueThatNothingFeeds) {
  EXPECT_THAT(findings_in("plan t { queue Integer q\n action a { ! <- q\n _ <- start\n 1 -> drain } }"), ElementsAre("P0405 1:24"));
  EXPECT_THAT(findings_in("plan t { queue Integer q }"), ElementsAre("P0405 1:24"));
  EXPECT_THAT(findings_in("plan t { output Integer q }"), ElementsAre("P0405 1:25"));
}

TEST(Flow, AnActionThatWaitsForAQueueThatNothingFeeds) {
  EXPECT_THAT(findings_in("plan t { queue Integer q\n action a { $x <- q\n $x -> drain } }"), ElementsAre("P0405 1:24", "P0404 2:9"));
}

TEST(Flow, AQueueThatNothingEmpties) {
  EXPECT_THAT(findings_in("plan t { queue Integer q\n action a { 1 -> q } }"), ElementsAre("P0406 1:24"));
  EXPECT_THAT(findings_in("plan t { input Integer q }"), ElementsAre("P0406 1:24"));
  EXPECT_THAT(findings_in("plan t { input Integer q\n action a { $x <-> q\n $x -> drain } }"), ElementsAre("P0406 1:24"));
}

TEST(Flow, AQueueThatNeedsATokenOfItsOwnFirst) {
  EXPECT_THAT(findings_in("plan t { queue Integer q\n action a { $x <- q\n $x + 1 -> q } }"), ElementsAre("P0405 1:24", "P0404 2:9"));
  EXPECT_THAT(findings_in("plan t { queue Integer p, q\n action a { $x <- q\n $x -> p }\n action b { $x <- p\n $x -> q } }"),
              ElementsAre("P0405 1:24", "P0405 1:27", "P0404 2:9", "P0404 4:9"));
  EXPECT_THAT(findings_in("plan t { queue Integer q { entries => 1 }\n action a { $x <- q\n $x + 1 -> q } }"), IsEmpty());
}

TEST(Flow, AStateThatNothingEnters) {
  EXPECT_THAT(findings_in("plan t { state a, b, c\n action x { b -> state } }"), ElementsAre("P0407 1:22"));
  EXPECT_THAT(findings_in("plan t { state a, b\n action x { _ <- state b\n 1 -> drain } }"), ElementsAre("P0407 1:19", "P0404 2:9"));
  EXPECT_THAT(findings_in("plan t { state a, b\n action x { next_state() } }"), IsEmpty());
  EXPECT_THAT(findings_in("plan t { state a, b\n input String s\n action x { $n <- s\n $n -> state } }"), IsEmpty());
}

TEST(Flow, AnActionThatCanNeverBeEnabled) {
  EXPECT_THAT(findings_in("plan t { action a { _ <- start where false\n 1 -> drain } }"), ElementsAre("P0404 1:17"));
  EXPECT_THAT(findings_in("plan t { state a, b\n action x { _ <- state a\n _ <- state b\n b -> state } }"), ElementsAre("P0404 2:9"));
  EXPECT_THAT(findings_in("plan t { input Integer q { capacity => 2 }\n action a { $x <- q[3]\n $x -> drain } }"), ElementsAre("P0404 2:9"));
}

TEST(Flow, AncestorsAndHeirsCount) {
  EXPECT_THAT(findings_in(R"(
plan base { queue Integer q
  queue Integer p
  input Integer i
  state a, b
  Integer $n = 1
  action feed { 1 -> q }
}
plan heir inherits base {
  action take { $x <- q
    $x -> p
    b -> state
  }
  action more { $x <- p
    $y <- i
    $x + $y + $n -> drain
  }
})"), IsEmpty());
}

}  // namespace
}  // namespace plan::check::test
