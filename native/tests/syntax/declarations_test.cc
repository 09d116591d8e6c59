#include <gtest/gtest.h>

#include "support.h"

namespace plan::syntax::test {
namespace {

struct Row {
  const char* text;
  const char* tree;
};

void check_members(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(read_members(row.text), row.tree) << row.text;
}

TEST(Declarations, Plans) {
  EXPECT_EQ(read_text("plan a {}\nplan a::b inherits a {}"), "(plan a)\n(plan a::b :parent a)\n");
  EXPECT_EQ(read_text("plan o[T, U] inherits b[Galera::Host, Integer[1]] { }"),
            "(plan o :types [T U] :parent b :arguments [(qr \"Galera::Host\") (access (qr \"Integer\") 1)])\n");
  EXPECT_EQ(read_text("# Puppet's own alias file\ntype Galera::Ip = Pattern[/\\A\\d+\\z/]\n"),
            "(alias Galera::Ip (access (qr \"Pattern\") (regexp \"\\\\A\\\\d+\\\\z\")))\n");
  EXPECT_EQ(read_text(""), "");
}

TEST(Declarations, Variables) {
  check_members({
      {"$x", "  (variable x)"},
      {"public String $host", "  (public variable host :type (qr \"String\"))"},
      {"private $x = 1", "  (private variable x :value 1)"},
      {"Optional[Integer] $the_role $y = Integer[0, $n - 1]",
       "  (variable the_role :type (access (qr \"Optional\") (qr \"Integer\")))\n"
       "  (variable y :value (access (qr \"Integer\") 0 (- (var \"n\") 1)))"},
  });
}

TEST(Declarations, Queues) {
  check_members({
      {"queue Integer a, b", "  (queue (qr \"Integer\") [a b])"},
      {"input Hash[$range, Galera::Host] q",
       "  (input queue (access (qr \"Hash\") (var \"range\") (qr \"Galera::Host\")) [q])"},
      {"public input X q { latched => true, ttl => 0, }",
       "  (public input queue (qr \"X\") [q] :latched true :ttl 0)"},
      {"output X q { entries => *$range, capacity => 10, ttl => 10m }",
       "  (output queue (qr \"X\") [q] :entries *(var \"range\") :capacity 10 :ttl (ms 600000))"},
      {"queue X q { ttl => $t ? { 1 => 500ms, default => 1d } }",
       "  (queue (qr \"X\") [q] :ttl (? (var \"t\") [(=> 1 (ms 500)) (=> (default) (ms 86400000))]))"},
      {"public queue X queue", "  (public queue (qr \"X\") [queue])"},
  });
}

TEST(Declarations, StatesFunctionsAliases) {
  check_members({
      {"state a, b", "  (state [a b])"},
      {"input state\n  a,\n  b\noutput state c\npublic state d",
       "  (input state [a b])\n  (output state [c])\n  (public state [d])"},
      {"function f() { }", "  (function f {} [])"},
      {"private function f(Integer $a, $b = 2, *$c) >> Hash[Integer, X] { $a }",
       "  (private function f {:a {:type (qr \"Integer\")} :b {:value 2} :c {:splat true}} :returns "
       "(access (qr \"Hash\") (qr \"Integer\") (qr \"X\")) [(var \"a\")])"},
      {"type T = Struct[{ kind => Enum[add, remove] }]",
       "  (alias T (access (qr \"Struct\") (hash (=> (qn \"kind\") (access (qr \"Enum\") (qn \"add\") "
       "(qn \"remove\"))))))"},
  });
}

TEST(Declarations, NewWordsAreNamesElsewhere) {
  EXPECT_EQ(read_members("queue X action, state, input, where, after, from\n"
                         "action plan { $where <- where where $where == where\n input -> output }"),
            "  (queue (qr \"X\") [action state input where after from])\n"
            "  (action plan [(receive (var \"where\") (queue where) (where (== (var \"where\") (qn \"where\")))) "
            "(send (qn \"input\") (qn \"output\"))])");
}

TEST(Declarations, TheSeedIsReadWhole) {
  const std::string seed = test_file("seed.plan");
  EXPECT_EQ(mistakes_in(seed),
            "38:35 P0401 `=` sets a variable, and a guard only looks\n"
            "132:47 P0106 `&&` is no operator in Puppet\n");
  std::string corrected = seed;
  corrected.replace(corrected.find("message = '"), 9, "message ==");
  corrected.replace(corrected.find("&&"), 2, "and");
  expect_golden("seed.tree", read_text(corrected));
}

}  // namespace
}  // namespace plan::syntax::test
