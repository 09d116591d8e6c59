#include <gtest/gtest.h>

#include "engine/code.h"
#include "fixture.h"

namespace plan::engine::test {
namespace {

// That nothing of it stays behind is the leak sanitizer's to say.
TEST(Compile, AnAliasMayLeadToItself) {
  EXPECT_NE(compile(bundle_of(R"(
type Tree = Struct[{left => Optional[Tree], right => Optional[Tree]}]
plan t {
  type Chain = Variant[Integer, Array[Chain]]
  queue Tree trees
  queue Chain chains
})")).program, nullptr);
}

TEST(Compile, WarningsDoNotHinder) {
  const Compilation compilation = compile(bundle_of("plan t { action a { $x <- start } }"));
  EXPECT_FALSE(compilation.diagnostics.all().empty());
  EXPECT_NE(compilation.program, nullptr);
}

// Of two names in one list an heir may declare one anew.
TEST(Compile, AnOverrideOfOneQueueKeepsItsNeighbours) {
  const Compilation compilation = compile(bundle_of(
      "plan base { input Integer a, b\n action x { $x <- b\n $x -> drain } }\nplan t inherits base { input Integer[1] a }"));
  ASSERT_NE(compilation.program, nullptr);
  EXPECT_NE(compilation.program->find("t")->place("b"), kNone);
}

TEST(Compile, TellsAllMistakesOfATextAndCompilesNothing) {
  const Compilation compilation = compile(bundle_of("plan t {\n action a { $x <- q\n $y = $z }\n action b { $e <- events where $e = 1 } }"));
  EXPECT_EQ(compilation.program, nullptr);
  EXPECT_GE(compilation.diagnostics.all().size(), 3U);
}

TEST(Compile, RefusesABundleWithoutItsPlan) {
  const Compilation compilation = compile(bundle_of("plan other { }"));
  EXPECT_EQ(compilation.program, nullptr);
}

}  // namespace
}  // namespace plan::engine::test
