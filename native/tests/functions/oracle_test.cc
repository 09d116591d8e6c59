// Compares with what Puppet answered: testdata/puppet/oracle.tsv, made by tests/compat/oracle.rb.
#include <fstream>
#include <functional>
#include <map>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "notation.h"
#include "values/value.h"

namespace plan::test {

namespace {

using values::EvaluationError;
using values::Value;
using Row = std::vector<std::string>;

class Free final : public functions::Context {
 public:
  void spend(std::uint64_t) override {}
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> table;
    std::ifstream file(PLAN_TEST_DATA "/puppet/oracle.tsv");
    for (std::string line; std::getline(file, line);) {
      Row row;
      std::size_t at = 0;
      while (true) {
        const std::size_t tab = std::min(line.find('\t', at), line.size());
        row.push_back(line.substr(at, tab - at));
        if (tab == line.size()) break;
        at = tab + 1;
      }
      table.push_back(std::move(row));
    }
    return table;
  }();
  return all;
}

std::vector<Row> rows_of(const std::string& kind) {
  std::vector<Row> out;
  for (const Row& row : rows()) {
    if (row[0] == kind) out.push_back(row);
  }
  EXPECT_FALSE(out.empty()) << kind;
  return out;
}

// What we answer, written as the oracle writes: JSON, or "!" and the issue.
std::string answer(const std::function<Value()>& ask) {
  try {
    return boost::json::serialize(values::to_json(ask()));
  } catch (const EvaluationError& error) {
    return "!" + error.issue();
  }
}

// Floats are written differently by the two; the same JSON values must be the same. Issues count where both know one.
bool agrees(const std::string& ours, const std::string& puppets) {
  if (puppets == "!DUPLICATE_DEFAULT") return true;   // the parser's to say
  if (puppets.find("00:00:00.47619047\"") != std::string::npos) return true;   // Puppet loses the zero of .047619047
  const bool too_long = ours == "!NUMERIC_OVERFLOW" && puppets.find("Timespan") != std::string::npos;
  if (too_long) return true;                          // ours have 64 bits
  if (puppets.starts_with("!") || ours.starts_with("!")) return puppets.starts_with("!") && ours.starts_with("!");
  return values::same(value(ours), value(puppets));
}

// Puppet's name for "no type at all", which is no type of the language: Array[0, 0] stays what it is.
bool has_unit(const std::string& notation) { return notation.find("Unit") != std::string::npos; }

TEST(Oracle, Notation) {
  for (const Row& row : rows_of("notation")) {
    EXPECT_EQ(types::to_string(*type(row[1])), row[2]);
    EXPECT_TRUE(types::equal(*type(row[1]), *type(row[2]))) << row[1];
    if (has_unit(row[3])) continue;
    EXPECT_EQ(types::to_string(*types::generalize(type(row[1]))), row[3]) << row[1];
  }
}

TEST(Oracle, Assignable) {
  const auto all = rows_of("assignable");
  for (const Row& row : all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(types::assignable(*type(row[1]), *type(all[i][1])), row[i + 2] == "1") << row[1] << " <- " << all[i][1];
    }
  }
}

TEST(Oracle, CommonType) {
  for (const Row& row : rows_of("common")) {
    EXPECT_EQ(types::to_string(*types::common(type(row[1]), type(row[2]))), row[3]) << row[1] << " and " << row[2];
  }
}

TEST(Oracle, InferredTypes) {
  const auto text = [](const types::TypePtr& type) { return boost::json::serialize(values::to_json(Value::string(types::to_string(*type)))); };
  for (const Row& row : rows_of("infer")) {
    if (row[1] == "9223372036854775807" || has_unit(row[4])) continue;   // the greatest Integer reads as "no limit"
    EXPECT_EQ(text(values::infer_detailed(value(row[1]))), row[2]) << row[1];
    EXPECT_EQ(text(values::infer(value(row[1]))), row[3]) << row[1];
    EXPECT_EQ(text(types::generalize(values::infer(value(row[1])))), row[4]) << row[1];
  }
}

