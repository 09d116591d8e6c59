#include "simulator/scenario.h"

#include <gtest/gtest.h>

namespace plan::simulator {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 1000;
#else
constexpr std::uint64_t kSeeds = 50;     // under the sanitizers; plan-simulator runs as many as you like
#endif

engine::Bundle bundle() { return load_bundle(PLAN_MODULE_ROOT, "galera::cluster").value(); }

TEST(Formation, WithoutCrashesInEveryOrder) {
  const auto plans = bundle();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto formation = form_cluster(plans, seed, {.crashes = false});
    EXPECT_EQ(formation.problem, "") << "seed " << seed;
    EXPECT_EQ(formation.births, 1U) << "seed " << seed;
  }
}

TEST(Formation, S13_S14_S15_WithACrashOfEachHost) {
  const auto plans = bundle();
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto formation = form_cluster(plans, seed);
    EXPECT_EQ(formation.problem, "") << "plan-simulator --seed " << seed << " --trace";
    EXPECT_EQ(formation.births, 1U) << "seed " << seed;
  }
}

TEST(Formation, S19_NoSecondBirthWhenTheStoreIsSetBackOrRestored) {
  const auto plans = bundle();
  for (const bool crashes : {false, true}) {
    for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
      const auto formation = form_cluster(plans, seed, {.crashes = crashes, .set_back = true});
      EXPECT_EQ(formation.problem, "") << "plan-simulator --set-back --seed " << seed << " --trace";
      EXPECT_EQ(formation.births, 1U) << "seed " << seed;
    }
  }
}

// Power goes, most often everywhere: the cluster that was born is there again, with every row that was acknowledged.
TEST(Formation, S1_S3_S4_S5_S9_AfterOutages) {
  const auto plans = bundle();
  std::size_t restarts = 0;
  for (const bool crashes : {false, true}) {
    for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
      const auto formation = form_cluster(plans, seed, {.crashes = crashes, .outages = 2});
      EXPECT_EQ(formation.problem, "") << "plan-simulator --outages 2 --seed " << seed << " --trace";
      EXPECT_EQ(formation.births, 1U) << "seed " << seed;
      restarts += formation.restarts;
    }
  }
  EXPECT_GT(restarts, 0U);
}

TEST(Formation, OfFive) {
  const auto plans = bundle();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_EQ(form_cluster(plans, seed, {.members = 5}).problem, "") << "seed " << seed;
  }
}

TEST(Formation, S24_TheSameSeedGivesTheSameTrace) {
  const auto plans = bundle();
  const auto hash = form_cluster(plans, 3).trace_hash;
  EXPECT_EQ(form_cluster(plans, 3).trace_hash, hash);
  EXPECT_NE(form_cluster(plans, 4).trace_hash, hash);
}

}  // namespace
}  // namespace plan::simulator
