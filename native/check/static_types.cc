#include "check/static_types.h"

#include <algorithm>
#include <initializer_list>

namespace plan::check {

using types::Type;
using types::TypeKind;
using types::TypePtr;

const Type* bare(const TypePtr& type) {
  const Type* at = type.get();
  while (at) {
    at = &at->resolved();
    if ((at->kind != TypeKind::optional && at->kind != TypeKind::not_undef) || at->arguments.empty()) return at;
    at = at->arguments[0].get();
  }
  return nullptr;
}

TypePtr element_type(const TypePtr& collection) {
  const Type* type = bare(collection);
  if (!type) return nullptr;
  if (type->kind == TypeKind::array && !type->arguments.empty()) return type->arguments[0];
  if (type->kind == TypeKind::hash && type->arguments.size() == 2) return types::tuple({type->arguments[0], type->arguments[1]});
  if (type->kind == TypeKind::tuple && !type->arguments.empty()) {
    TypePtr common = type->arguments[0];
    for (const TypePtr& element : type->arguments) common = types::common(common, element);
    return common;
  }
  return nullptr;
}

TypePtr part_type(const TypePtr& whole, std::size_t position, std::string_view name) {
  const Type* type = bare(whole);
  if (!type) return nullptr;
  if (type->kind == TypeKind::tuple && position < type->arguments.size()) return type->arguments[position];
  if (type->kind == TypeKind::array && !type->arguments.empty()) return type->arguments[0];
  if (type->kind == TypeKind::struct_) {
    for (const types::StructMember& member : type->members) {
      if (member.name == name) return member.type;
    }
  }
  if (type->kind == TypeKind::hash && type->arguments.size() == 2) return type->arguments[1];
  return nullptr;
}

TypePtr access_type(const TypePtr& object, const values::Value* key) {
  const Type* type = bare(object);
  if (!type) return nullptr;
  if (key && key->is(values::Kind::string)) return part_type(object, SIZE_MAX, key->as_string());
  if (key && key->is(values::Kind::integer) && type->kind == TypeKind::tuple) {
    const std::int64_t position = key->as_integer();
    return position < 0 ? nullptr : part_type(object, static_cast<std::size_t>(position), {});
  }
  if (type->kind == TypeKind::array) return element_type(object);
  if (type->kind == TypeKind::hash && type->arguments.size() == 2) return type->arguments[1];
  return nullptr;
}

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_list(const Type& type) { return type.kind == TypeKind::array || type.kind == TypeKind::tuple; }

TypePtr list_of(const TypePtr& element) { return element ? types::array(element) : nullptr; }

}  // namespace

std::vector<TypePtr> lambda_types(std::string_view function, const TypePtr& subject, std::size_t parameters) {
  std::vector<TypePtr> result(parameters);
  const Type* type = bare(subject);
  if (!type) return result;
  const TypePtr element = element_type(subject);
  if (parameters == 1 && is_one_of(function, {"then", "with"})) return {subject};
  if (parameters == 1 && function == "slice") return {list_of(element)};
  if (is_one_of(function, {"slice", "sort"})) return std::vector<TypePtr>(parameters, element);
  if (parameters == 2 && function == "reduce") return {nullptr, element};
  if (!is_one_of(function, {"all", "any", "each", "filter", "group_by", "index", "map", "partition", "reverse_each", "step"})) return result;
  if (parameters == 1) return {element};
  if (parameters != 2) return result;
  if (type->kind == TypeKind::hash && type->arguments.size() == 2) return {type->arguments[0], type->arguments[1]};
  if (is_list(*type)) return {types::integer(), element};
  return result;
}

TypePtr result_type(std::string_view function, const std::vector<TypePtr>& arguments, const TypePtr& lambda_result) {
  const TypePtr subject = arguments.empty() ? nullptr : arguments[0];
  if (function == "map") return list_of(lambda_result);
  if (function == "with") return lambda_result;
  if (function == "then") return lambda_result ? types::optional(lambda_result) : nullptr;
  if (function == "lest") return lambda_result && subject ? types::common(subject, lambda_result) : nullptr;
  const Type* type = bare(subject);
  if (!type) return nullptr;
  if (function == "each") return subject;
  const TypePtr element = element_type(subject);
  if (is_list(*type)) {
    if (is_one_of(function, {"filter", "sort", "unique"})) return list_of(element);
    if (function == "partition" && element) return types::tuple({list_of(element), list_of(element)});
    if (function == "index") return types::optional(types::integer());
  }
  if (type->kind != TypeKind::hash || type->arguments.size() != 2) return nullptr;
  if (function == "filter") return types::hash(type->arguments[0], type->arguments[1]);
  if (function == "keys") return types::array(type->arguments[0]);
  if (function == "values") return types::array(type->arguments[1]);
  return nullptr;
}

}  // namespace plan::check