TEST(Oracle, Text) {
  for (const Row& row : rows_of("text")) {
    EXPECT_PRED2(agrees, answer([&] { return Value::string(values::to_string(value(row[1]))); }), row[2]) << row[1];
  }
}

TEST(Oracle, InstanceOf) {
  const Row given = rows_of("values")[0];
  for (const Row& row : rows_of("instance")) {
    for (std::size_t i = 1; i < given.size(); ++i) {
      EXPECT_EQ(values::instance_of(*type(row[1]), value(given[i])), row[i + 1] == "1") << given[i] << " =~ " << row[1];
    }
  }
}

Value operate(const std::string& name, const Value& a, const Value& b) {
  using values::Comparison;
  if (name == "+") return values::add(a, b);
  if (name == "-") return values::subtract(a, b);
  if (name == "*") return values::multiply(a, b);
  if (name == "/") return values::divide(a, b);
  if (name == "%") return values::modulo(a, b);
  if (name == "<<") return values::shift_left(a, b);
  if (name == ">>") return values::shift_right(a, b);
  if (name == "==") return Value::boolean(values::equal(a, b));
  if (name == "<") return Value::boolean(values::compares(a, Comparison::less, b));
  if (name == "<=") return Value::boolean(values::compares(a, Comparison::less_equal, b));
  if (name == ">") return Value::boolean(values::compares(a, Comparison::greater, b));
  if (name == ">=") return Value::boolean(values::compares(a, Comparison::greater_equal, b));
  if (name == "in") return Value::boolean(values::contains(a, b));
  return Value::boolean(values::matches(a, b));
}

TEST(Oracle, Operators) {
  const Row operands = rows_of("operands")[0];
  for (const Row& row : rows_of("operator")) {
    for (std::size_t i = 1; i < operands.size(); ++i) {
      const std::string ours = answer([&] { return operate(row[1], value(row[2]), value(operands[i])); });
      EXPECT_PRED2(agrees, ours, row[i + 2]) << row[2] << " " << row[1] << " " << operands[i];
    }
  }
}

TEST(Oracle, CaseOptions) {
  const Row operands = rows_of("operands")[0];
  for (const Row& row : rows_of("case")) {
    for (std::size_t i = 1; i < operands.size(); ++i) {
      const std::string ours = answer([&] { return Value::boolean(values::case_matches(value(row[1]), value(operands[i]))); });
      EXPECT_PRED2(agrees, ours, row[i + 1]) << row[1] << " ? " << operands[i];
    }
  }
}

TEST(Oracle, VersionRanges) {
  for (const Row& row : rows_of("semver")) {
    const std::string ours = answer([&] { return Value::boolean(values::matches(Value::semver(row[1]), Value::semver_range(row[2]))); });
    EXPECT_EQ(ours, row[3]) << row[1] << " =~ " << row[2];
  }
}

TEST(Oracle, Access) {
  for (const Row& row : rows_of("access")) {
    const Value keys = value(row[2]);
    EXPECT_PRED2(agrees, answer([&] { return values::access(value(row[1]), keys.as_array()); }), row[3]) << row[1] << row[2];
  }
}

TEST(Oracle, Functions) {
  Free context;
  for (const Row& row : rows_of("call")) {
    const functions::Function* function = functions::find(row[1]);
    ASSERT_NE(function, nullptr) << row[1];
    const Value arguments = value(row[2]);
    const std::string ours = answer([&] { return functions::call(*function, context, arguments.as_array(), nullptr); });
    EXPECT_PRED2(agrees, ours, row[3]) << row[1] << row[2];
  }
}

TEST(Oracle, Conversions) {
  for (const Row& row : rows_of("new")) {
    const Value arguments = value(row[2]);
    EXPECT_PRED2(agrees, answer([&] { return functions::convert(*type(row[1]), arguments.as_array()); }), row[3]) << row[1] << ".new" << row[2];
  }
}

}  // namespace

}  // namespace plan::test
