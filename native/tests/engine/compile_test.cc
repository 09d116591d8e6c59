#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Mistake {
  const char* name;
  const char* text;
  const char* expected;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldAtTheirPlace) { EXPECT_THAT(mistakes_of(GetParam().text), ElementsAre(GetParam().expected)); }

INSTANTIATE_TEST_SUITE_P(Names, Mistakes, testing::Values(
    Mistake{"variable", "plan t {\n  Integer $n = 1\n  action a { $x <- q where $x > $m\n  $n = $x }\n  queue Integer q\n}", "P0201 3:33"},
    Mistake{"queue", "plan t { action a { _ <- start\n 1 -> nowhere } }", "P0202 2:7"},
    Mistake{"received_queue", "plan t { action a { $x <- nowhere\n $y = $x } }", "P0202 1:27"},
    Mistake{"state", "plan t { state a, b\n action x { _ <- state c\n b -> state } }", "P0203 2:24"},
    Mistake{"moved_state", "plan t { state a, b\n action x { _ <- start\n c -> state } }", "P0203 3:2"},
    Mistake{"function", "plan t { action a { _ <- start\n $x = nothing_such(1) } }", "P0204 2:7"},
    Mistake{"parent", "plan t inherits nobody { }", "P0205 1:17"},
    Mistake{"type", "plan t { queue Ip addresses }", "P0206 1:16"},
    Mistake{"cycle", "plan t inherits t { }", "P0213 1:17"}), [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(Rules, Mistakes, testing::Values(
    Mistake{"assignment_in_guard", "plan t { queue Integer q\n action a { $x <- q where $x = 1\n $y = $x } }", "P0401 2:30"},
    Mistake{"send_in_function", "plan t { queue Integer q\n function f() { 1 -> q } }", "P0402 2:17"},
    Mistake{"effect_in_guard", "plan t { action a { _ <- start where orchestrate(self)\n $y = 1 } }", "P0402 1:38"},
    Mistake{"too_many_arguments", "plan t { function f($a) { $a }\n action x { _ <- start\n $y = f(1, 2) } }", "P0302 3:7"},
    Mistake{"default_of_wrong_type", "plan t { Integer $n = 'x' }", "P0301 1:23"},
    Mistake{"constant_of_wrong_type", "plan t { queue Integer q\n action a { _ <- start\n 'x' -> q } }", "P0301 3:2"},
    Mistake{"duplicate", "plan t { Integer $n = 1\n Integer $n = 2 }", "P0208 2:2"},
    Mistake{"attribute", "plan t { queue Integer q { size => 3 } }", "P0209 1:28"},
    Mistake{"only_inhibitors", "plan t { queue Integer q\n action a { ! <- q\n $y = 1 } }", "P0408 2:9"},
    Mistake{"pattern_reuses_variable", "plan t { Integer $n = 1\n queue Integer q\n action a { $n <- q\n $y = $n } }", "P0212 3:13"}),
    [](const auto& one) { return one.param.name; });

// That nothing of it stays behind is the leak sanitizer's to say.
TEST(Compile, AnAliasMayLeadToItself) {
  EXPECT_THAT(mistakes_of(R"(
type Tree = Struct[{left => Optional[Tree], right => Optional[Tree]}]
plan t {
  type Chain = Variant[Integer, Array[Chain]]
  queue Tree trees
  queue Chain chains
})"), IsEmpty());
}

TEST(Compile, SeesMembersOfStructsAndProcessesStatically) {
  EXPECT_THAT(mistakes_of(R"(
type Pair = Struct[{a => Integer, b => Struct[{c => String}]}]
plan t {
  public String $name = 'x'
  queue Pair pairs
  queue T others
  function f(Pair $p) { $p.b.c }
  action one { $p <- pairs where $p.a > 1 and f($p) != '' and $p.b.c.size > 0
    $p.b.c -> drain
  }
  action two { $o <- others where $o.name == 'y'
    1 -> drain
  }
})"), IsEmpty());
  EXPECT_THAT(mistakes_of("plan t { queue T others\n action a { $o <- others where $o.nam == 'y'\n 1 -> drain } }"),
              ElementsAre("P0207 2:35"));
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
