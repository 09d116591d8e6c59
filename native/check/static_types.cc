#include "check/static_types.h"

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

std::vector<TypePtr> lambda_types(std::string_view function, const TypePtr& subject, std::size_t parameters) {
  std::vector<TypePtr> result(parameters);
  const Type* type = bare(subject);
  if (!type) return result;
  if (function == "then" || function == "with" || function == "lest") {
    if (parameters == 1) result[0] = subject;
    return result;
  }
  if (function == "reduce") {
    if (parameters == 2) result[1] = element_type(subject);
    return result;
  }
  if (parameters == 1) {
    result[0] = element_type(subject);
  } else if (parameters == 2 && type->kind == TypeKind::hash && type->arguments.size() == 2) {
    result = {type->arguments[0], type->arguments[1]};
  } else if (parameters == 2 && function != "sort") {
    result = {types::integer(), element_type(subject)};
  }
  return result;
}

TypePtr result_type(std::string_view function, const std::vector<TypePtr>& arguments, const TypePtr& lambda_result) {
  const TypePtr subject = arguments.empty() ? nullptr : arguments[0];
  const Type* type = bare(subject);
  if (function == "map") return lambda_result ? types::array(lambda_result) : nullptr;
  if (function == "with" || function == "then" || function == "lest") return lambda_result;
  if (function == "filter" || function == "sort" || function == "unique" || function == "slice") return subject;
  if (function == "length" || function == "size" || function == "index") return types::integer();
  if (function == "join" || function == "sprintf" || function == "String") return types::string();
  if (!type || type->kind != TypeKind::hash || type->arguments.size() != 2) return nullptr;
  if (function == "keys") return types::array(type->arguments[0]);
  if (function == "values") return types::array(type->arguments[1]);
  return nullptr;
}

}  // namespace plan::check
