#include <gtest/gtest.h>

#include "types/regex.h"

namespace plan::types {

namespace {

bool matches(std::string_view pattern, std::string_view text) { return Regex(pattern).matches(text); }

TEST(Regex, HasRubysMeaning) {
  EXPECT_TRUE(matches("^b$", "a\nb\nc"));          // ^ and $ at every line
  EXPECT_FALSE(matches("\\Ab", "a\nb"));
  EXPECT_FALSE(matches("a.b", "a\nb"));
  EXPECT_TRUE(matches("(?m)a.b", "a\nb"));         // Ruby's m: . matches a line feed
  EXPECT_TRUE(matches("(?m:a.b)", "a\nb"));
  EXPECT_TRUE(matches("(?i)ABC", "xabcx"));
  EXPECT_TRUE(matches("\\A\\h+\\z", "09afAF"));    // hexadecimal digits
  EXPECT_TRUE(matches("\\A[\\h_]+\\z", "0_f"));
  EXPECT_TRUE(matches("\\A\\H\\z", "g"));
  EXPECT_TRUE(matches("\\A.\\z", "é"));            // characters, not bytes
  EXPECT_TRUE(matches("\\u00e9", "é"));
  EXPECT_TRUE(matches("[[:alpha:]]+", "ab"));
  EXPECT_TRUE(matches("[]a]", "]"));
}

TEST(Regex, GivesGroups) {
  const Regex regex("(?<word>[a-z]+)(\\d)?");
  const auto match = regex.search("--abc");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->text("--abc", 0), "abc");
  EXPECT_EQ(match->text("--abc", *regex.group("word")), "abc");
  EXPECT_FALSE(match->groups[2].matched);
  EXPECT_FALSE(regex.group("other").has_value());
}

TEST(Regex, RefusesWhatItCannotRead) {
  EXPECT_THROW(Regex("("), RegexError);
  EXPECT_THROW(Regex("[a&&b]"), RegexError);
  EXPECT_THROW(Regex("*a"), RegexError);
}

TEST(Regex, GivesUpWhatTakesTooLong) {
  const std::string text(40, 'a');
  EXPECT_THROW(static_cast<void>(Regex("\\A(a|aa)+\\z").matches(text + text + "c")), RegexError);
}

}  // namespace

}  // namespace plan::types
