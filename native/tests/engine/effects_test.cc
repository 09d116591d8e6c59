// What a body may not do: the firing fails, its tokens go to dead letters, and nothing of it is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Refused {
  const char* body;
  const char* why;
};

class RefusedEffect : public testing::TestWithParam<Refused> {};

TEST_P(RefusedEffect, FailsTheFiring) {
  Actor actor("plan t {\n  state a, b\n  input state idle, busy\n  Any $other = undef\n  Any $set = 0\n  queue Any seen\n  input Any inbox\n"
              "  queue Any q { capacity => 2 }\n  action act { $x <- start\n    $set = 1\n    'told' -> seen\n" +
              std::string(GetParam().body) +
              "\n  }\n}\nplan t::child {\n  input Integer inbox\n  queue Any own\n  action a { $x <- inbox\n    $x -> own }\n}\n");
  actor.start();
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr(GetParam().why)));
  EXPECT_EQ(actor.variable("set"), "0");
  EXPECT_EQ(actor.queue("seen"), "[]");
  EXPECT_EQ(actor.engine().describe().at("processes").as_object().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, RefusedEffect, testing::Values(
    Refused{"    $c = T::Child.new\n    1 -> $other.inbox", "undef"},
    Refused{"    $c = T::Child.new\n    'text' -> $c.inbox", "inbox"},
    Refused{"    $c = T::Child.new\n    1 -> * [$c.inbox, 5]", "is not a queue"},
    Refused{"    T::Child.new { title => 5 }", "title"},
    Refused{"    T::Child.new { title => '' }", "title"},
    Refused{"    T::Child.new { title => 'x' }\n    T::Child.new { title => 'x' }", "already"},
    Refused{"    orchestrate(self)", "$cluster"},
    Refused{"    orchestrate(5)", "write (self)"},
    Refused{"    release(T::Child.new)", "write (self)"},
    Refused{"    [File.new { title => '/x' }, 5] -> resources_to_sync", "takes resources"},
    Refused{"    File['/x'] -> resources_to_sync", "takes resources"},
    Refused{"    [1, 2, 3].each |$i| { $i -> q }", "is full"},
    Refused{"    \"nowhere${set}\" -> state", "no state"},
    Refused{"    $set.nothing", "without members"}));

TEST(Effects, AnArrayOfResourcesIsOneBatch) {
  Actor actor("plan t { action a { _ <- start\n [File.new { title => '/x' }, [File.new { title => '/y' }]] -> resources_to_sync } }");
  actor.start();
  ASSERT_EQ(actor.engine().unsynced().size(), 1U);
  EXPECT_EQ(actor.engine().unsynced()[0].resources.size(), 2U);
}

}  // namespace
}  // namespace plan::engine::test
