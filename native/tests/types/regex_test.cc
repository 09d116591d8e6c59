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
  const Regex regex("(?<word>[a-z]+)(?<digit>\\d)?");
  const auto match = regex.search("--abc");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->text("--abc", 0), "abc");
  EXPECT_EQ(match->text("--abc", *regex.group("word")), "abc");
  EXPECT_FALSE(match->groups[2].matched);
  EXPECT_FALSE(regex.group("other").has_value());
}

TEST(Regex, CountsNoGroupsWithoutANameWhereOthersHaveOne) {
  EXPECT_EQ(Regex("(?<a>x)(y)(?<b>z)").search("xyz")->groups.size(), 3U);
  EXPECT_EQ(Regex("(?<=w)(x)(y)").search("wxy")->groups.size(), 3U);   // looking back gives no name
}

TEST(Regex, ReadsSetsInSets) {
  EXPECT_TRUE(matches("\\A[a-z&&[^aeiou]]+\\z", "xyz"));
  EXPECT_FALSE(matches("[a-z&&[^aeiou]]", "aei"));
  EXPECT_FALSE(matches("[^a-c&&[b-z]]", "bc"));
  EXPECT_TRUE(matches("[^a-c&&[b-z]]", "a"));
  EXPECT_TRUE(matches("\\A[x[0-9]]+\\z", "x5"));
  EXPECT_TRUE(matches("\\A[\\H]\\z", "g"));
  EXPECT_TRUE(matches("\\A[a&]+\\z", "&a"));
}

TEST(Regex, RepeatsWhatIsRepeated) {
  EXPECT_TRUE(matches("\\Aa**\\z", "aaa"));
  EXPECT_TRUE(matches("\\A(?:ab){2}{2}\\z", "abababab"));
  EXPECT_TRUE(matches("\\Aa{2}+\\z", "aaaa"));      // not possessive in Ruby
  EXPECT_FALSE(matches("\\Aa++a", "aaa"));
  EXPECT_TRUE(matches("\\A[ab]+*\\z", "abba"));
  EXPECT_TRUE(matches("\\Aa{b\\z", "a{b"));
}

TEST(Regex, RefusesWhatItCannotRead) {
  EXPECT_THROW(Regex("("), RegexError);
  EXPECT_THROW(Regex("[a&&b"), RegexError);
  EXPECT_THROW(Regex("[a[b]"), RegexError);
  EXPECT_THROW(Regex("*a"), RegexError);
}

TEST(Regex, GivesUpWhatTakesTooLong) {
  const std::string text(40, 'a');
  EXPECT_THROW(static_cast<void>(Regex("\\A(a|aa)+\\z").matches(text + text + "c")), RegexError);
}

}  // namespace

}  // namespace plan::types
