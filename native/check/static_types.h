// What can be known of the type of an expression without running it. Null stands for: nothing.
#pragma once

#include <string_view>
#include <vector>

#include "types/type.h"
#include "values/value.h"

namespace plan::check {

// Through aliases, Optional and NotUndef.
[[nodiscard]] const types::Type* bare(const types::TypePtr& type);
[[nodiscard]] types::TypePtr element_type(const types::TypePtr& collection);
// object[key]; `key` is null when it is not one constant.
[[nodiscard]] types::TypePtr access_type(const types::TypePtr& object, const values::Value* key);
// What a pattern's part at `position`, or with `name`, takes from a value.
[[nodiscard]] types::TypePtr part_type(const types::TypePtr& whole, std::size_t position, std::string_view name);
[[nodiscard]] std::vector<types::TypePtr> lambda_types(std::string_view function, const types::TypePtr& subject,
                                                       std::size_t parameters);
[[nodiscard]] types::TypePtr result_type(std::string_view function, const std::vector<types::TypePtr>& arguments,
                                         const types::TypePtr& lambda_result);

}  // namespace plan::check
