// Types from their notation, for tests: what the parser and the compiler do for plans.
#pragma once

#include <string>
#include <string_view>

#include "functions/function.h"
#include "values/json.h"

namespace plan::test {

// Raises std::runtime_error where the notation cannot be read, EvaluationError where its parameters are refused.
[[nodiscard]] types::TypePtr type(std::string_view notation);
// A value from JSON in rich data form.
[[nodiscard]] values::Value value(std::string_view json);

class Notation final : public values::NameResolver {
 public:
  [[nodiscard]] types::PlanLineagePtr plan(std::string_view name) const override;
  [[nodiscard]] types::TypePtr type(std::string_view notation) const override;
};

}  // namespace plan::test
