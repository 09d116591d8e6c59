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

TEST(Strings, SingleQuoted) {
  check({
      {R"('it\'s a \\ \n $x ${y}')", R"("it's a \\ \\n $x ${y}")"},
      {"'a\nb'", R"("a\nb")"},
      {"''", R"("")"},
  });
}

TEST(Strings, DoubleQuotedEscapes) {
  check({
      {R"("a\tb\n\r\s\\\"\'\$x")", R"("a\tb\n\r \\\"'$x")"},
      {R"("\u00e4\u{1f600}")", "\"\u00e4\U0001F600\""},
      {"\"a\\\nb\"", R"("ab")"},
      {R"("cost: 5$ $")", R"("cost: 5$ $")"},
  });
}

TEST(Strings, Interpolation) {
  check({
      {R"("a${x}b")", R"((concat "a" (str (var "x")) "b"))"},
      {R"("$x-$galera::y.z")", R"((concat (str (var "x")) "-" (str (var "galera::y")) ".z"))"},
      {R"("${x[0]}")", R"((concat (str (access (var "x") 0))))"},
      {R"("${x.y}")", R"((concat (str (call-method {:functor (. (var "x") (qn "y")) :args []}))))"},
      {R"("${x.y |$z| { "${z}" }}")",
       R"((concat (str (call-method {:functor (. (var "x") (qn "y")) :args [] :block (lambda {:params {:z {}} :body [(concat (str (var "z")))]})}))))"},
      {R"("${if}${0}${true}")", R"((concat (str (var "if")) (str (var "0")) (str (var "true"))))"},
      {R"("${f($x)}")", R"((concat (str (call {:functor (qn "f") :args [(var "x")]}))))"},
      {R"("${x + 1}")", R"((concat (str (+ (qn "x") 1))))"},
      {R"("${[1]}${ {a => 1} }")", R"((concat (str (array 1)) (str (hash (=> (qn "a") 1)))))"},
      {R"("members = ${$map[0]}")", R"((concat "members = " (str (access (var "map") 0))))"},
      {R"("${"in ${x}"}")", R"((concat (str (concat "in " (str (var "x"))))))"},
  });
}

TEST(Strings, Heredocs) {
  check({
      {"@(END)\n  a ${x} \\n\n  END", "\"  a ${x} \\\\n\\n\""},
      {"@(END)\n  a\n   b\n  | END", R"("a\n b\n")"},
      {"@(END)\n  a\n  |- END", R"("a")"},
      {"@(\"END\")\n  a ${x}\n  | END", R"((concat "a " (str (var "x")) "\n"))"},
      {"@(\"END\":json/nt)\n  a\\tb\\$x\n  |- END", R"((concat "a\tb\\" (str (var "x"))))"},
      {"@(END/L)\n  a\\\n  b\n  |- END", R"("ab")"},
      {"f(@(A), @(B), 3)\n a\n | A\n b\n | B\n$z",
       R"((call {:functor (qn "f") :args ["a\n" "b\n" 3]}) (var "z"))"},
      {"@(\"END\")\n  ${f(@(IN)\n  x\n  | IN\n  )}\n  | END",
       R"((concat (str (call {:functor (qn "f") :args ["x\n"]})) "\n"))"},
  });
}

TEST(Strings, PositionsInAHeredocAreThoseOfTheSource) {
  EXPECT_EQ(mistakes_in("plan p { $x = @(\"E\")\n    good\n    bad ${1 +}\n    | E\n}"),
            "3:14 P0101 expected an expression, found the end of the code in this string\n");
}

TEST(Strings, CommentsAndSpaces) {
  check({
      {"1 # $x {\n 2 /* 3\n } */ 4", "1 2 4"},
      {"1\u00A0+\u20032", "(+ 1 2)"},
      {"'#' \"/*\"", R"("#" "/*")"},
  });
}

}  // namespace
}  // namespace plan::syntax::test
