// Printed text reads back as the same tree, and printing that again changes nothing.
#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace plan::syntax::test {
namespace {

std::string round_trip_statements(const std::string& text) {
  return round_trip("plan p {\n  action a {\n" + text + "\n  }\n}\n");
}

TEST(RoundTrip, TheSeed) {
  std::string seed = test_file("seed.plan");
  seed.replace(seed.find("message = '"), 9, "message ==");
  seed.replace(seed.find("&&"), 2, "and");
  expect_golden("seed.printed", round_trip(seed));
}

TEST(RoundTrip, Declarations) {
  round_trip("type A = Integer\nplan a[T] inherits b::c[X, Y[1]] {\n public Integer[1, 2] $x = 1 + 2\n private $y\n"
             "public input X q, r { entries => *$z, ttl => 90s, capacity => 3, latched => true }\n"
             "output state a, b\n state c\n type B = Struct[{ a => X }]\n"
             "private function f(Integer $a, *$b = 2) >> X { $a = 1\n $a }\n}");
}

TEST(RoundTrip, InterpolatedNamesHaveNoSigil) {
  const std::string printed = round_trip_statements(R"($s = "$a ${a} ${$a} ${a[0]} ${$a.size} ${$a[0].b + 1} ${$a + 1} ${$self} ${self} ${$::x} ${$_x} ${$x::y} ${0} ${$1.size}")");
  EXPECT_NE(printed.find(R"("${a} ${a} ${a} ${a[0]} ${a.size} ${a[0].b + 1} ${$a + 1} ${$self} ${self} ${$::x} ${_x} ${x::y} ${$0} ${$1.size}")"),
            std::string::npos) << printed;
}

TEST(RoundTrip, Operators) {
  for (const char* text : {
           "1 - (2 - 3)", "$a or ($b or $c)", "1 - (2 - 3) * -(4 + 5)",
           "(1 < 2) == 3", "1 < (2 == 3)", "!(!$a and $b)", "(-1).f", "(!$a)[1]",
           "($a = 1) + 2", "$a = $b = 2", "($a ? { 1 => 2 }) + 1", "$a ? { 1 => 2 } ? { 2 => 3 }",
           "(1 ? { 1 => 2 }).f", "$a - -$b", "- - 1", "*$a + 1", "*($a + 1)", "1e300 + 1e-7 + 100.0", "$x[1][2].f[3]",
           "(if $a { 1 }).f", "f(if $a { 1 } else { 2 }, *$x)", "[a => 1, 2, b => 3]", "Integer('3')", "/a\\/b\\\\/",
           "$x =~ /\\//", "File.new { a => 1, if => 2 } |$x| { 1 }", "if (X.new { a => 1 }) { 1 }",
           "case (X.new { a => 1 }) { (X.new { a => 1 }): { } /x/: { 1 2 } }", "f() |Integer $x = 1, _| >> X { 1\n2 }",
       }) {
    SCOPED_TRACE(text);
    round_trip_statements(text);
  }
}

TEST(RoundTrip, Strings) {
  for (const char* text : {
           R"("a${x}b\n\t\"\$\\")", R"("${'a'}")", R"("x${'a'}y")", R"("${'a'}${'b'}")", R"("${''}")", R"('it\'s \\')",
           R"("${(x.y)}")", R"("${x.y}")", R"("${(1)}")", R"("${f(1)}")", R"("${"${x}"}")", "@(\"E\")\n a ${x}\n | E",
           R"("${if $x { "a" }}")", R"("\u{1f600}")", "'\n'", R"("${A}${[1]}${x + 1}")",
       }) {
    SCOPED_TRACE(text);
    round_trip_statements(text);
  }
}

TEST(RoundTrip, StatementsThatCouldRunTogether) {
  for (const char* text : {
           "1\n(-$x) -> q", "$a\n(*$b)", "$a\n(/x/)", "$s <- state\n(foo)", "$s <- state\n(foo) -> q",
           "$s <- state\n(foo + 1) -> q", "(notice)\n(1)", "$x.new\n{ a => 1 }", "$x\n[1] -> q", "f\n(1)",
           "$x <- q where $y\n(-1) -> q", "! $x <- q where !$x\n! <- r", "1 -> * $x.q\n[2] -> * ($a = 1)",
       }) {
    SCOPED_TRACE(text);
    round_trip_statements(text);
  }
}

TEST(RoundTrip, Arcs) {
  round_trip_statements("[$a, _] from $w <- $r.q[1, 2] where $a after $t awaiting { for => 1 }\n$ <-> q[all]\n"
                        "! $x <- state a, b after 1500ms\n_ <- $p\n$z <- m::q[3] after 2d");
}

}  // namespace
}  // namespace plan::syntax::test
