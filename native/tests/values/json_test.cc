#include <cmath>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "values/json.h"

namespace plan::values {

namespace {

class Names final : public NameResolver {
 public:
  [[nodiscard]] types::PlanLineagePtr plan(std::string_view name) const override {
    return name == "galera::host" ? std::make_shared<types::PlanLineage>(types::PlanLineage{"galera::host", nullptr}) : nullptr;
  }
  [[nodiscard]] types::TypePtr type(std::string_view notation) const override {
    return notation == "Integer[0, 5]" ? types::integer(0, 5) : nullptr;
  }
};

Value read(std::string_view text) {
  const Names names;
  auto json = parse_json(text);
  EXPECT_TRUE(json.ok()) << text;
  auto value = from_json(*json, &names);
  EXPECT_TRUE(value.ok()) << text << ": " << (value ? "" : value.error().message);
  return value ? *value : Value::undef();
}

std::string problem(std::string_view text) {
  const Names names;
  const auto json = parse_json(text);
  if (!json) return json.error().message;
  const auto value = from_json(*json, &names);
  return value ? "read as " + inspect(*value) : value.error().message;
}

TEST(Json, GivesBackEveryKind) {
  const auto host = Names().plan("galera::host");
  const Value process = Value::process({"db1", "Galera::Host[m]"}, host);
  const std::vector<Value> all = {
      Value::undef(), Value::default_(), Value::boolean(true), Value::integer(-5), Value::integer(INT64_MIN),
      Value::integer(INT64_MAX), Value::floating(1.0), Value::floating(0.1), Value::floating(1e300), Value::floating(INFINITY),
      Value::string(""), Value::string("é\n\"\\"), Value::array({}), Value::array({Value::integer(1), Value::undef()}),
      HashBuilder().build(), HashBuilder().set("a", Value::integer(1)).build(),
      HashBuilder().set(Value::integer(1), Value::string("x")).set("b", Value::undef()).build(),
      HashBuilder().set("__ptype", Value::string("Default")).build(), Value::regexp("a/b\\d"), Value::type(types::integer(0, 5)),
      Value::sensitive(Value::string("s")), Value::timespan(1'500'000'001), Value::timespan(-90'000'000'000), Value::timestamp(1'700'000'000'123'456'789),
      Value::timestamp(-1), Value::semver("1.2.3-rc1"), Value::semver_range(">=1.0.0"), Value::binary(std::string("\0\xff x", 4)),
      process, Value::process({"db2", "X[y]"}, nullptr), Value::queue(process, "casted_role"),
      Value::resource("File", "/x", HashBuilder().set("mode", Value::string("0600")).build()), Value::resource("Service", "galera", Value::undef()),
  };
  for (const Value& value : all) {
    const std::string text = boost::json::serialize(to_json(value));
    EXPECT_TRUE(same(read(text), value)) << text;
  }
  EXPECT_EQ(read(boost::json::serialize(to_json(process))).as_process().plan->name, "galera::host");
}

TEST(Json, RefusesWhatIsNoValue) {
  EXPECT_EQ(problem(R"({"__ptype": "Nothing"})"), "Not a value: \"__ptype\" is \"Nothing\", which is not known");
  EXPECT_EQ(problem(R"({"__ptype": 5})"), "Not a value: \"__ptype\" is not a string");
  EXPECT_EQ(problem(R"({"__ptype": "Regexp"})"), "Not a value: a \"Regexp\" has no \"__pvalue\"");
  EXPECT_EQ(problem(R"({"__ptype": "Hash", "__pvalue": [1]})"), "Not a value: \"__pvalue\" of a \"Hash\" is no list of keys and values");
  EXPECT_EQ(problem(R"({"__ptype": "Binary", "__pvalue": "?"})"), "Not a value: \"?\" is no Binary");
  EXPECT_EQ(problem(R"({"__ptype": "Type", "__pvalue": "Ip"})"), "Not a value: the type Ip is not known here");
  EXPECT_EQ(problem("18446744073709551615"), "Not a value: the integer 18446744073709551615 is larger than an Integer can be");
  EXPECT_EQ(problem(R"({"__ptype": "SemVer", "__pvalue": "1"})"), "Not a value: The string '1' cannot be converted to a SemVer");
}

TEST(Json, IsStrictAndSaysWhere) {
  EXPECT_EQ(problem("{\"a\": 1} x"), "Malformed JSON at byte 9: there is more after the end of the JSON text");
  EXPECT_EQ(problem("[1, 2"), "Malformed JSON at byte 5: the text ends too early");
  EXPECT_TRUE(problem("{'a': 1}").starts_with("Malformed JSON at byte 1: ")) << problem("{'a': 1}");
  EXPECT_TRUE(problem("\"\xff\"").starts_with("Malformed JSON at byte ")) << problem("\"\xff\"");
  EXPECT_TRUE(problem("[NaN]").starts_with("Malformed JSON"));
  EXPECT_TRUE(problem("").starts_with("Malformed JSON"));
  EXPECT_EQ(problem("[1] 2"), "Malformed JSON at byte 4: there is more after the end of the JSON text");
}

// Boost's own parser is some units off in the last place of these.
TEST(Json, ANumberIsTheFloatNextToIt) {
  for (const auto& [text, number] : std::vector<std::pair<std::string, double>>{
           {"184446744077709551615", 184446744077709551615.0},
           {"33333333333366666666666666674", 33333333333366666666666666674.0},
           {"0.1234567890123456789", 0.1234567890123456789},
           {"-1.7976931348623157e308", -1.7976931348623157e308},
           {"4.9406564584124654e-324", 4.9406564584124654e-324},
           {"8.41e+21", 8.41e21}}) {
    const auto json = parse_json("[1," + text + "]");
    ASSERT_TRUE(json.ok()) << text;
    EXPECT_EQ(json->at(1).as_double(), number) << text;
    EXPECT_EQ(parse_json(boost::json::serialize(*json))->at(1).as_double(), number) << text;
  }
  EXPECT_EQ(parse_json("-1e-400")->as_double(), 0.0);
  EXPECT_EQ(problem("[1e400]"), "Malformed JSON at byte 6: the number is larger than a float may be");
  EXPECT_EQ(problem(std::string(400, '9')), "Malformed JSON at byte 400: the number is larger than a float may be");
}

TEST(Json, KeepsToItsLimits) {
  EXPECT_EQ(problem(std::string(65, '[') + std::string(65, ']')).substr(0, 18), "Malformed JSON at ");
  EXPECT_TRUE(problem(std::string(64, '[') + std::string(64, ']')).starts_with("read as"));
  const auto large = parse_json("\"" + std::string(100, 'x') + "\"", 100);
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, "json.too_large");
}

}  // namespace

}  // namespace plan::values
