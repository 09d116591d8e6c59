#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace plan::check::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Types : public testing::TestWithParam<Mistake> {};

TEST_P(Types, MismatchesAreToldAtTheirPlace) { EXPECT_THAT(errors_in(GetParam().text), ElementsAre(GetParam().expected)); }

INSTANTIATE_TEST_SUITE_P(Mismatch, Types, testing::Values(
    Mistake{"default", "plan t { Integer $n = 'x' }", "P0301 1:23"},
    Mistake{"default_of_an_inherited_type", "plan p { Integer $n = 1 }\nplan t inherits p { $n = 'x' }", "P0301 2:26"},
    Mistake{"assignment", "plan t { Integer $n = 1\n action a { $n = 'x' } }", "P0301 2:18"},
    Mistake{"sent_constant", "plan t { queue Integer q\n action a { 'x' -> q } }", "P0301 2:13"},
    Mistake{"sent_value", "plan t { queue Integer q\n action a { $e <- events\n $e.message -> q } }", "P0301 3:2"},
    Mistake{"sent_hash", "plan t { queue Boolean q\n function f() { {} + { a => 1 } }\n action a { f() -> q } }", "P0301 3:13"},
    Mistake{"sent_literal_in_a_struct", "plan t { queue Struct[{a => Integer}] q\n action a { { a => 'x' } -> q } }", "P0301 2:20"},
    Mistake{"sent_member", "plan t { queue Struct[{a => Integer}] q\n action a { $e <- events\n { a => $e.message } -> q } }", "P0301 3:9"},
    Mistake{"sent_without_a_member", "plan t { queue Struct[{a => Integer, b => String}] q\n action a { { a => 1 } -> q } }", "P0301 2:13"},
    Mistake{"sent_with_another_member", "plan t { queue Struct[{a => Integer}] q\n action a { { a => 1, c => 1 } -> q } }", "P0207 2:23"},
    Mistake{"sent_member_of_a_member", "plan t { queue Struct[{a => Struct[{b => Integer}]}] q\n action a { { a => { b => 'x' } } -> q } }", "P0301 2:27"},
    Mistake{"sent_to_a_reference", "plan c { input Integer n }\nplan t { action a { $c = C.new { }\n 'x' -> $c.n } }", "P0301 3:2"},
    Mistake{"broadcast", "plan c { input Hash m }\nplan t { input Array[C] cs\n action a { $l <- cs\n true -> * $l.map |$c| { $c.m } } }", "P0301 4:2"},
    Mistake{"sent_state", "plan t { state a\n action x { 1 -> state } }", "P0301 2:13"},
    Mistake{"argument", "plan t { function f(Integer $a) { $a }\n action x { f('y') -> drain } }", "P0301 2:15"},
    Mistake{"method_argument", "plan t { function f(Integer $a) { $a }\n action x { $e <- events\n $e.message.f -> drain } }", "P0301 3:2"},
    Mistake{"returned", "plan t { function f() >> Integer { 'x' } }", "P0301 1:36"},
    Mistake{"parameter_of_a_process", "plan c { public Integer $n }\nplan t { action a { C.new { n => 'x' } } }", "P0301 2:34"},
    Mistake{"entries", "plan t { queue Integer q { entries => *[1, 'x'] } }", "P0301 1:44"},
    Mistake{"entries_of_a_range", "plan t { queue String q { entries => *Integer[0, 3] } }", "P0301 1:39"},
    Mistake{"entries_without_collection", "plan t { queue Integer q { entries => *true } }", "P0301 1:40"},
    Mistake{"capacity", "plan t { queue Integer q { capacity => 0 } }", "P0301 1:40"},
    Mistake{"ttl", "plan t { queue Integer q { ttl => 'soon' } }", "P0301 1:35"},
    Mistake{"latched", "plan t { queue Integer q { latched => 1 } }", "P0301 1:39"},
    Mistake{"operator", "plan t { public input Integer q { operator => 1 } }", "P0301 1:47"},
    Mistake{"too_few_names", "plan t { input Tuple[Integer, Integer] q\n action a { [$x] <- q\n $x -> drain } }", "P0301 2:13"},
    Mistake{"too_many_names", "plan t { input Tuple[Integer, Integer] q\n action a { [$x, $y, $z] <- q\n [$x, $y, $z] -> drain } }", "P0301 2:13"},
    Mistake{"taken_apart", "plan t { input Integer q\n action a { [$x] <- q\n $x -> drain } }", "P0301 2:13"},
    Mistake{"assigned_apart", "plan t { action a { [$x, $y] = [1]\n [$x, $y] -> drain } }", "P0301 1:21"},
    Mistake{"sum", "plan t { action a { 1 + true -> drain } }", "P0301 1:25"},
    Mistake{"order", "plan t { action a { $e <- events where $e.message > 1\n 1 -> drain } }", "P0301 1:40"},
    Mistake{"key_of_a_number", "plan t { input Integer q\n action a { $x <- q\n $x[1] -> drain } }", "P0301 3:2"},
    Mistake{"after", "plan t { action a { _ <- start after 'soon'\n 1 -> drain } }", "P0301 1:38"},
    Mistake{"awaiting", "plan t { action a { _ <- start awaiting 5\n 1 -> drain } }", "P0301 1:41"},
    Mistake{"become", "plan o { }\nplan t { action a { become(O) } }", "P0301 2:28"}), named);

