#include <gtest/gtest.h>

#include "support.h"

namespace plan::syntax::test {
namespace {

struct Row {
  const char* text;
  const char* tree;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(read_action(row.text), row.tree) << row.text;
}

TEST(Actions, Arcs) {
  check({
      {"$x <- q", "(receive (var \"x\") (queue q))"},
      {"_ <- main::catalog_done", "(receive _ (queue main::catalog_done))"},
      {"$ <- q", "(receive _ (queue q))"},
      {"[$a, [_, $b]] <- q", "(receive (array (var \"a\") (array _ (var \"b\"))) (queue q))"},
      {"$x from $who <- q", "(receive (var \"x\") :sender who (queue q))"},
      {"$x <-> q", "(read (var \"x\") (queue q))"},
      {"! <- q", "(inhibit (queue q))"},
      {"! $x <- q where $x > 1", "(inhibit (var \"x\") (queue q) (where (> (var \"x\") 1)))"},
      {"$x <-q", "(receive (var \"x\") (queue q))"},
  });
}

TEST(Actions, Sources) {
  check({
      {"$x <- q[2]", "(receive (var \"x\") (queue q :count 2))"},
      {"$x <- q[1, $n]", "(receive (var \"x\") (queue q :from 1 :to (var \"n\")))"},
      {"$x <- q[all]", "(receive (var \"x\") (queue q :all))"},
      {"$x <- $size", "(receive (var \"x\") (parameter size))"},
      {"$x <- $leader.state", "(receive (var \"x\") (reference (var \"leader\") state))"},
      {"$x <- $map[0].results[all]", "(receive (var \"x\") (reference (access (var \"map\") 0) results :all))"},
      {"$s <- state", "(receive (var \"s\") (state ))"},
      {"_ <- state a, b", "(receive _ (state a b))"},
  });
}

TEST(Actions, Clauses) {
  check({
      {"$x <- q where $x == 1 after 5s awaiting 'x'",
       "(receive (var \"x\") (queue q) (where (== (var \"x\") 1)) (after (ms 5000)) (awaiting \"x\"))"},
      {"$x <- q awaiting { for => 'a', risk => 'b' }",
       "(receive (var \"x\") (queue q) (awaiting (hash (=> (qn \"for\") \"a\") (=> (qn \"risk\") \"b\"))))"},
      {"_ <- state a after 10m", "(receive _ (state a) (after (ms 600000)))"},
      {"_ <- state after $wait", "(receive _ (state ) (after (var \"wait\")))"},
      {"$x <- q where $x.any |$y| { $z = $y\n $z }",
       "(receive (var \"x\") (queue q) (where (call-method {:functor (. (var \"x\") (qn \"any\")) :args [] :block "
       "(lambda {:params {:y {}} :body [(= (var \"z\") (var \"y\")) (var \"z\")]})})))"},
  });
}

TEST(Actions, WhereAStateListEnds) {
  check({
      {"_ <- state\na -> state", "(receive _ (state )) (send (qn \"a\") (qn \"state\"))"},
      {"_ <- state a\nb -> state", "(receive _ (state a)) (send (qn \"b\") (qn \"state\"))"},
      {"_ <- state\nf(1)", "(receive _ (state )) (call {:functor (qn \"f\") :args [1]})"},
      {"_ <- state\nf.g", "(receive _ (state )) (call-method {:functor (. (qn \"f\") (qn \"g\")) :args []})"},
      {"_ <- state\nnotice 'x'", "(receive _ (state )) (call {:functor (qn \"notice\") :args [\"x\"]})"},
      {"_ <- state\nif $x { }", "(receive _ (state )) (if {:test (var \"x\") :then []})"},
      {"_ <- state\n$x <- q", "(receive _ (state )) (receive (var \"x\") (queue q))"},
  });
}

TEST(Actions, Sends) {
  check({
      {"1 -> q", "(send 1 (qn \"q\"))"},
      {"$ -> start", "(send (unit) (qn \"start\"))"},
      {"[$r, $n] -> $v.casted_role",
       "(send (array (var \"r\") (var \"n\")) (call-method {:functor (. (var \"v\") (qn \"casted_role\")) :args []}))"},
      {"{ $r => $v } -> q", "(send (hash (=> (var \"r\") (var \"v\"))) (qn \"q\"))"},
      {"$a + $b -> q\n[1] -> r", "(send (+ (var \"a\") (var \"b\")) (qn \"q\")) (send (array 1) (qn \"r\"))"},
      {"1 -> * $qs.map |_, $h| { $h.q }",
       "(send-all 1 (call-method {:functor (. (var \"qs\") (qn \"map\")) :args [] :block (lambda {:params {:_ {} :h "
       "{}} :body [(call-method {:functor (. (var \"h\") (qn \"q\")) :args []})]})}))"},
      {"if $a { 1 -> q } else { 'x' -> fail }",
       "(if {:test (var \"a\") :then [(send 1 (qn \"q\"))] :else [(send \"x\" (qn \"fail\"))]})"},
      {"$a.each |$x| { $x -> q }",
       "(call-method {:functor (. (var \"a\") (qn \"each\")) :args [] :block (lambda {:params {:x {}} :body [(send "
       "(var \"x\") (qn \"q\"))]})})"},
  });
}

TEST(Actions, ArcsStandAnywhereAmongStatements) {
  check({
      {"$a = 1\n$x <- q where $x\n[$y, _] <- r\n!$a\n$a -> q",
       "(= (var \"a\") 1) (receive (var \"x\") (queue q) (where (var \"x\"))) (receive (array (var \"y\") _) (queue r)) "
       "(! (var \"a\")) (send (var \"a\") (qn \"q\"))"},
      {"$x <- q\n(1 + 2) -> q", "(receive (var \"x\") (queue q)) (send (+ 1 2) (qn \"q\"))"},
  });
}

}  // namespace
}  // namespace plan::syntax::test
