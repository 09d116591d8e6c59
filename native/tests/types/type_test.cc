// Aliases and processes; all that Puppet can be asked is in tests/functions/oracle_test.cc.
#include <gtest/gtest.h>

#include "base/assert.h"
#include "types/type.h"

namespace plan::types {

namespace {

TEST(Alias, IsFollowedAndWrittenByName) {
  const auto ip = alias("Ip");
  ip->target = string(1);
  EXPECT_TRUE(assignable(*make(TypeKind::string), *ip));
  EXPECT_FALSE(assignable(*ip, *make(TypeKind::string)));
  EXPECT_EQ(to_string(*hash(integer(), ip)), "Hash[Integer, Ip]");
  EXPECT_EQ(ip->resolved().kind, TypeKind::string);
}

TEST(Alias, MayLeadToItself) {
  Aliases aliases;
  const auto tree = aliases.add("Tree");
  tree->target = variant({make(TypeKind::integer), array(tree)});
  const auto other = aliases.add("Other");
  other->target = variant({make(TypeKind::integer), array(other)});
  EXPECT_TRUE(assignable(*tree, *other));
  EXPECT_TRUE(assignable(*tree, *array(array(make(TypeKind::integer)))));
  EXPECT_FALSE(assignable(*tree, *array(array(make(TypeKind::string)))));
  EXPECT_FALSE(assignable(*array(tree), *tree));
}

TEST(Process, FollowsTheLineage) {
  const auto host = std::make_shared<PlanLineage>(PlanLineage{"galera::host", nullptr});
  const auto leader = std::make_shared<PlanLineage>(PlanLineage{"galera::leader", host});
  const auto follower = std::make_shared<PlanLineage>(PlanLineage{"galera::follower", host});
  EXPECT_TRUE(assignable(*process(host), *process(leader)));
  EXPECT_FALSE(assignable(*process(leader), *process(host)));
  EXPECT_EQ(to_string(*common(process(leader), process(follower))), "Galera::Host");
  EXPECT_EQ(to_string(*common(process(leader), make(TypeKind::integer))), "RichData");
}

TEST(Type, WithoutAResolvedAliasIsABug) { EXPECT_THROW(static_cast<void>(alias("X")->resolved()), Bug); }

}  // namespace

}  // namespace plan::types
