#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace plan::check::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Names : public testing::TestWithParam<Mistake> {};

TEST_P(Names, AreToldAtTheirPlace) { EXPECT_THAT(findings_in(GetParam().text), ElementsAre(GetParam().expected)); }

INSTANTIATE_TEST_SUITE_P(Unknown, Names, testing::Values(
    Mistake{"variable", "plan t {\n  Integer $n = 1\n  action a { $x <- q where $x > $m\n  $n = $x }\n  input Integer q\n}", "P0201 3:33"},
    Mistake{"variable_in_a_string", "plan t { action a { \"is ${m}\" -> drain } }", "P0201 1:27"},
    Mistake{"variable_before_it_is_set", "plan t { action a { [$y, 1] -> drain\n $y = 1\n $y -> drain } }", "P0201 1:22"},
    Mistake{"variable_of_another_action", "plan t { action a { $x <- events\n $x -> drain }\n action b { $x -> drain } }", "P0201 3:13"},
    Mistake{"queue", "plan t { action a { _ <- start\n 1 -> nowhere } }", "P0202 2:7"},
    Mistake{"received_queue", "plan t { action a { $x <- nowhere\n $x -> drain } }", "P0202 1:27"},
    Mistake{"catalog_queue", "plan t { action a { $x <- main::catalog_dome\n $x -> drain } }", "P0202 1:27"},
    Mistake{"state", "plan t { state a\n action x { _ <- state c\n 1 -> drain } }", "P0203 2:24"},
    Mistake{"moved_state", "plan t { state a\n action x { _ <- start\n c -> state } }", "P0203 3:2"},
    Mistake{"state_of_a_plan_without", "plan t { action x { _ <- start\n c -> state } }", "P0203 2:7"},
    Mistake{"next_state_of_a_plan_without", "plan t { action x { _ <- start\n next_state() } }", "P0203 2:2"},
    Mistake{"state_of_a_reference", "plan c { input state x, y }\nplan t { action a { $c = C.new { }\n z -> $c.state } }", "P0203 3:2"},
    Mistake{"function", "plan t { action a { _ <- start\n nothing_such(1) -> drain } }", "P0204 2:2"},
    Mistake{"function_of_a_value", "plan t { action a { 1.nothing_such() -> drain } }", "P0204 1:23"},
    Mistake{"parent", "plan t inherits nobody { }", "P0205 1:17"},
    Mistake{"become", "plan t { action a { become(Nobody) } }", "P0205 1:28"},
    Mistake{"new_plan", "plan m::host { }\nplan t { action a { M::Hots.new { } } }", "P0205 2:21"},
    Mistake{"type_of_a_queue", "plan t { input Ip addresses\n action a { $x <- addresses\n $x -> drain } }", "P0206 1:16"},
    Mistake{"type_in_an_alias", "type A = Array[Ip]", "P0206 1:16"},
    Mistake{"type_of_a_lambda", "plan t { action a { [1].each |Intger $x| { $x -> drain } } }", "P0206 1:31"},
    Mistake{"matched_type", "plan t { action a { $x <- leaving where $x =~ Intger\n 1 -> drain } }", "P0206 1:47"},
    Mistake{"event_field", "plan t { action a { $e <- events where $e.mesage == 'x'\n 1 -> drain } }", "P0207 1:43"},
    Mistake{"synced_key", "plan t { action a { $e <- synced where $e['change']\n 1 -> drain } }", "P0207 1:43"},
    Mistake{"pattern_of_a_struct", "plan t { action a { [$ref, $wrong] <- synced\n [$ref, $wrong] -> drain } }", "P0207 1:28"},
    Mistake{"member_of_a_plan", "plan c { public Integer $n = 1 }\nplan t { action a { $c = C.new { }\n $c.m -> drain } }", "P0207 3:5"},
    Mistake{"reason", "plan t { action a { _ <- leaving awaiting { 'fro' => 'x' }\n 1 -> drain } }", "P0207 1:45"},
    Mistake{"queue_attribute", "plan t { input Integer q { size => 3 }\n action a { $x <- q\n $x -> drain } }", "P0209 1:28"},
    Mistake{"parameter", "plan c { public Integer $n = 1 }\nplan t { action a { C.new { m => 1 } } }", "P0209 2:29"},
    Mistake{"missing_parameter", "plan c { public Integer $n }\nplan t { action a { C.new { } } }", "P0214 2:21"}), named);

