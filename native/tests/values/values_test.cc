// Values themselves: payloads, hashes, nesting, equality. What Puppet can be asked is in tests/functions/oracle_test.cc.
#include <gtest/gtest.h>

#include "values/value.h"

namespace plan::values {

namespace {

Value nested(int depth) {
  Value value = Value::integer(1);
  for (int i = 0; i < depth; ++i) value = Value::array({value});
  return value;
}

TEST(Value, CopiesShareAndMovesLeaveUndefOrTheOther) {
  Value text = Value::string("a string that does not fit into sixteen bytes");
  const Value copy = text;
  EXPECT_EQ(copy.as_string().data(), text.as_string().data());
  const Value moved = std::move(text);
  EXPECT_EQ(moved.as_string().data(), copy.as_string().data());
  Value self = copy;
  const Value& alias = self;
  self = alias;
  EXPECT_TRUE(same(self, copy));
}

TEST(Value, AssertsItsKind) {
  EXPECT_THROW(static_cast<void>(Value::integer(1).as_string()), Bug);
  EXPECT_THROW(static_cast<void>(Value::undef().as_integer()), Bug);
}

TEST(Value, NestsOnlySoDeep) {
  EXPECT_NO_THROW(nested(static_cast<int>(kMaxNesting)));
  EXPECT_THROW(nested(static_cast<int>(kMaxNesting) + 1), EvaluationError);
  EXPECT_THROW(static_cast<void>(HashBuilder().set("a", nested(static_cast<int>(kMaxNesting))).build()),
               EvaluationError);
  EXPECT_THROW(static_cast<void>(Value::sensitive(nested(static_cast<int>(kMaxNesting)))), EvaluationError);
}

TEST(Hash, KeepsOrderAndReplacesInPlace) {
  const Value hash = HashBuilder().set("b", Value::integer(1)).set("a", Value::integer(2)).set("b", Value::integer(3)).build();
  EXPECT_EQ(inspect(hash), "{'b' => 3, 'a' => 2}");
}

// Below and above the size at which an index is made.
TEST(Hash, FindsAndRemovesAtEverySize) {
  HashBuilder builder;
  for (int size = 1; size <= 100; ++size) {
    builder.set(Value::integer(size), Value::integer(-size));
    builder.set("k" + std::to_string(size), Value::integer(size));
    for (int i = 1; i <= size; ++i) {
      ASSERT_NE(builder.find(Value::integer(i)), nullptr) << size << " " << i;
      ASSERT_EQ(builder.find(Value::integer(i))->as_integer(), -i);
    }
    ASSERT_EQ(builder.find(Value::integer(size + 1)), nullptr);
  }
  for (int i = 1; i <= 100; i += 2) EXPECT_TRUE(builder.remove(Value::integer(i)));
  EXPECT_FALSE(builder.remove(Value::integer(1)));
  const Value hash = builder.build();
  EXPECT_EQ(hash.as_hash().size(), 150U);
  EXPECT_EQ(hash.as_hash().find("k7")->as_integer(), 7);
  EXPECT_EQ(hash.as_hash().find(Value::integer(7)), nullptr);
  EXPECT_EQ(builder.size(), 0U);
}

TEST(Hash, KeysAreExactWhereEqualityIsNot) {
  const Value hash = HashBuilder().set(Value::integer(1), Value::string("int")).set("a", Value::string("low")).build();
  EXPECT_EQ(hash.as_hash().find(Value::floating(1.0)), nullptr);
  EXPECT_EQ(hash.as_hash().find("A"), nullptr);
  EXPECT_TRUE(equal(Value::integer(1), Value::floating(1.0)));
  EXPECT_TRUE(equal(Value::string("a"), Value::string("A")));
  EXPECT_FALSE(same(Value::string("a"), Value::string("A")));
}

TEST(Hash, HashCodesAgreeWithSame) {
  const Value a = HashBuilder().set("x", Value::integer(1)).set("y", Value::array({Value::string("z")})).build();
  const Value b = HashBuilder().set("y", Value::array({Value::string("z")})).set("x", Value::integer(1)).build();
  EXPECT_TRUE(same(a, b));
  EXPECT_EQ(hash_of(a), hash_of(b));
}

TEST(Process, IsItsIdentity) {
  auto host = std::make_shared<types::PlanLineage>(types::PlanLineage{"galera::host", nullptr});
  auto leader = std::make_shared<types::PlanLineage>(types::PlanLineage{"galera::leader", host});
  const Value as_leader = Value::process({"db1", "Galera::Host[m]"}, leader, 3);
  const Value unknown = Value::process({"db1", "Galera::Host[m]"}, nullptr);
  EXPECT_TRUE(same(as_leader, unknown));
  EXPECT_EQ(hash_of(as_leader), hash_of(unknown));
  EXPECT_FALSE(same(as_leader, Value::process({"db2", "Galera::Host[m]"}, leader)));
  EXPECT_TRUE(instance_of(*types::process(host), as_leader));
  EXPECT_FALSE(instance_of(*types::process(leader), unknown));
  EXPECT_TRUE(instance_of(*types::make(types::TypeKind::process), unknown));
  EXPECT_EQ(types::to_string(*infer(as_leader)), "Galera::Leader");
  EXPECT_TRUE(instance_of(*types::make(types::TypeKind::rich_data), Value::array({as_leader})));
  EXPECT_FALSE(instance_of(*types::make(types::TypeKind::data), Value::array({as_leader})));
}

TEST(Text, HidesWhatIsSensitive) {
  const Value secret = Value::sensitive(Value::string("s3cret"));
  EXPECT_EQ(to_string(Value::array({secret})).find("s3cret"), std::string::npos);
  EXPECT_EQ(inspect(HashBuilder().set("k", secret).build()).find("s3cret"), std::string::npos);
}

TEST(InstanceOf, EndsForAliasesThatLeadToThemselves) {
  types::Aliases aliases;
  const auto tree = aliases.add("Tree");
  tree->target = types::variant({types::make(types::TypeKind::integer), types::array(tree)});
  EXPECT_TRUE(instance_of(*tree, nested(20)));
  EXPECT_FALSE(instance_of(*tree, Value::array({Value::array({Value::string("x")})})));
  const auto loop = aliases.add("Loop");
  loop->target = types::variant({loop, loop, types::make(types::TypeKind::integer)});
  EXPECT_TRUE(instance_of(*loop, Value::integer(1)));
  EXPECT_FALSE(instance_of(*loop, Value::string("x")));
}

}  // namespace

}  // namespace plan::values
