// Functions with lambdas, their budget and their limits. What needs no lambda is in oracle_test.cc.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "notation.h"

namespace plan::test {

namespace {

using functions::Function;
using values::EvaluationError;
using values::Value;

class Budget final : public functions::Context {
 public:
  explicit Budget(std::uint64_t steps = 1'000'000) : left_(steps) {}
  void spend(std::uint64_t steps) override {
    if (steps > left_) throw EvaluationError("STEP_LIMIT", "too many steps");
    left_ -= steps;
  }
  [[nodiscard]] std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_;
};

class Lambda final : public functions::Block {
 public:
  using Body = std::function<Value(std::span<const Value>)>;
  Lambda(std::size_t arity, Body body) : min_(arity), max_(arity), body_(std::move(body)) {}
  Lambda(std::size_t min, std::size_t max, Body body) : min_(min), max_(max), body_(std::move(body)) {}
  Value call(std::span<const Value> arguments) override {
    EXPECT_GE(arguments.size(), min_);
    EXPECT_LE(arguments.size(), max_);
    ++calls;
    return body_(arguments);
  }
  [[nodiscard]] std::size_t min_arity() const override { return min_; }
  [[nodiscard]] std::size_t max_arity() const override { return max_; }
  int calls = 0;

 private:
  std::size_t min_;
  std::size_t max_;
  Body body_;
};

Value call(std::string_view name, std::string_view json_arguments, functions::Block* block = nullptr) {
  Budget budget;
  const Function* function = functions::find(name);
  EXPECT_NE(function, nullptr) << name;
  const Value arguments = value(json_arguments);
  return functions::call(*function, budget, arguments.as_array(), block);
}

std::string issue_of(const std::function<void()>& work) {
  try {
    work();
    return "no error";
  } catch (const EvaluationError& error) {
    return error.issue();
  }
}

Value list(std::span<const Value> arguments) { return Value::array({arguments.begin(), arguments.end()}); }

#define EXPECT_VALUE(actual, json) EXPECT_EQ(values::inspect(actual), values::inspect(value(json)))

TEST(Iteration, MapGivesElementsOrIndexAndElementOrKeyAndValue) {
  Lambda one(1, list);
  Lambda two(2, list);
  EXPECT_VALUE(call("map", "[[5, 6]]", &one), "[[5], [6]]");
  EXPECT_VALUE(call("map", "[[5, 6]]", &two), "[[0, 5], [1, 6]]");
  EXPECT_VALUE(call("map", R"([{"a": 1}])", &one), R"([[["a", 1]]])");
  EXPECT_VALUE(call("map", R"([{"a": 1}])", &two), R"([["a", 1]])");
  EXPECT_VALUE(call("map", "[3]", &one), "[[0], [1], [2]]");
  EXPECT_VALUE(call("map", R"(["ab"])", &two), R"([[0, "a"], [1, "b"]])");
  EXPECT_VALUE(call("map", R"([{"__ptype": "Type", "__pvalue": "Integer[4, 6]"}])", &two), "[[0, 4], [1, 5], [2, 6]]");
  EXPECT_VALUE(call("map", R"([{"__ptype": "Type", "__pvalue": "Enum['x', 'y']"}])", &one), R"([["x"], ["y"]])");
  EXPECT_EQ(issue_of([&] { call("map", "[true]", &one); }), "ARGUMENT_MISMATCH");
}

TEST(Iteration, FilterKeepsTheKindOfCollection) {
  Lambda odd(1, [](auto arguments) { return Value::boolean(arguments[0].as_integer() % 2 == 1); });
  Lambda large(2, [](auto arguments) { return Value::boolean(arguments[1].as_integer() > 1); });
  EXPECT_VALUE(call("filter", "[[1, 2, 3]]", &odd), "[1, 3]");
  EXPECT_VALUE(call("filter", R"([{"a": 1, "b": 2}])", &large), R"({"b": 2})");
}

TEST(Iteration, ReduceWithAndWithoutMemo) {
  Lambda sum(2, [](auto arguments) { return values::add(arguments[0], arguments[1]); });
  EXPECT_VALUE(call("reduce", "[[1, 2, 3]]", &sum), "6");
  EXPECT_VALUE(call("reduce", "[[1, 2, 3], 10]", &sum), "16");
  EXPECT_VALUE(call("reduce", "[[]]", &sum), "null");
  EXPECT_VALUE(call("reduce", "[[], 4]", &sum), "4");
  EXPECT_EQ(sum.calls, 5);
}

TEST(Iteration, AnyAndAllStopEarly) {
  Lambda yes(1, [](auto) { return Value::boolean(true); });
  EXPECT_VALUE(call("any", "[[1, 2, 3]]", &yes), "true");
  EXPECT_EQ(yes.calls, 1);
  Lambda no(1, [](auto) { return Value::undef(); });
  EXPECT_VALUE(call("all", "[[1, 2, 3]]", &no), "false");
  EXPECT_EQ(no.calls, 1);
  EXPECT_VALUE(call("any", "[[]]", &yes), "false");
  EXPECT_VALUE(call("all", "[[]]", &no), "true");
}

TEST(Iteration, GroupsPartsAndSlices) {
  Lambda parity(1, [](auto arguments) { return Value::integer(arguments[0].as_integer() % 2); });
  EXPECT_VALUE(call("group_by", "[[1, 2, 3]]", &parity), R"({"__ptype": "Hash", "__pvalue": [1, [1, 3], 0, [2]]})");
  Lambda small(2, [](auto arguments) { return Value::boolean(arguments[1].as_integer() < 2); });
  EXPECT_VALUE(call("partition", R"([{"a": 1, "b": 2}])", &small), R"([[["a", 1]], [["b", 2]]])");
  std::vector<std::string> seen;
  Lambda collect(2, [&](auto arguments) { seen.push_back(values::inspect(list(arguments))); return Value::undef(); });
  EXPECT_VALUE(call("slice", "[[1, 2, 3], 2]", &collect), "[1, 2, 3]");
  EXPECT_EQ(seen, (std::vector<std::string>{"[1, 2]", "[3, undef]"}));
  Lambda three(3, list);
  EXPECT_EQ(issue_of([&] { call("slice", "[[1, 2], 2]", &three); }), "ARGUMENT_ERROR");
}

TEST(Iteration, IndexStepReverseThenLestWith) {
  Lambda second(1, [](auto arguments) { return Value::boolean(arguments[0].as_integer() == 2); });
  EXPECT_VALUE(call("index", "[[1, 2]]", &second), "1");
  EXPECT_VALUE(call("index", R"([{"a": 1, "b": 2}])", &second), R"("b")");
  EXPECT_VALUE(call("step", "[[1, 2, 3, 4, 5], 2]"), "[1, 3, 5]");
  EXPECT_VALUE(call("reverse_each", "[[1, 2]]"), "[2, 1]");
  Lambda give(0, [](auto) { return Value::integer(9); });
  EXPECT_VALUE(call("lest", "[null]", &give), "9");
  EXPECT_VALUE(call("lest", "[1]", &give), "1");
  Lambda echo(1, list);
  EXPECT_VALUE(call("then", "[null]", &echo), "null");
  EXPECT_VALUE(call("then", "[1]", &echo), "[1]");
  Lambda both(2, list);
  EXPECT_VALUE(call("with", "[1, 2]", &both), "[1, 2]");
}

TEST(Sorting, ByLambdaEvenAnInconsistentOne) {
  Lambda down(2, [](auto arguments) { return Value::integer(values::compare(arguments[1], arguments[0])); });
  EXPECT_VALUE(call("sort", "[[1, 3, 2]]", &down), "[3, 2, 1]");
  Lambda liar(2, [](auto) { return Value::integer(1); });
  EXPECT_EQ(call("sort", "[[1, 2, 3, 4, 5, 6, 7]]", &liar).as_array().size(), 7U);
  Lambda mute(2, [](auto) { return Value::undef(); });
  EXPECT_EQ(issue_of([&] { call("sort", "[[1, 2]]", &mute); }), "ARGUMENT_ERROR");
  EXPECT_VALUE(call("max", "[[1, 3, 2]]", &down), "1");
}

TEST(Calls, CheckArityAndBlock) {
  Lambda none(0, list);
  EXPECT_EQ(issue_of([] { call("map", "[[1]]"); }), "ARGUMENT_MISMATCH");
  EXPECT_EQ(issue_of([&] { call("length", "[[1]]", &none); }), "ARGUMENT_MISMATCH");
  EXPECT_EQ(issue_of([] { call("length", "[]"); }), "ARGUMENT_MISMATCH");
  EXPECT_EQ(issue_of([&] { call("map", "[[1]]", &none); }), "ARGUMENT_MISMATCH");
  EXPECT_EQ(functions::find("no_such_function"), nullptr);
}

TEST(Calls, SpendSteps) {
  Budget budget(10);
  Lambda echo(1, list);
  const Value many = value("[1000000]");
  EXPECT_EQ(issue_of([&] { static_cast<void>(functions::call(*functions::find("map"), budget, many.as_array(), &echo)); }), "STEP_LIMIT");
  EXPECT_EQ(budget.left(), 0U);
}

TEST(Elements, OfRangesAndNotOfTooManyOrNone) {
  EXPECT_EQ(functions::elements(Value::type(types::integer(3, 5)))->size(), 3U);
  EXPECT_FALSE(functions::elements(Value::type(types::integer(3))).has_value());
  EXPECT_FALSE(functions::elements(Value::undef()).has_value());
  EXPECT_EQ(issue_of([] { static_cast<void>(functions::elements(Value::integer(2'000'000'000))); }), "TOO_MANY_ELEMENTS");
}

TEST(Fail, RaisesItsMessage) {
  try {
    call("fail", R"(["no", 5])");
    FAIL() << "did not raise";
  } catch (const EvaluationError& error) {
    EXPECT_STREQ(error.what(), "no 5");
  }
}

TEST(AssertType, SaysWhatWasExpected) {
  EXPECT_VALUE(call("assert_type", R"([{"__ptype": "Type", "__pvalue": "Integer"}, 5])"), "5");
  try {
    call("assert_type", R"([{"__ptype": "Type", "__pvalue": "Array[Integer]"}, [1, "x"]])");
    FAIL() << "did not raise";
  } catch (const EvaluationError& error) {
    EXPECT_STREQ(error.what(), "assert_type(): index 1 expects an Integer value, got String");
  }
}

TEST(Registry, KnowsWhatTheLanguagePromises) {
  for (const std::string_view name : {"map", "filter", "reduce", "each", "any", "all", "length", "sprintf", "regsubst", "new", "type", "unwrap", "versioncmp"}) {
    EXPECT_NE(functions::find(name), nullptr) << name;
  }
  const auto names = functions::names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace

}  // namespace plan::test
