// Whatever a text does, it ends after so many steps: what looks at large values costs by what it looks at. Nothing here is
// timed; each would take minutes or for ever if its work were not counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/expression.h"
#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::HasSubstr;

constexpr ExpressionLimits kLimits{50'000, 64};

std::string error_of(const std::string& text) {
  Expression expression(text);
  const auto value = expression.evaluate(kLimits);
  return value ? "a value" : expression.error().code;
}

// $s: a text of 512 kB, made by doubling.
std::string with_long_text(const std::string& text) {
  return "$s = Integer[1, 15].reduce('abcdefghijklmnop') |$m, $_| { \"${m}${m}\" }\n" + text;
}

// $a: 1,000 numbers.
std::string with_array(const std::string& text) { return "$a = Array(Integer[1, 1000])\n" + text; }

class CostsByWhatItLooksAt : public testing::TestWithParam<std::string> {};

TEST_P(CostsByWhatItLooksAt, S24_EndsByItsSteps) { EXPECT_EQ(error_of(GetParam()), "LIMIT_STEPS"); }

INSTANTIATE_TEST_SUITE_P(Text, CostsByWhatItLooksAt, testing::Values(
    with_long_text("Integer[1, 1000].each |$i| { $s == \"${s}\" }"),
    with_long_text("Integer[1, 1000].each |$i| { $s < \"${s}x\" }"),
    with_long_text("Integer[1, 1000].each |$i| { 'z' in $s }"),
    with_long_text("Integer[1, 1000].each |$i| { $s.length }"),
    with_long_text("Integer[1, 1000].each |$i| { $s[-1] }"),
    with_long_text("Integer[1, 1000].each |$i| { $s =~ String[1, 3] }"),
    with_long_text("Integer[1, 1000].each |$i| { $s =~ /z$/ }")));
INSTANTIATE_TEST_SUITE_P(Collections, CostsByWhatItLooksAt, testing::Values(
    with_array("Integer[1, 10000].each |$i| { $a =~ Array[Integer] }"),
    with_array("$b = Array(Integer[1, 1000])\nInteger[1, 10000].each |$i| { $a == $b }"),
    with_array("Integer[1, 10000].each |$i| { 0 in $a }"),
    with_array("Integer[1, 10000].each |$i| { $a[1, -1] }"),
    with_array("Integer[1, 10000].each |$i| { type($a) }"),
    with_array("Integer[1, 10000].each |$i| { case [$a] { [[1]]: {} $a: {} default: {} } }"),
    with_array("$h = Hash($a.map |$i| { [$i, $i] })\nInteger[1, 10000].each |$i| { 'x' in $h }")));
INSTANTIATE_TEST_SUITE_P(Types, CostsByWhatItLooksAt, testing::Values(
    "Integer[0, 3000].reduce(Integer) |$m, $i| { Variant[$m, Enum[\"a${i}\"]] }",
    "Integer[0, 40].reduce(Integer) |$m, $i| { Tuple[$m, $m] }",
    "type T = Variant[Array[Variant[T, Integer]], Array[Variant[T, String]]]\n" + std::string(40, '[') + "true" + std::string(40, ']') + " =~ T"));
INSTANTIATE_TEST_SUITE_P(Regexes, CostsByWhatItLooksAt, testing::Values(
    "Integer[1, 1000].each |$i| { 'aaaaaaaaaaaaaaaaaaaa' =~ /(a|aa)+[bc]$/ }",
    "'" + std::string(20'000, 'a') + "' =~ /(a?){1,20}[bc]/"));

TEST(Bounds, NestingIsLimitedWhateverIsNested) {
  EXPECT_EQ(error_of("Integer[0, 1000].reduce(Integer) |$m, $i| { Array[$m] }"), "NESTING_LIMIT");
  EXPECT_EQ(error_of("Integer[0, 1000].reduce(1) |$m, $i| { [$m] }"), "NESTING_LIMIT");
  EXPECT_EQ(error_of("Hash([[Array(Integer[1, 1000]), 1]], 'hash_tree')"), "NESTING_LIMIT");
}

TEST(Bounds, AMatchThatIsGivenUpIsAnError) {
  const std::string subject = "'" + std::string(40, 'a') + "!'";
  constexpr ExpressionLimits kMany{1'000'000, 64};
  Expression match(subject + " =~ /^(a+)+$/");
  EXPECT_FALSE(match.evaluate(kMany));
  EXPECT_THAT(match.error().message, HasSubstr("was given up"));
  Expression pattern(subject + " =~ Pattern[/^(a+)+$/]");
  EXPECT_FALSE(pattern.evaluate(kMany));
  EXPECT_THAT(pattern.error().message, HasSubstr("was given up"));
}

TEST(Bounds, AFormatOfTimesWithTooManyPartsIsAnError) {
  std::string format;
  for (int i = 0; i < 100'000; ++i) format += "%D";
  EXPECT_EQ(error_of("Timespan('1', '" + format + "')"), "RUNTIME_ERROR");
}

TEST(Bounds, AnAliasLeadsSomewhere) {
  EXPECT_EQ(error_of("type A = B\ntype B = A\ntype C = Variant[A, Integer]\n1 =~ C"), "RUNTIME_ERROR");
  std::string chain = "type A1000 = Integer\n";
  for (int i = 0; i < 1000; ++i) chain += "type A" + std::to_string(i) + " = A" + std::to_string(i + 1) + "\n";
  EXPECT_EQ(error_of(chain + "1 =~ A0"), "RUNTIME_ERROR");
}

constexpr std::string_view kMaker = R"(plan t {
  queue Integer q { entries => *[5, 2] }
  action make { $x <- q
    T::Child.new { n => $x } }
}
plan t::child {
  public Integer $n = 1
  queue Integer own { entries => *Integer[1, $n], capacity => 2 }
  action drop { $x <- own
    $x -> drain }
})";

TEST(Bounds, AChildWhoseEntriesRaiseMakesTheFiringFail) {
  Actor actor(kMaker);
  actor.start();
  EXPECT_THAT(actor.letters(), testing::ElementsAre(HasSubstr("more entries than its capacity")));
  EXPECT_EQ(actor.engine().describe().at("processes").as_object().size(), 2U);      // itself and the second child
}

TEST(Bounds, ProcessesAndTheirEntriesCostSteps) {
  Actor actor("plan t {\n  action make { _ <- start\n    Integer[1, 100000].each |$_| { T::Child.new } }\n}\n"
              "plan t::child {\n  queue Integer own { entries => *Integer[1, 1000] }\n  action drop { $x <- own\n    $x -> drain }\n}");
  actor.start();
  EXPECT_THAT(actor.letters(), testing::ElementsAre(HasSubstr("limit 'steps'")));
}

TEST(Bounds, AGuardsWorkIsPartOfItsSearch) {
  Actor actor("plan t {\n  queue String q { entries => *['" + std::string(40, 'a') + "!'] }\n"
              "  action a { $x <- q where $x =~ /^(a+)+$/\n    $x -> drain }\n}");
  actor.start();
  EXPECT_EQ(actor.letters().size(), 1U);
}

}  // namespace
}  // namespace plan::engine::test
