#include <gtest/gtest.h>

#include "notation.h"

namespace plan::test {

namespace {

using values::EvaluationError;
using values::Value;

std::string issue_of(std::string_view notation) {
  try {
    return "no error: " + types::to_string(*type(notation));
  } catch (const EvaluationError& error) {
    return error.issue();
  }
}

TEST(TypeAccess, RefusesWhatPuppetRefuses) {
  EXPECT_EQ(issue_of("Integer[5, 1]"), "ARGUMENT_ERROR");
  EXPECT_EQ(issue_of("Integer['a']"), "BAD_INTEGER_SLICE_TYPE");
  EXPECT_EQ(issue_of("Integer[1, 2, 3]"), "BAD_INTEGER_SLICE_ARITY");
  EXPECT_EQ(issue_of("Float['a']"), "BAD_INTEGER_SLICE_TYPE");
  EXPECT_EQ(issue_of("String[1.5]"), "BAD_COLLECTION_SLICE_TYPE");
  EXPECT_EQ(issue_of("Enum[1]"), "BAD_TYPE_SPECIALIZATION");
  EXPECT_EQ(issue_of("Pattern['(']"), "ILLEGAL_REGEXP");
  EXPECT_EQ(issue_of("Variant['a']"), "BAD_TYPE_SPECIALIZATION");
  EXPECT_EQ(issue_of("Array['a']"), "BAD_TYPE_SLICE_TYPE");
  EXPECT_EQ(issue_of("Hash[String]"), "BAD_TYPE_SLICE_ARITY");
  EXPECT_EQ(issue_of("Tuple[1, 2]"), "BAD_TYPE_SLICE_ARITY");
  EXPECT_EQ(issue_of("Struct['a']"), "BAD_TYPE_SPECIALIZATION");
  EXPECT_EQ(issue_of("Struct[{'' => Integer}]"), "ARGUMENT_ERROR");
  EXPECT_EQ(issue_of("Optional[1]"), "BAD_TYPE_SLICE_TYPE");
  EXPECT_EQ(issue_of("Type[Integer, String]"), "BAD_TYPE_SLICE_ARITY");
  EXPECT_EQ(issue_of("Boolean[1]"), "BAD_TYPE_SPECIALIZATION");
  EXPECT_EQ(issue_of("Undef[1]"), "OPERATOR_NOT_APPLICABLE");
  EXPECT_EQ(issue_of("SemVer['!']"), "ILLEGAL_VERSION_RANGE");
  EXPECT_EQ(functions::builtin_type("Ip"), nullptr);
}

TEST(TypeAccess, MakesReferencesToResources) {
  auto service = std::make_shared<types::Type>(*types::make(types::TypeKind::resource));
  service->name = "service";
  const std::vector<Value> one{Value::string("galera")};
  EXPECT_EQ(values::to_string(functions::reference(service, one)), "Service['galera']");
  const std::vector<Value> two{Value::string("a"), Value::string("b")};
  EXPECT_EQ(values::to_string(functions::reference(service, two)), "[Service['a'], Service['b']]");
  const std::vector<Value> named{Value::string("file"), Value::string("/x")};
  EXPECT_EQ(values::to_string(functions::reference(types::make(types::TypeKind::resource), named)), "File['/x']");
  const std::vector<Value> wrong{Value::integer(1)};
  EXPECT_THROW(static_cast<void>(functions::reference(service, wrong)), EvaluationError);
}

TEST(Mismatch, GoesDownToThePlace) {
  const auto why = [](std::string_view notation, std::string_view json) { return values::describe_mismatch(*type(notation), value(json)); };
  EXPECT_EQ(why("Integer", "5"), "");
  EXPECT_EQ(why("Integer", R"("x")"), "expects an Integer value, got String");
  EXPECT_EQ(why("Integer[0, 5]", "9"), "expects an Integer[0, 5] value, got Integer[9, 9]");
  EXPECT_EQ(why("Array[Integer, 2]", "[1]"), "expects size to be at least 2, got 1");
  EXPECT_EQ(why("Hash[String, Integer]", R"({"a": "x"})"), "entry 'a' expects an Integer value, got String");
  EXPECT_EQ(why("Struct[{'a' => Integer}]", "{}"), "expects a value for key 'a'");
  EXPECT_EQ(why("Struct[{'a' => Integer}]", R"({"a": 1, "b": 2})"), "unrecognized key 'b'");
  EXPECT_EQ(why("Optional[Tuple[Integer, String]]", R"([1, 2])"), "index 1 expects a String value, got Integer");
  EXPECT_EQ(why("Enum['a', 'b']", R"("c")"), "expects a match for Enum['a', 'b'], got 'c'");
  EXPECT_EQ(why("Variant[Integer, Float]", "null"), "expects a value of type Variant[Integer, Float], got Undef");
  EXPECT_EQ(why("String[1]", R"("")"), "expects length to be at least 1, got 0");
}

}  // namespace

}  // namespace plan::test
