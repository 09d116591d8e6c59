// Queues that take an operator's words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace plan::check::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Operators : public testing::TestWithParam<Mistake> {};

TEST_P(Operators, IsTold) { EXPECT_THAT(findings_in(GetParam().text), ElementsAre(GetParam().expected)) << GetParam().text; }

INSTANTIATE_TEST_SUITE_P(Misplaced, Operators, testing::Values(
    Mistake{"internal", "plan t { queue Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }", "P0411 1:28"},
    Mistake{"not_public", "plan t { input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }", "P0411 1:28"},
    Mistake{"output", "plan t { output Integer q { operator => true } }", "P0411 1:29"},
    Mistake{"latched", "plan t { public input Integer q { operator => true, latched => true }\n action a { $x <- q\n $x -> drain } }", "P0411 1:53"},
    Mistake{"ttl", "plan t { public input Integer q { ttl => 1m, operator => true }\n action a { $x <- q\n $x -> drain } }", "P0411 1:35"},
    Mistake{"by_a_variable", "plan t { public Boolean $b\n public input Integer q { operator => $b }\n action a { $x <- q\n $x -> drain } }", "P0411 2:39"},
    Mistake{"overridden", "plan s { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }\n"
                          "plan t inherits s { public input Integer q }", "P0305 4:42"},
    Mistake{"overriding", "plan s { public input Integer q\n action a { $x <- q\n $x -> drain } }\n"
                          "plan t inherits s { public input Integer q { operator => true } }", "P0305 4:42"}), named);

INSTANTIATE_TEST_SUITE_P(Sends, Operators, testing::Values(
    Mistake{"own", "plan t { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain }\n action b { 1 -> q } }", "P0409 4:18"},
    Mistake{"to_another", "plan c { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }\n"
                          "plan t { public C $c\n action b { 1 -> $c.q } }", "P0409 5:21"},
    Mistake{"to_self", "plan t { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain }\n action b { 1 -> self.q } }", "P0409 4:23"},
    Mistake{"to_many", "plan c { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }\n"
                       "plan t { public Array[C] $cs\n action b { 1 -> * $cs.map |$c| { $c.q } } }", "P0409 5:38"}), named);

INSTANTIATE_TEST_SUITE_P(Arcs, Operators, testing::Values(
    Mistake{"who_is_no_process", "plan t { public input Integer q { operator => true }\n action a { $x from $who <- q\n $x -> $who.news } }", "P0409 3:8"},
    Mistake{"never_taken", "plan t { public input Integer q { operator => true } }", "P0406 1:31"},
    Mistake{"two_at_once", "plan t { public input Integer q { operator => true }\n action a { $x <- q[2]\n $x -> drain } }", "P0404 2:9"},
    Mistake{"after_a_while", "plan t { public input Integer q { operator => true }\n action a { $x <- q after 1s\n $x -> drain } }", "P0404 2:9"}), named);

TEST(Operators, SpeakToAPublicInput) {
  EXPECT_THAT(findings_in("plan t { public input Integer q { operator => true }\n action a { $x from $who <- q\n \"${x} ${who.upcase}\" -> drain } }"),
              IsEmpty());
  EXPECT_THAT(findings_in("plan t { queue Integer q { operator => false }\n action a { $x <- q\n $x -> drain }\n action b { 1 -> q } }"), IsEmpty());
  EXPECT_THAT(findings_in("plan s { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }\n"
                          "plan t inherits s { public input Integer q { operator => true } }"), IsEmpty());
}

}  // namespace
}  // namespace plan::check::test
