// scanf. What it should find is what Ruby's scanf found; Puppet's package comes without it.
#include <array>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "notation.h"
#include "values/json.h"

namespace plan::test {

namespace {

class Unbounded final : public functions::Context {
 public:
  void spend(std::uint64_t) override {}
};

struct Case {
  std::string_view text;
  std::string_view format;
  std::string_view found;
};

std::string scanned(std::string_view text, std::string_view format) {
  Unbounded context;
  const std::array arguments{values::Value::string(text), values::Value::string(format)};
  return boost::json::serialize(values::to_json(functions::call(*functions::find("scanf"), context, arguments, nullptr)));
}

TEST(Scanf, FindsWhatRubysFinds) {
  static constexpr Case kCases[] = {
      {"42", "%i", R"([42])"},
      {"42 abc", "%d %s", R"([42,"abc"])"},
      {"0x1F", "%i", R"([31])"},
      {"017", "%i", R"([15])"},
      {"0", "%i", R"([])"},
      {"0", "%d", R"([0])"},
      {"-12", "%d", R"([-12])"},
      {"+12", "%d", R"([12])"},
      {"1234", "%2d%d", R"([12,34])"},
      {"-1234", "%2d%d", R"([-1,234])"},
      {"ff", "%x", R"([255])"},
      {"0xff", "%x", R"([255])"},
      {"-0xff", "%x", R"([-255])"},
      {"0xff12", "%4x%x", R"([255,18])"},
      {"ff12", "%3x%x", R"([4081,2])"},
      {"777", "%o", R"([511])"},
      {"778", "%o%d", R"([63,8])"},
      {"1.5 2", "%f %d", R"([1.5E0,2])"},
      {"1.5e3", "%f", R"([1.5E3])"},
      {".5", "%f", R"([5E-1])"},
      {"5", "%f", R"([5E0])"},
      {"1.25", "%3f%s", R"([1.2E0,"5"])"},
      {"0x1.8p1", "%f", R"([3E0])"},
      {"abc def", "%s", R"(["abc"])"},
      {"abc def", "%s%s", R"(["abc","def"])"},
      {"abc", "%2s%s", R"(["ab","c"])"},
      {"abc", "%c%c", R"(["a","b"])"},
      {" abc", "%c", R"([" "])"},
      {" abc", " %c", R"(["a"])"},
      {"abc", "%2c", R"(["ab"])"},
      {"abc123", "%[a-z]%d", R"(["abc",123])"},
      {"abc123", "%2[a-z]%s", R"(["ab","c123"])"},
      {"abc123", "%[^0-9]%d", R"(["abc",123])"},
      {"abc123", "%[[:alpha:]]%d", R"(["abc",123])"},
      {"abc123", "%2[[:alpha:]]%s", R"(["ab","c123"])"},
      {"a=5", "a=%d", R"([5])"},
      {"a = 5", "a=%d", R"([])"},
      {"a = 5", "a = %d", R"([5])"},
      {"b=5", "a=%d", R"([])"},
      {"10%", "%d%%", R"([10])"},
      {"10 % 5", "%d%%%d", R"([10,5])"},
      {"1 2 3", "%d %*d %d", R"([1,3])"},
      {"1 2 3", "%d%d%d", R"([1,2,3])"},
      {"1 x 3", "%d%d%d", R"([1])"},
      {"", "%d", R"([])"},
      {"5", "", R"([])"},
      {"x", "%d", R"([])"},
      {"2024-05-06", "%d-%d-%d", R"([2024,5,6])"},
      {"12:34:56", "%2d:%2d:%2d", R"([12,34,56])"},
      {"héllo wörld", "%s %s", R"(["héllo","wörld"])"},
      {"é", "%c", R"(["é"])"},
      {"a\nb", "%s %s", R"(["a","b"])"},
      {"a\nb", "%c%c%c", R"(["a","\n","b"])"},
      {"42", "%q", R"([])"},
      {"%q", "%q", R"([])"},
      {"42", "%D", R"([])"},
      {"1.e", "%f", R"([1E0])"},
      {"1..2", "%f", R"([1E0])"},
      {"-.5e-3", "%g", R"([-5E-4])"},
      {"3abc", "%1d%3s", R"([3,"abc"])"},
      {"[x]", "[%1s]", R"(["x"])"},
      {"a.b", "a.%s", R"(["b"])"},
      {"axb", "a.%s", R"([])"},
      {"99999", "%5i", R"([99999])"},
      {"+0x1F", "%5i", R"([31])"},
      {"1,2,3", "%d,%d,%d", R"([1,2,3])"},
      {"name: Bob age: 42", "name: %s age: %d", R"(["Bob",42])"},
  };
  for (const Case& one : kCases) EXPECT_EQ(scanned(one.text, one.format), one.found) << '"' << one.text << "\" by \"" << one.format << '"';
}

TEST(Scanf, RefusesNumbersThatAreTooLarge) {
  EXPECT_THROW(static_cast<void>(scanned("9223372036854775808", "%d")), values::EvaluationError);
  EXPECT_EQ(scanned("-9223372036854775808", "%d"), "[-9223372036854775808]");
}

TEST(Scanf, KeepsToTheWidestAWidthCanBe) { EXPECT_EQ(scanned("abc", "%99999999999999999999s"), R"(["abc"])"); }

}  // namespace

}  // namespace plan::test
