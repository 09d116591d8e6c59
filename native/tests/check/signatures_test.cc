// What a built-in function's signature says is what the function does: it refuses whatever the checker tells of.
#include <gtest/gtest.h>

#include "check/signatures.h"
#include "functions/function.h"
#include "types/type.h"
#include "values/value.h"

namespace plan::check::test {
namespace {

using values::Value;

class NoLimits final : public functions::Context {
 public:
  void spend(std::uint64_t) override {}
};

// Takes anything.
class AnyBlock final : public functions::Block {
 public:
  Value call(std::span<const Value>) override { return Value::undef(); }
  [[nodiscard]] std::size_t min_arity() const override { return 0; }
  [[nodiscard]] std::size_t max_arity() const override { return SIZE_MAX; }
};

std::vector<Value> samples() {
  values::HashBuilder hash;
  hash.set(Value::string("a"), Value::integer(1));
  return {Value::undef(), Value::default_(), Value::boolean(true), Value::integer(3), Value::integer(-3), Value::floating(1.5),
          Value::string("a"), Value::string(""), Value::string("detailed"), Value::regexp("a"), Value::array({}), Value::array({Value::integer(1)}),
          Value::array({Value::boolean(true)}), Value::array({Value::string("a")}), hash.build(), Value::timespan(5),
          Value::type(types::integer()), Value::type(types::integer(0, 3))};
}

bool raises(const functions::Function& function, const std::vector<Value>& arguments) {
  NoLimits context;
  AnyBlock block;
  try {
    const bool takes_block = function.block != functions::BlockUse::none;
    static_cast<void>(functions::call(function, context, arguments, takes_block ? &block : nullptr));
    return false;
  } catch (const values::EvaluationError&) {
    return true;
  }
}

std::string text_of(const functions::Function& function, const std::vector<Value>& arguments) {
  std::string text;
  for (const Value& one : arguments) text += (text.empty() ? "" : ", ") + values::inspect(one);
  return std::string(function.name) + "(" + text + "), declared as " + std::string(function.signature);
}

// Some value for each parameter that its type allows.
std::vector<Value> allowed(const Signature& signature) {
  std::vector<Value> values;
  for (const Signature::Parameter& parameter : signature.parameters) {
    for (const Value& sample : samples()) {
      if (!values::instance_of(*parameter.type, sample)) continue;
      values.push_back(sample);
      break;
    }
  }
  return values;
}

TEST(Signatures, AreThereForEveryFunction) {
  for (const std::string_view name : functions::names()) EXPECT_FALSE(signatures(name).empty()) << name;
}

TEST(Signatures, WhatTheyRefuseTheFunctionRefuses) {
  std::size_t refused = 0;
  for (const std::string_view name : functions::names()) {
    const functions::Function& function = *functions::find(name);
    for (const Signature& signature : signatures(name)) {
      const std::vector<Value> fine = allowed(signature);
      ASSERT_EQ(fine.size(), signature.parameters.size()) << name;
      for (std::size_t i = 0; i < fine.size(); ++i) {
        for (const Value& sample : samples()) {
          if (values::instance_of(*signature.parameters[i].type, sample)) continue;
          std::vector<Value> arguments = fine;
          arguments[i] = sample;
          EXPECT_TRUE(raises(function, arguments)) << text_of(function, arguments);
          ++refused;
        }
      }
    }
  }
  EXPECT_GT(refused, 300U);
}

TEST(Signatures, WhatTheFunctionGivesIsWhatTheyDeclare) {
  std::size_t given = 0;
  for (const std::string_view name : functions::names()) {
    const functions::Function& function = *functions::find(name);
    for (const Signature& signature : signatures(name)) {
      if (!signature.result) continue;
      for (std::size_t i = 0; i < signature.parameters.size(); ++i) {
        for (const Value& sample : samples()) {
          std::vector<Value> arguments = allowed(signature);
          ASSERT_EQ(arguments.size(), signature.parameters.size()) << name;
          arguments[i] = sample;
          if (!signature.takes(arguments.size()) || raises(function, arguments)) continue;
          NoLimits context;
          AnyBlock block;
          const bool takes_block = function.block != functions::BlockUse::none;
          const Value result = functions::call(function, context, arguments, takes_block ? &block : nullptr);
          EXPECT_TRUE(values::instance_of(*signature.result, result)) << text_of(function, arguments) << " gave " << values::inspect(result);
          ++given;
        }
      }
    }
  }
  EXPECT_GT(given, 100U);
}

}  // namespace
}  // namespace plan::check::test
