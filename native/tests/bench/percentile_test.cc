#include "bench/percentile.h"

#include <numeric>

#include <gtest/gtest.h>

namespace plan::bench {
namespace {

TEST(Percentile, is_one_of_the_values) {
  std::vector<double> values(100);
  std::iota(values.rbegin(), values.rend(), 1);
  EXPECT_EQ(percentile(values, 0.5), 51);
  EXPECT_EQ(percentile(values, 0.99), 100);
  EXPECT_EQ(percentile(values, 1), 100);
  EXPECT_EQ(percentile({}, 0.5), 0);
}

}  // namespace
}  // namespace plan::bench
