// The signatures of built-in functions as types: what they take and what they give.
#pragma once

#include <string_view>
#include <vector>

#include "types/type.h"

namespace plan::check {

struct Signature {
  struct Parameter {
    std::string_view name;
    types::TypePtr type;
    bool captures_rest = false;
  };
  std::vector<Parameter> parameters;      // but for the lambda
  types::TypePtr result;                  // null: anything

  [[nodiscard]] bool takes(std::size_t arguments) const;
  [[nodiscard]] const Parameter* parameter(std::size_t position) const;      // null: none
};

// One for each way in which the function may be called; none when it is no built-in function.
[[nodiscard]] const std::vector<Signature>& signatures(std::string_view function);

}  // namespace plan::check