INSTANTIATE_TEST_SUITE_P(Arguments, Types, testing::Values(
    Mistake{"too_many", "plan t { function f($a) { $a }\n action x { f(1, 2) -> drain } }", "P0302 2:13"},
    Mistake{"too_few", "plan t { function f($a) { $a }\n action x { f() -> drain } }", "P0302 2:13"},
    Mistake{"built_in", "plan t { action x { 'a'.upcase(1) -> drain } }", "P0302 1:21"},
    Mistake{"lambda_missing", "plan t { action x { [1].map -> drain } }", "P0302 1:21"},
    Mistake{"lambda_not_taken", "plan t { action x { 'a'.upcase |$x| { $x } -> drain } }", "P0302 1:32"},
    Mistake{"effect", "plan t { action x { orchestrate() } }", "P0302 1:21"},
    Mistake{"type_arguments", "plan t inherits orchestrator { }", "P0302 1:17"},
    Mistake{"required_behind_optional", "plan t { function f($a = 1, $b) { [$a, $b] } }", "P0302 1:29"}), named);

INSTANTIATE_TEST_SUITE_P(NoTypes, Types, testing::Values(
    Mistake{"range", "plan t { queue Integer[5, 1] q }", "P0303 1:16"},
    Mistake{"alias_of_a_value", "type A = Integer[1, 2, 3]", "P0303 1:10"},
    Mistake{"alias_of_a_variable", "type A = Integer[1, $n]", "P0303 1:21"}), named);

INSTANTIATE_TEST_SUITE_P(Overrides, Types, testing::Values(
    Mistake{"variable", "plan p { Integer $n = 1 }\nplan t inherits p { String $n = 'x' }", "P0305 2:21"},
    Mistake{"queue", "plan p { input Integer q }\nplan t inherits p { input String q }", "P0305 2:27"},
    Mistake{"direction", "plan p { input Integer q }\nplan t inherits p { output Integer q }", "P0305 2:36"},
    Mistake{"function", "plan p { function f($a) { $a } }\nplan t inherits p { function f() { 1 } }", "P0305 2:30"}), named);

INSTANTIATE_TEST_SUITE_P(BuiltIn, Types, testing::Values(
    Mistake{"argument", "plan t { input Integer q\n action a { $x <- q\n length($x) -> drain } }", "P0301 3:9"},
    Mistake{"receiver", "plan t { action a { 'a'.join(',') -> drain } }", "P0301 1:21"},
    Mistake{"literal", "plan t { action a { [1].slice(0) -> drain } }", "P0301 1:31"},
    Mistake{"optional", "plan t { input Optional[Integer] q\n action a { $x <- q\n $x.size -> drain } }", "P0301 3:2"},
    Mistake{"lambda_of_three", "plan t { action a { [1].map |$a, $b, $c| { $a } -> drain } }", "P0302 1:29"},
    Mistake{"lambda_of_one", "plan t { action a { [1].reduce |$a| { $a } -> drain } }", "P0302 1:32"},
    Mistake{"result", "plan t { queue Integer q\n action a { 'a,b'.split(',') -> q } }", "P0301 2:13"},
    Mistake{"result_of_filter", "plan t { input Array[Struct[{a => Integer}]] q\n action a { $x <- q\n"
                                " $x.filter |$e| { $e.a > 1 }.each |$e| { $e.b -> drain } } }", "P0207 3:45"}), named);

