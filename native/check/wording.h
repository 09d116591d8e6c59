// Types and values in messages: no longer than a person reads.
#pragma once

#include <string>

#include "types/type.h"
#include "values/value.h"

namespace plan::check {

[[nodiscard]] std::string spelled(const types::TypePtr& type);      // as it was declared
[[nodiscard]] std::string kind_of(const types::TypePtr& type);      // without sizes, ranges and literals
[[nodiscard]] std::string spelled(const values::Value& value);

}  // namespace plan::check
