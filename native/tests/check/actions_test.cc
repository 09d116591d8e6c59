#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace plan::check::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Actions : public testing::TestWithParam<Mistake> {};

TEST_P(Actions, MistakesAreToldAtTheirPlace) { EXPECT_THAT(findings_in(GetParam().text), ElementsAre(GetParam().expected)); }

INSTANTIATE_TEST_SUITE_P(Effects, Actions, testing::Values(
    Mistake{"assignment_in_guard", "plan t { input Integer q\n action a { $x <- q where $x = 1\n $x -> drain } }", "P0401 2:30"},
    Mistake{"assignment_within_guard", "plan t { input Array q\n action a { $x <- q where $x.any |$y| { $z = $y }\n $x -> drain } }", "P0401 2:41"},
    Mistake{"send_in_function", "plan t { function f() { 1 -> drain } }", "P0402 1:25"},
    Mistake{"variable_set_in_function", "plan t { Integer $n = 1\n function f() { $n = 2 } }", "P0402 2:17"},
    Mistake{"process_made_in_function", "plan t { function f() { T.new { } } }", "P0402 1:25"},
    Mistake{"effect_in_guard", "plan t { action a { _ <- start where orchestrate(self)\n 1 -> drain } }", "P0402 1:38"}), named);

INSTANTIATE_TEST_SUITE_P(Arcs, Actions, testing::Values(
    Mistake{"only_inhibitors", "plan t { input Integer q\n action a { ! <- q\n 1 -> drain }\n action b { $x <- q\n $x -> drain } }", "P0408 2:9"},
    Mistake{"from_a_target", "plan t { action a { $x <- fail\n $x -> drain } }", "P0408 1:27"},
    Mistake{"from_a_variable", "plan t { Integer $n = 1\n action a { $x <- $n\n $x -> drain\n $n = 2 } }", "P0408 2:19"},
    Mistake{"two_regions", "plan t { state a\n input state b\n action x { _ <- state a, b\n 1 -> drain } }", "P0408 3:27"},
    Mistake{"where_of_several", "plan t { input Array q\n action a { [$x] <- q[2] where $x\n $x -> drain } }", "P0408 2:13"},
    Mistake{"inhibitor_of_a_range", "plan t { input Integer q\n action a { _ <- start\n ! <- q[all]\n 1 -> drain }\n action b { $x <- q\n $x -> drain } }", "P0408 3:7"},
    Mistake{"counts", "plan t { input Integer q\n action a { $x <- q[3, 2]\n $x -> drain } }", "P0408 2:21"},
    Mistake{"input_of_a_reference", "plan c { input Integer n }\nplan t { input C cs\n action a { $c <- cs\n $x <- $c.n\n $x -> drain } }", "P0408 4:11"}), named);

INSTANTIATE_TEST_SUITE_P(Sends, Actions, testing::Values(
    Mistake{"to_a_variable", "plan t { action a { $n = 1\n 2 -> $n } }", "P0409 2:7"},
    Mistake{"to_a_call", "plan t { action a { 1 -> $facts.size() } }", "P0409 1:26"},
    Mistake{"to_an_output_of_another", "plan c { output Integer n\n action b { 1 -> n } }\nplan t { action a { $c = C.new { }\n 1 -> $c.n } }", "P0409 4:10"},
    Mistake{"to_a_parameter_of_another", "plan c { public Integer $n = 1 }\nplan t { action a { $c = C.new { }\n 1 -> $c.n } }", "P0409 3:10"},
    Mistake{"star_without_collection", "plan t { action a { 1 -> * 2 } }", "P0409 1:28"}), named);

INSTANTIATE_TEST_SUITE_P(Bodies, Actions, testing::Values(
    Mistake{"empty", "plan t { action a { } }", "P0403 1:17"},
    Mistake{"arcs_only", "plan t { action a { $e <- events where $e.message == 'x' } }", "P0403 1:17"}), named);

TEST(Actions, ThatAreRightAreNotTold) {
  EXPECT_THAT(findings_in(R"(
plan c {
  input Integer n
  output Integer doubled
  input state off, on
  output state idle, busy
  action double { $x <- n
    $x * 2 -> doubled
    busy -> state
  }
  action rest { _ <- state busy
    ! <- n
    $s <- state off, on
    idle -> state
    if $s == 'on' { 1 -> drain }
  }
}
plan t {
  input C workers
  queue C known { latched => true }
  action meet { $w from $who <- workers after 2s
    $w -> known
    $who.anything -> drain
  }
  action ask { $w <-> known
    $d <- $w.doubled[all] where $d > 1 awaiting "an answer of ${w}"
    $s <- $w.state
    $d.each |$one| { $one -> $w.n }
    if $s == 'idle' { 'on' -> $w.state }
  }
})"), IsEmpty());
}

}  // namespace
}  // namespace plan::check::test
