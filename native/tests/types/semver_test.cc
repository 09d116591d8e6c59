// Ranges of versions. What Puppet answers about them is in tests/compat.
#include <gtest/gtest.h>

#include "types/semver.h"

namespace plan::types {

namespace {

SemverRange range(std::string_view text) {
  const auto parsed = SemverRange::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(SemverRange());
}

TEST(SemverRange, IsTheSameHoweverItIsWritten) {
  EXPECT_EQ(range("1.x"), range(">=1.0.0 <2.0.0"));
  EXPECT_EQ(range("~>1.2"), range("~1.2"));
  EXPECT_EQ(range(">=1.0.0 <2.0.0 || >=2.0.0 <3.0.0"), range(">=1.0.0 <3.0.0"));
  EXPECT_EQ(range("3.x || 1.x || 2.x"), range(">=1.0.0 <4.0.0"));
  EXPECT_EQ(range("1.0.0 || 1.0.1"), range("1.0.0 - 1.0.1"));
  EXPECT_NE(range(">=1.0.0"), range(">1.0.0"));
}

TEST(SemverRange, Covers) {
  EXPECT_TRUE(range("1.x || 3.x").covers(range("3.2.x")));
  EXPECT_FALSE(range("3.2.x").covers(range("3.x")));
  EXPECT_TRUE(range("*").covers(range("<1.0.0 || >2.0.0")));
}

TEST(SemverRange, KeepsToNumbersThatHaveANext) {
  EXPECT_FALSE(SemverRange::parse("1.2.9223372036854775807").has_value());
  EXPECT_EQ(range("1.2.9223372036854775806 || 1.3.0"), range("1.2.9223372036854775806 || 1.3.0"));
}

}  // namespace

}  // namespace plan::types
