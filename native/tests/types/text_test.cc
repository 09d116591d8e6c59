#include <cmath>

#include <gtest/gtest.h>

#include "types/text.h"

namespace plan::types {

namespace {

TEST(Text, WritesFloatsAsRuby) {
  EXPECT_EQ(format_float(1.0), "1.0");
  EXPECT_EQ(format_float(-0.0), "-0.0");
  EXPECT_EQ(format_float(0.1), "0.1");
  EXPECT_EQ(format_float(0.0001), "0.0001");
  EXPECT_EQ(format_float(0.00001), "1.0e-05");
  EXPECT_EQ(format_float(123456789012345.6), "123456789012345.6");
  EXPECT_EQ(format_float(1e15), "1000000000000000.0");
  EXPECT_EQ(format_float(1e16), "1.0e+16");
  EXPECT_EQ(format_float(-1.25e100), "-1.25e+100");
  EXPECT_EQ(format_float(INFINITY), "Infinity");
}

TEST(Text, QuotesAsPuppet) {
  EXPECT_EQ(quote("a"), "'a'");
  EXPECT_EQ(quote("it's"), "'it\\'s'");
  EXPECT_EQ(quote("a\nb$"), "\"a\\nb\\$\"");
  EXPECT_EQ(quote("a\\b"), "'a\\b'");
  EXPECT_EQ(quote("\x01"), "\"\\u{1}\"");
  EXPECT_EQ(regexp_literal("a/b\\/c"), "/a\\/b\\/c/");
}

TEST(Text, WritesTimes) {
  EXPECT_EQ(format_timespan(93'784'500'000'000), "1-02:03:04.5");
  EXPECT_EQ(format_timespan(-1), "-0-00:00:00.000000001");
  EXPECT_EQ(format_timestamp(0), "1970-01-01T00:00:00.000000000 UTC");
  EXPECT_EQ(format_timestamp(-1), "1969-12-31T23:59:59.999999999 UTC");
  EXPECT_EQ(format_timestamp(1'709'164'800'000'000'000), "2024-02-29T00:00:00.000000000 UTC");
}

TEST(Text, CountsCharacters) {
  EXPECT_EQ(utf8_length("é€x"), 3);
  EXPECT_EQ(utf8_length("\xff\xc3"), 2);
  EXPECT_EQ(compare_ignoring_case("ab", "AC"), -1);
  EXPECT_EQ(capitalize_segments("galera::host"), "Galera::Host");
}

}  // namespace

}  // namespace plan::types
