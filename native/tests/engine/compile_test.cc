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

// A thousand warnings leave no room for more, but for the error behind them.
TEST(Compile, ManyWarningsDoNotHideAnError) {
  std::string text = "plan t {\n";
  for (int i = 0; i < 1100; ++i) text += " action a" + std::to_string(i) + " { }\n";
  EXPECT_NE(compile(bundle_of(text + "}")).program, nullptr);
  EXPECT_EQ(compile(bundle_of(text + " action z { $unknown -> drain } }")).program, nullptr);
}

// Other processes' values are looked at again only where there may be one.
TEST(Compile, AMemberOfSomethingUnknownMayBeOneOfAProcess) {
  const Compilation compilation = compile(bundle_of(
      "plan t { input Any any\n input Struct[{a => Integer}] known\n action x { $x <- any where $x.a == 1\n $x -> drain }\n"
      " action y { $x <- known where $x.a == 1\n $x -> drain } }"));
  ASSERT_NE(compilation.program, nullptr);
  const PlanCode& code = *compilation.program->find("t");
  EXPECT_TRUE(code.actions[code.action("x")].dependencies.references);
  EXPECT_FALSE(code.actions[code.action("y")].dependencies.references);
}

TEST(Compile, TypeParametersReachThroughTwoPlans) {
  Actor actor("plan a[T] { type Box = Array[T]\n input T q\n public Box $box = []\n action x { $v <- q\n 'taken' -> drain } }\n"
              "plan b[T] inherits a[Array[T]] { input T one }\nplan t inherits b[Integer] { }",
              R"({"box": [[1]]})");
  actor.start();
  actor.send("q", "[1]");
  EXPECT_TRUE(actor.letters().empty());
  actor.send("q", "1");
  actor.send("q", R"(["x"])");
  actor.send("one", "1");
  EXPECT_EQ(actor.queue("one"), "[1]");
}

TEST(Compile, RefusesABundleWithoutItsPlan) {
  const Compilation compilation = compile(bundle_of("plan other { }"));
  EXPECT_EQ(compilation.program, nullptr);
}

}  // namespace
}  // namespace plan::engine::test