INSTANTIATE_TEST_SUITE_P(Duplicate, Names, testing::Values(
    Mistake{"plan", "plan t { }\nplan t { }", "P0208 2:6"},
    Mistake{"alias", "type A = Integer\ntype A = String", "P0208 2:6"},
    Mistake{"variable", "plan t { public Integer $n = 1\n public Integer $n = 2 }", "P0208 2:17"},
    Mistake{"queue", "plan t { input Integer q\n input Integer p, q\n action a { $x <- q\n $y <- p\n [$x, $y] -> drain } }", "P0208 2:19"},
    Mistake{"queue_in_one_list", "plan t { input Integer q, q\n action a { $x <- q\n $x -> drain } }", "P0208 1:27"},
    Mistake{"action", "plan t { action a { 1 -> drain }\n action a { 2 -> drain } }", "P0208 2:9"},
    Mistake{"function", "plan t { function f() { 1 }\n function f() { 2 } }", "P0208 2:11"},
    Mistake{"regions", "plan t { input state a\n input state b }", "P0208 2:14"},
    Mistake{"state", "plan t { input state a, b, a }", "P0208 1:28"},
    Mistake{"parameter", "plan t { function f($a, $a) { $a } }", "P0208 1:25"},
    Mistake{"lambda_parameter", "plan t { action a { {1 => 2}.each |$a, $a| { $a -> drain } } }", "P0208 1:40"},
    Mistake{"attribute", "plan t { input Integer q { ttl => 1, ttl => 2 } }", "P0208 1:38"},
    Mistake{"key", "plan t { action a { { a => 1, a => 2 } -> drain } }", "P0208 1:31"},
    Mistake{"built_in_queue", "plan p { }\nplan t inherits p { input Integer start\n action a { $s <- start\n $s -> drain } }", "P0208 2:35"}), named);

INSTANTIATE_TEST_SUITE_P(Unused, Names, testing::Values(
    Mistake{"local", "plan t { action a { _ <- start\n $x = 1\n 2 -> drain } }", "P0210 2:2"},
    Mistake{"bound", "plan t { action a { $e <- events\n 2 -> drain } }", "P0210 1:21"},
    Mistake{"parameter", "plan t { function f($a) { 1 } }", "P0210 1:21"},
    Mistake{"variable", "plan t { Integer $n = 1 }", "P0210 1:18"},
    Mistake{"bare_name", "plan t { Integer $role = 1\n action a { $r <- events where $r.message == role\n 1 -> drain } }", "P0211 2:46"},
    Mistake{"bare_name_sent", "plan t { action a { $x = 1\n x -> drain } }", "P0211 2:2"},
    Mistake{"bare_receiver", "plan t { action a { $e <- events where e.message == 'x'\n 1 -> drain } }", "P0204 1:40"}), named);

INSTANTIATE_TEST_SUITE_P(Set, Names, testing::Values(
    Mistake{"local_twice", "plan t { action a { $x = 1\n $x = 2\n $x -> drain } }", "P0212 2:2"},
    Mistake{"bound_and_set", "plan t { action a { $x <- events\n $x = 2\n $x -> drain } }", "P0212 2:2"},
    Mistake{"after_a_branch_that_sets", "plan t { action a { if $facts { $x = 1 } else { $x = 2 }\n $x = 3\n $x -> drain } }", "P0212 2:2"},
    Mistake{"parameter", "plan t { public Integer $n = 1\n action a { $n = 2 } }", "P0212 2:13"},
    Mistake{"built_in", "plan t { action a { $facts = 2 } }", "P0212 1:21"},
    Mistake{"pattern_reuses_variable", "plan t { public Integer $n = 1\n input Integer q\n action a { $n <- q\n $n -> drain } }", "P0212 3:13"},
    Mistake{"title", "plan t { String $title = 'x' }", "P0212 1:17"},
    Mistake{"cycle", "plan t inherits t { }", "P0213 1:17"}), named);

TEST(Names, ThatAreUsedAreNotTold) {
  EXPECT_THAT(findings_in(R"(
plan base {
  public String $host
  Integer $seen = 0
  input Integer numbers
  action take { $n <- numbers
    $seen = $n
  }
}
plan t inherits base {
  action one { [$_ignored, $x] <- pairs where "${host} ${x}" != ''
    if $x > 0 { $y = 1 } else { $y = 2 }
    [3].each |$unused| { [$x, $y] -> drain }
    { ensure => installed, 'x' => $seen } -> drain
  }
  input Tuple[Integer, Integer] pairs
  function installed_or($default) { $default =~ /^(a+)/ ? { true => $1, default => $title } }
})"), IsEmpty());
}

TEST(Names, NearOnesAreSuggested) {
  EXPECT_EQ(help_for("plan t { Integer $the_role = 1\n action a { $the_role -> drain\n $role -> drain } }"), "did you mean `$the_role`?");
  EXPECT_EQ(help_for("plan t { input Array q\n action a { $m <- q where $m_size > 1\n 1 -> drain } }"), "did you mean `$m.size`?");
  EXPECT_EQ(help_for("plan galera::host { }\nplan galera::cluster { input GaleraClusterHost q\n action a { $x <- q\n $x -> drain } }"),
            "did you mean `Galera::Host`?");
  EXPECT_EQ(help_for("plan t { Integer $the_member_map = 1\n action a { $the_map = 1 } }"), "did you mean `$the_member_map`?");
  EXPECT_EQ(help_for("plan t { action a { 1 -> dran } }"), "did you mean `drain`?");
}

// What could not be read may have declared it, or used it.
TEST(Names, InTextsThatCannotBeReadAreNeitherUnknownNorUnused) {
  EXPECT_THAT(findings_in("plan t { queue Integer q { entries = 3 }\n action a { $x <- q\n $x -> drain } }"), ElementsAre("P0101 1:36"));
  EXPECT_THAT(findings_in("plan t { action a { $x <- events\n $x + * -> drain\n } }"), ElementsAre("P0101 2:9"));
  EXPECT_THAT(findings_in("plan t { action a {\n $x <- events where +\n $x -> drain } }"), ElementsAre("P0101 2:21"));
}

}  // namespace
}  // namespace plan::check::test
