// What an operator says to a simulated orchestrator.
#include <gtest/gtest.h>

#include "engine/bundle.h"
#include "simulator/orchestrator_node.h"

namespace plan::simulator {
namespace {

constexpr const char* kPlan = R"PLAN(
plan t::member {
  public String $cluster
}
plan t::sum inherits orchestrator[T::Member] {
  public input Integer numbers { operator => true }
  Integer $sum = 0
  action add {
    $number from $who <- numbers where $number > 0
    $sum = $sum + $number
    "${who} adds ${number}" -> drain
  }
  action admit {
    $request <- requests
    $request -> drain
  }
}
)PLAN";

class OperatorTest : public testing::Test {
 protected:
  OperatorTest() : node_(world_, {"T::Sum[sum]", "sum", "t::sum", boost::json::object{},
                                  engine::write_bundle({"t::sum", "digest", {{"t/plans/sum.plan", kPlan}}}), "test"}) {
    node_.start();
  }
  std::int64_t sum() const {
    return node_.service()->describe("sum").at("state").at("processes").at("t::sum[sum]").at("variables").at("sum").as_int64();
  }

  World world_{1};
  OrchestratorNode node_;
};

TEST_F(OperatorTest, IsHeardAndAnswered) {
  const auto answer = node_.order("numbers", 3);
  ASSERT_TRUE(answer && answer->ok());
  EXPECT_EQ((*answer)->at("answers").at(0), "operator adds 3");
  EXPECT_FALSE(node_.service()->staged());
  EXPECT_TRUE(node_.order("numbers", 4, true)->ok());
  EXPECT_EQ(node_.order("numbers", 0)->error().code, "not_taken");
  EXPECT_EQ(world_.first_wrong(), "");
  EXPECT_EQ(sum(), 3);
}

// Whatever the moment of the crash: what was answered counts, and nothing counts twice.
TEST_F(OperatorTest, WhatWasAnsweredIsThereAfterACrash) {
  std::int64_t answered = 0;
  std::int64_t unanswered = 0;
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0) node_.crash();
    const auto answer = node_.order("numbers", 1);
    if (answer) answered += answer->ok() ? 1 : 0;
    else ++unanswered;
    while (!node_.up()) ASSERT_TRUE(world_.step());
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(unanswered, 0);
  EXPECT_GE(sum(), answered);
  EXPECT_LE(sum(), answered + unanswered);
}

}  // namespace
}  // namespace plan::simulator
