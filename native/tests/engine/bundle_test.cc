// Bundles: what is read is written the same; what is not one is refused by the name of the field.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kBundle =
    R"({"format":1,"plan":"t","digest":"d","files":[{"path":"m/plans/init.plan","text":"plan t { }"}]})";

TEST(Bundle, IsWrittenAsItWasRead) {
  const Result<Bundle> bundle = read_bundle(values::parse_json(kBundle).value());
  ASSERT_TRUE(bundle.ok());
  EXPECT_EQ(boost::json::serialize(write_bundle(*bundle)), kBundle);
}

TEST(Bundle, IsRefusedByTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "not an object"},
      {R"({})", "'format'"},
      {R"({"format":"1"})", "'format'"},
      {R"({"format":2})", "its format is 2"},
      {R"({"format":1,"digest":"d","files":[]})", "'plan'"},
      {R"({"format":1,"plan":1,"digest":"d","files":[]})", "'plan'"},
      {R"({"format":1,"plan":"t","files":[]})", "'digest'"},
      {R"({"format":1,"plan":"t","digest":"d"})", "'files'"},
      {R"({"format":1,"plan":"t","digest":"d","files":{}})", "'files'"},
      {R"({"format":1,"plan":"t","digest":"d","files":[1]})", "'path' or 'text'"},
      {R"({"format":1,"plan":"t","digest":"d","files":[{"path":"p"}]})", "'path' or 'text'"},
      {R"({"format":1,"plan":"t","digest":"d","files":[{"text":"p"}]})", "'path' or 'text'"},
  };
  for (const auto& [text, what] : cases) {
    const Result<Bundle> bundle = read_bundle(values::parse_json(text).value());
    ASSERT_FALSE(bundle.ok()) << text;
    EXPECT_EQ(bundle.error().code, "engine.bundle");
    EXPECT_THAT(bundle.error().message, HasSubstr(what)) << text;
  }
}

TEST(Bundle, MustHoldItsPlan) {
  const Compilation compilation = compile({"other", "d", {{"t.plan", "plan t {\n  action a { _ <- start\n    1 -> drain }\n}"}}});
  EXPECT_FALSE(compilation.program);
  EXPECT_THAT(diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources), HasSubstr("the bundle has no plan 'other'"));
}

}  // namespace
}  // namespace plan::engine::test
