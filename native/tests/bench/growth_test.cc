#include "bench/load/growth.h"

#include <gtest/gtest.h>

namespace plan::load {
namespace {

std::vector<MemorySample> samples(double per_second, double noise) {
  std::vector<MemorySample> result;
  for (int second = 0; second < 300; ++second) {
    result.push_back({static_cast<double>(second), 300e6 + per_second * second + (second % 2 == 0 ? noise : -noise)});
  }
  return result;
}

TEST(Growth, is_what_an_hour_would_add) {
  EXPECT_NEAR(growth_per_hour(samples(10e3, 0)), 10e3 * 3600 / 301.495e6, 1e-6);
}

TEST(Growth, noise_is_none) { EXPECT_NEAR(growth_per_hour(samples(0, 2e6)), 0, 0.02); }

TEST(Growth, of_nothing_is_none) {
  EXPECT_EQ(growth_per_hour({}), 0);
  EXPECT_EQ(growth_per_hour({{1, 5}}), 0);
}

}  // namespace
}  // namespace plan::load
