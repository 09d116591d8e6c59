// Expressions are read as Puppet reads them: the expectations in the tables are its own dumps.
#include <gtest/gtest.h>

#include "support.h"

namespace plan::syntax::test {
namespace {

struct Row {
  const char* text;
  const char* tree;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(read_statements(row.text), row.tree) << row.text;
}

TEST(Expressions, Precedence) {
  check({
      {"1 + 2 * 3", "(+ 1 (* 2 3))"},
      {"1 - 2 - 3", "(- (- 1 2) 3)"},
      {"(1 + 2) * 3", "(* (+ 1 2) 3)"},
      {"1 << 2 + 3", "(<< 1 (+ 2 3))"},
      {"1 == 2 < 3", "(< (== 1 2) 3)"},
      {"1 < 2 == 3", "(< 1 (== 2 3))"},
      {"$a or $b and $c", "(or (var \"a\") (and (var \"b\") (var \"c\")))"},
      {"!$a == $b", "(== (! (var \"a\")) (var \"b\"))"},
      {"!$a.b", "(! (call-method {:functor (. (var \"a\") (qn \"b\")) :args []}))"},
      {"-$a[1] + 2", "(+ (- (access (var \"a\") 1)) 2)"},
      {"- 1 in [1]", "(in -1 (array 1))"},
      {"1 * 2 in [2]", "(* 1 (in 2 (array 2)))"},
      {"1 * $a =~ /b/", "(* 1 (=~ (var \"a\") (regexp \"b\")))"},
      {"*$x + 1", "(+ (unfold (var \"x\")) 1)"},
      {"$a = $b = 1", "(= (var \"a\") (= (var \"b\") 1))"},
      {"$a and $b ? { 1 => 2 } == 3", "(and (var \"a\") (== (? (var \"b\") [(=> 1 2)]) 3))"},
      {"$a == 1 ? { true => 2 }", "(? (== (var \"a\") 1) [(=> true 2)])"},
      {"-$a ? { 1 => 2 }.foo",
       "(call-method {:functor (. (? (- (var \"a\")) [(=> 1 2)]) (qn \"foo\")) :args []})"},
      {"1 % 2 >> 3 >= 4 != 5", "(>= (>> (% 1 2) 3) (!= 4 5))"},
      {"$a !~ /x/ or 1 <= 2 and 3 > 2 / 1",
       "(or (!~ (var \"a\") (regexp \"x\")) (and (<= 1 2) (> 3 (/ 2 1))))"},
  });
}

TEST(Expressions, Literals) {
  check({
      {"17 017 0x1F", "17 15 31"},
      {"1.5 1e-3 2.5e3", "(float 1.5) (float 0.001) (float 2500)"},
      {"true false undef default", "true false nil (default)"},
      {"self $ $x", "(self) (unit) (var \"x\")"},
      {"$galera::host::x $::y", "(var \"galera::host::x\") (var \"::y\")"},
      {"main::catalog_done a-b _c", "(qn \"main::catalog_done\") \"a-b\" \"_c\""},
      {"Integer Galera::Host ::A::B", "(qr \"Integer\") (qr \"Galera::Host\") (qr \"::A::B\")"},
      {"[] [1, 2,] [a => 1, b => 2, 3]",
       "(array) (array 1 2) (array (hash (=> (qn \"a\") 1) (=> (qn \"b\") 2)) 3)"},
      {"$x = {}", "(= (var \"x\") (hash))"},
      {"$x = { a => 1, 'b' => [c], type => type, }",
       "(= (var \"x\") (hash (=> (qn \"a\") 1) (=> \"b\" (array (qn \"c\"))) (=> (qn \"type\") (qn \"type\"))))"},
  });
}

TEST(Expressions, RegularExpressionsAndDivision) {
  check({
      {"$x / 2 / 3", "(/ (/ (var \"x\") 2) 3)"},
      {"$x =~ /a\\/b\\d/", "(=~ (var \"x\") (regexp \"a/b\\\\d\"))"},
      {"f(1) / 2 / 1", "(/ (/ (call {:functor (qn \"f\") :args [1]}) 2) 1)"},
      {"$x =~ /(?x: a\n b)/", "(=~ (var \"x\") (regexp \"(?x: a\\n b)\"))"},
      {"undef / true", "(/ nil true)"},
  });
}

TEST(Expressions, WhiteSpaceBeforeABracketStartsAList) {
  check({
      {"$x[1]", "(access (var \"x\") 1)"},
      {"$x [1]", "(var \"x\") (array 1)"},
      {"$x\n[1]", "(var \"x\") (array 1)"},
      {"f([1][0])", "(call {:functor (qn \"f\") :args [(access (array 1) 0)]})"},
      {"Hash[String, Integer[1, 2]]", "(access (qr \"Hash\") (qr \"String\") (access (qr \"Integer\") 1 2))"},
      {"Struct[a => Integer]", "(access (qr \"Struct\") (hash (=> (qn \"a\") (qr \"Integer\"))))"},
  });
}

TEST(Expressions, Calls) {
  check({
      {"f()", "(call {:functor (qn \"f\") :args []})"},
      {"f (1, 2)", "(call {:functor (qn \"f\") :args [1 2]})"},
      {"f\n(1)", "(qn \"f\") 1"},
      {"f(a => 1, 2)", "(call {:functor (qn \"f\") :args [(hash (=> (qn \"a\") 1)) 2]})"},
      {"notice 'x', 1", "(call {:functor (qn \"notice\") :args [\"x\" 1]})"},
      {"return $x\n$y", "(call {:functor (qn \"return\") :args [(var \"x\")]}) (var \"y\")"},
      {"return", "(qn \"return\")"},
      {"Integer('3')", "(call-method {:functor (. (qr \"Integer\") (qn \"new\")) :args [\"3\"]})"},
      {"type($x)", "(call {:functor (qn \"type\") :args [(var \"x\")]})"},
      {"$x.type", "(call-method {:functor (. (var \"x\") (qn \"type\")) :args []})"},
      {"$x.a.b(1)\n.c",
       "(call-method {:functor (. (call-method {:functor (. (call-method {:functor (. (var \"x\") (qn \"a\")) "
       ":args []}) (qn \"b\")) :args [1]}) (qn \"c\")) :args []})"},
      {"$x.map |$k, $v| { $k }",
       "(call-method {:functor (. (var \"x\") (qn \"map\")) :args [] :block (lambda {:params {:k {} :v {}} :body "
       "[(var \"k\")]})})"},
      {"f(1) |_, Integer $y = 2, *$z| >> String { }",
       "(call {:functor (qn \"f\") :args [1] :block (lambda {:params {:_ {} :y {:type (qr \"Integer\") :value 2} :z "
       "{:splat true}} :returns (qr \"String\") :body []})})"},
      {"$x.each || { 1 }",
       "(call-method {:functor (. (var \"x\") (qn \"each\")) :args [] :block (lambda {:body [1]})})"},
  });
}

TEST(Expressions, BraceCallsStandOnTheirLine) {
  check({
      {"File.new { title => '/x', if => 1 }",
       "(braces (call-method {:functor (. (qr \"File\") (qn \"new\")) :args [(hash (=> (qn \"title\") \"/x\") (=> "
       "(qn \"if\") 1))]}))"},
      {"File.new\n{ a => 1 }", "(call-method {:functor (. (qr \"File\") (qn \"new\")) :args []}) (hash (=> (qn \"a\") 1))"},
      {"if $x.new { 1 }", "(if {:test (call-method {:functor (. (var \"x\") (qn \"new\")) :args []}) :then [1]})"},
      {"if (X.new { a => 1 }) { 1 }",
       "(if {:test (braces (call-method {:functor (. (qr \"X\") (qn \"new\")) :args [(hash (=> (qn \"a\") 1))]})) "
       ":then [1]})"},
  });
}

TEST(Expressions, Conditionals) {
  check({
      {"if $a { 1 } elsif $b { 2 } else { 3 4 }",
       "(if {:test (var \"a\") :then [1] :else [(if {:test (var \"b\") :then [2] :else [3 4]})]})"},
      {"unless $a { 1 } else { 2 }", "(if {:test (! (var \"a\")) :then [1] :else [2]})"},
      {"case $a { 1, 'x': { 2 } default: { } }",
       "(case (var \"a\") [{:when [1 \"x\"] :then [2]} {:when [(default)] :then []}])"},
      {"case $a { /x/: { } /y/: { } }",
       "(case (var \"a\") [{:when [(regexp \"x\")] :then []} {:when [(regexp \"y\")] :then []}])"},
      {"$x = if $a { 1 }", "(= (var \"x\") (if {:test (var \"a\") :then [1]}))"},
      {"$a ? { 1 => 2, default => undef, }", "(? (var \"a\") [(=> 1 2) (=> (default) nil)])"},
      {"$a ? 1 => 2", "(? (var \"a\") [(=> 1 2)])"},
      {"[$a, [$b, $c]] = $x", "(= (array (var \"a\") (array (var \"b\") (var \"c\"))) (var \"x\"))"},
  });
}

TEST(Expressions, ALoneExpression) {
  EXPECT_EQ(read_expression("$a + 1"), "(+ (var \"a\") 1)");
  EXPECT_EQ(read_expression("1 2"),
            "x:1:3: error[P0101]: expected the end of the expression, found the number `2`\n  1 2\n    ^\n");
  EXPECT_EQ(read_expression(""), "x:1:1: error[P0101]: expected an expression, found the end of the text\n  \n  ^\n");
}

}  // namespace
}  // namespace plan::syntax::test
