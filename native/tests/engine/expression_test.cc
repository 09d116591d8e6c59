// Puppet code on its own: its value as JSON, or Puppet's name for what is wrong with it.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "engine/expression.h"
#include "values/json.h"

namespace plan::engine::test {
namespace {

struct Case {
  const char* code;
  const char* expected;
};

std::string outcome(const std::string& code) {
  Expression expression(code);
  const auto value = expression.evaluate();
  return value ? boost::json::serialize(values::to_json(*value)) : expression.error().code;
}

class ExpressionCases : public testing::TestWithParam<Case> {};

TEST_P(ExpressionCases, HasItsValueOrError) { EXPECT_EQ(outcome(GetParam().code), GetParam().expected) << GetParam().code; }

INSTANTIATE_TEST_SUITE_P(
    All, ExpressionCases,
    testing::Values(
        Case{R"($x = {a => [1, {b => 2}]} getvar('x.a.1.b'))", R"(2)"},
        Case{R"($x = 1 getvar('nothere', 7))", R"(7)"},
        Case{R"(getvar())", R"(RUNTIME_ERROR)"},
        Case{R"(getvar('a','b','c'))", R"(RUNTIME_ERROR)"},
        Case{R"(getvar(1))", R"(RUNTIME_ERROR)"},
        Case{R"(getvar('A'))", R"(RUNTIME_ERROR)"},
        Case{R"(getvar('::x'))", R"(null)"},
        Case{R"($x = {a => 1} getvar('x.z', 5))", R"(5)"},
        Case{R"($x = 1 getvar('_y'))", R"(null)"},
        Case{R"(function f($a, $b = 2) { $a + $b } [f(1), f(1, 5)])", R"([3,6])"},
        Case{R"(function f($a) { $a } f())", R"(RUNTIME_ERROR)"},
        Case{R"(function f($a) { $a } f(1, 2))", R"(RUNTIME_ERROR)"},
        Case{R"(function f(*$a) { $a } f(*[1, 2], 3))", R"([1,2,3])"},
        Case{R"(function f(Integer $a) >> String { $a } f(1))", R"(RUNTIME_ERROR)"},
        Case{R"(size())", R"(RUNTIME_ERROR)"},
        Case{R"(size([1], 2, 3))", R"(RUNTIME_ERROR)"},
        Case{R"(nosuch(1))", R"(UNKNOWN_FUNCTION)"},
        Case{R"($x.nosuch)", R"(UNKNOWN_VARIABLE)"},
        Case{R"([1].map)", R"(RUNTIME_ERROR)"},
        Case{R"(notice)", R"("notice")"},
        Case{R"(1.then |$x| { $x + 1 })", R"(2)"},
        Case{R"(type T = Integer[0, $x] 1)", R"(RUNTIME_ERROR)"},
        Case{R"($x = 2 type T = Array[Integer[0, $x], 1] [1] =~ T)", R"(RUNTIME_ERROR)"},
        Case{R"(type T = Struct[{a => Integer[0, $x]}] 1)", R"(RUNTIME_ERROR)"},
        Case{R"(type T = Integer[-5, 5] -3 =~ T)", R"(true)"},
        Case{R"(type T = Enum['a', 'b'] 'a' =~ T)", R"(true)"},
        Case{R"(type T = 5 1)", R"(SYNTAX_ERROR)"},
        Case{R"(type T = Variant[Integer, Array[T]] [[1]] =~ T)", R"(true)"},
        Case{R"(type T = [Integer][0] 1 =~ T)", R"(SYNTAX_ERROR)"},
        Case{R"(type T = T 1)", R"(RUNTIME_ERROR)"},
        Case{R"($a = 1 $a = 2)", R"(ILLEGAL_REASSIGNMENT)"},
        Case{R"([$a, $b] = [1, 2] $a + $b)", R"(3)"},
        Case{R"([$a, [$b, $c]] = [1, [2, 3]] $c)", R"(3)"},
        Case{R"([$a, $b] = [1])", R"(ILLEGAL_MULTI_ASSIGNMENT_SIZE)"},
        Case{R"([$a, $b] = { a => 1, b => 2 } $b)", R"(2)"},
        Case{R"({ a => 1 } = 1)", R"(ILLEGAL_ASSIGNMENT)"},
        Case{R"(1 = 2)", R"(ILLEGAL_ASSIGNMENT)"},
        Case{R"($x + 1)", R"(UNKNOWN_VARIABLE)"},
        Case{R"('a' + 1)", R"(NOT_NUMERIC)"},
        Case{R"(if true { 1 })", R"(1)"},
        Case{R"(break())", R"(RUNTIME_ERROR)"},
        Case{R"([1, 2].map |$x| { next(5) })", R"([5,5])"},
        Case{R"(function f() { return(3) 4 } f())", R"(3)"},
        Case{R"(return(1))", R"(RUNTIME_ERROR)"},
        Case{R"(next(1))", R"(RUNTIME_ERROR)"},
        Case{R"(unless true { 1 } else { 2 })", R"(2)"},
        Case{R"(case 5 { Integer: { 'i' } default: { 'd' } })", R"("i")"},
        Case{R"(case 'x' { 'y': { 1 } })", R"(null)"},
        Case{R"('x' ? { 'y' => 1 })", R"(UNMATCHED_SELECTOR)"},
        Case{R"(5 ? { Integer => 'i', default => 'd' })", R"("i")"},
        Case{R"(case 'a' { *['a', 'b']: { 1 } default: { 2 } })", R"(1)"},
        Case{R"('abc' =~ /b(.)/ $1)", R"("c")"},
        Case{R"('abc' =~ /b(.)/ $9)", R"(null)"},
        Case{R"($0)", R"(null)"},
        Case{R"(Nosuch['x'])", R"(UNKNOWN_RESOURCE_TYPE)"},
        Case{R"(Nosuch)", R"(UNKNOWN_RESOURCE_TYPE)"},
        Case{R"(File.new)", R"(RUNTIME_ERROR)"},
        Case{R"(Integer.new('5'))", R"(5)"},
        Case{R"(Integer('x'))", R"(RUNTIME_ERROR)"},
        Case{R"(Array[Integer].new)", R"(RUNTIME_ERROR)"},
        Case{R"(with(1, 2) |$a, $b = 3, *$c| { [$a, $b, $c] })", R"([1,2,[]])"},
        Case{R"(with() |$a| { 1 })", R"(MISSING_REQUIRED_PARAMETER)"},
        Case{R"(with(1) |Integer $a, String $b = $a| { 1 })", R"(RUNTIME_ERROR)"},
        Case{R"([1, 2, 3].reduce |$m, $x| { $m + $x })", R"(6)"},
        Case{R"({ a => 1 }.map |$k, $v| { [$k, $v] })", R"([["a",1]])"},
        Case{R"([1, 2][0])", R"(1)"},
        Case{R"([1, 2][5])", R"(null)"},
        Case{R"({ a => 1 }[a])", R"(1)"},
        Case{R"('abc'[1])", R"("b")"},
        Case{R"('abc'[0, 2])", R"("ab")"},
        Case{R"(1[0])", R"(OPERATOR_NOT_APPLICABLE)"},
        Case{R"(-'a')", R"(NOT_NUMERIC)"},
        Case{R"(!true)", R"(false)"},
        Case{R"(*undef)", R"([])"},
        Case{R"([*[1, 2], *{ a => 1 }])", R"([1,2,["a",1]])"},
        Case{R"(1 in [1])", R"(true)"},
        Case{R"('a' in 'A')", R"(true)"},
        Case{R"(1 =~ 2)", R"(MATCH_NOT_REGEXP)"},
        Case{R"(1 < 'a')", R"(COMPARISON_NOT_POSSIBLE)"},
        Case{R"(1 << 2)", R"(4)"},
        Case{R"([1] << 2)", R"([1,2])"},
        Case{R"([1, 2] - [1])", R"([2])"},
        Case{R"({ a => 1 } - a)", R"({})"},
        Case{R"(1 / 0)", R"(DIV_BY_ZERO)"},
        Case{R"(5 % 3)", R"(2)"},
        Case{R"(1 and false)", R"(false)"},
        Case{R"(false or undef)", R"(false)"}));

}  // namespace
}  // namespace plan::engine::test
