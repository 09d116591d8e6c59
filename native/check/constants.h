// Values and types that can be known from the text alone.
#pragma once

#include <optional>
#include <string>

#include "check/model.h"
#include "syntax/ast.h"
#include "values/value.h"

namespace plan::check {

inline constexpr std::size_t kMaxStructMembers = 1'000;

// The value of a literal, of a collection of literals, or of a type; nothing for all else.
[[nodiscard]] std::optional<values::Value> constant_value(const syntax::Expr& expr, const Model& model, const Shape* in);

struct ConstantType {
  types::TypePtr type;      // null when it is not constant, or no type
  std::string problem;      // why it is no type; empty when it depends on variables or names something unknown
};
[[nodiscard]] ConstantType constant_type(const syntax::Expr& expr, const Model& model, const Shape* in);

// A type that has at least the instances that the declared one has whatever its variables hold; null when nothing is known.
[[nodiscard]] types::TypePtr widest_type(const syntax::Expr& expr, const Model& model, const Shape* in);

}  // namespace plan::check