INSTANTIATE_TEST_SUITE_P(Generic, Types, testing::Values(
    Mistake{"through_two_plans", "plan a[T] { input T q }\nplan b[U] inherits a[U] { }\n"
                                 "plan c inherits b[Integer] { action x { 'x' -> q } }", "P0301 3:41"},
    Mistake{"same_name", "plan a[T] { input T q }\nplan b[T] inherits a[Array[T]] { input T one }\n"
                         "plan c inherits b[Integer] { action x { 1 -> one\n 1 -> q } }", "P0301 4:2"},
    Mistake{"alias", "plan a[T] { type Box = Array[T]\n input Box q }\nplan b[U] inherits a[U] { }\n"
                     "plan c inherits b[Integer] { action x { [1] -> q\n ['x'] -> q } }", "P0301 5:2"},
    Mistake{"parameter", "plan a[T] { public T $first }\nplan b[U] inherits a[U] { }\nplan c inherits b[Integer] { }\n"
                         "plan d { action x { C.new { first => 'x' } } }", "P0301 4:38"},
    Mistake{"function", "plan a[T] { function f(T $x) { $x } }\nplan b[U] inherits a[U] { }\n"
                        "plan c inherits b[Integer] { action x { f('x') -> drain } }", "P0301 3:43"}), named);

INSTANTIATE_TEST_SUITE_P(Recursive, Types, testing::Values(
    Mistake{"beside_another_type", "type V = Variant[Integer, V]\nplan t { queue V q\n action a { 'x' -> q } }", "P0301 3:13"},
    Mistake{"of_nothing_else", "type V = Variant[V]", "P0303 1:10"},
    Mistake{"of_nothing_but_undef", "type V = Optional[V]", "P0303 1:10"}), named);

TEST(Types, WhatBuiltInFunctionsTakeIsNotTold) {
  EXPECT_THAT(errors_in(R"(
plan t {
  input Variant[Integer, Array[String]] either
  input Any any
  input Hash[String, Integer] sizes
  queue Array[Integer, 0, 2] few
  action a { $x <- either   $y <- any   $s <- sizes
    [$x.length, $y.length, length(*$y), $x.join, $y.upcase, 5.upcase] -> drain
    [1, 2, 3].filter |$n| { $n > 1 } -> few
    $s.map |$k, $v| { $k + $v } -> drain
    $s.filter |$pair| { $pair[1] > 2 }.keys.join(',').split(',').each |$name| { $name.upcase -> drain }
    $s.index |$k, $v| { $v == 1 }.upcase -> drain
    [3, 1].max |$a, $b| { compare("${a}", "${b}") } -> drain
    $y.get('a.b') |$error| { $error.message } -> drain
    [1, 2].slice(2) |$a, $b| { $a + $b }.each |*$all| { $all -> drain }
    [[1, 'a']].each |$n, $pair| { $pair[1].upcase -> drain }
    $y.then |$it| { $it + 1 }.lest || { 0 } -> drain
  }
})"), IsEmpty());
}

TEST(Types, WhatMayFitIsNotTold) {
  EXPECT_THAT(errors_in(R"(
type Tree = Struct[{left => Optional[Tree], right => Optional[Tree]}]
type Pair = Struct[{a => Integer, b => Struct[{c => String}]}]
plan base { public Optional[Integer] $size = undef
  function twice($x, $y = 1) { $x * $y } }
plan t inherits base {
  type Chain = Variant[Integer, Array[Chain]]
  Integer[0] $n = 0
  queue Tree trees
  queue Chain chains
  queue Pair pairs
  queue Integer[1, $size] sized
  queue Hash[Integer[0, $size], T] map
  function f(Pair $p) { $p.b.c }
  function twice($x, $y = 2, $z = 3) { $x * $y * $z }
  action one { $p <- pairs where $p.a > 1 and f($p) != '' and $p.b.c.size > 0
    $p.b.c -> drain
    $n = $size
    $p.a -> sized
    [$p.a, [$p.a, []]] -> chains
    { left => undef, right => { left => undef, right => undef } } -> trees
    { 1 => self } -> map
  }
  action two { [$a, $b] <- pairs
    $n = $a - 1
    [$b.c, '5' + 3, -$a, [1] + 2, { a => 1 } + { b => 2 }, 1.5 < $a] -> drain
    if $a =~ Tree { twice(1) } else { twice(1, 2, 3) }
    T.new { size => $a, title => 'x' }
  }
})"), IsEmpty());
}

}  // namespace
}  // namespace plan::check::test
