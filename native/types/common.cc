// The common type of two, and types without their details.
#include <algorithm>

#include "base/assert.h"
#include "types/type.h"

namespace plan::types {

namespace {

TypePtr common_or_none(const TypePtr& a, const TypePtr& b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return common(a, b);
}

std::vector<std::string> joined(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

// Strings and enumerations, neither assignable to the other.
TypePtr common_string(const Type& a, const Type& b) {
  const bool enumerable = (a.kind == TypeKind::enum_ && !a.strings.empty()) || a.is_literal();
  const bool other = (b.kind == TypeKind::enum_ && !b.strings.empty()) || b.is_literal();
  if (enumerable && other) return enumeration(joined(a.strings, b.strings));
  if (a.kind == TypeKind::enum_ || b.kind == TypeKind::enum_) return make(TypeKind::enum_);
  if (a.is_literal() || b.is_literal()) return make(TypeKind::string);
  return string(std::min(a.min, b.min), std::max(a.max, b.max));
}

TypePtr common_float(const Type& a, const Type& b) {
  std::optional<double> min;
  std::optional<double> max;
  if (a.bounded_min && b.bounded_min) min = std::min(a.min_float, b.min_float);
  if (a.bounded_max && b.bounded_max) max = std::max(a.max_float, b.max_float);
  return floating(min, max);
}

TypePtr common_of_kind(const TypePtr& a, const TypePtr& b) {
  switch (a->kind) {
    case TypeKind::array: return array(common_or_none(element_type(*a), element_type(*b)));
    case TypeKind::hash:
      return hash(common_or_none(key_type(*a), key_type(*b)), common_or_none(value_type(*a), value_type(*b)));
    case TypeKind::integer: return integer(std::min(a->min, b->min), std::max(a->max, b->max));
    case TypeKind::floating: return common_float(*a, *b);
    case TypeKind::pattern: return pattern(joined(a->strings, b->strings));
    case TypeKind::variant: {
      std::vector<TypePtr> all = a->arguments;
      all.insert(all.end(), b->arguments.begin(), b->arguments.end());
      return variant(std::move(all));
    }
    case TypeKind::class_: case TypeKind::regexp: case TypeKind::callable: return make(a->kind);
    case TypeKind::resource: {
      auto type = std::make_shared<Type>();
      type->kind = TypeKind::resource;
      if (a->name == b->name) type->name = a->name;
      return type;
    }
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::boolean: case TypeKind::numeric:
    case TypeKind::string: case TypeKind::enum_: case TypeKind::scalar: case TypeKind::scalar_data: case TypeKind::data:
    case TypeKind::rich_data: case TypeKind::collection: case TypeKind::iterable: case TypeKind::tuple:
    case TypeKind::struct_: case TypeKind::optional: case TypeKind::not_undef: case TypeKind::sensitive:
    case TypeKind::type: case TypeKind::timespan: case TypeKind::timestamp: case TypeKind::semver:
    case TypeKind::semver_range: case TypeKind::binary: case TypeKind::catalog_entry: case TypeKind::process:
    case TypeKind::queue: case TypeKind::alias: case TypeKind::uri: case TypeKind::init: case TypeKind::iterator:
    case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      return nullptr;
  }
  return nullptr;
}

// The nearest plan that both inherit from, or any process.
TypePtr common_process(const Type& a, const Type& b) {
  for (PlanLineagePtr plan = a.plan; plan != nullptr; plan = plan->parent) {
    if (b.plan != nullptr && b.plan->is_a(plan->name)) return process(plan);
  }
  return make(TypeKind::process);
}

bool is_text(TypeKind kind) { return kind == TypeKind::string || kind == TypeKind::enum_; }

std::vector<TypePtr> generalized(const std::vector<TypePtr>& types) {
  std::vector<TypePtr> out;
  for (const TypePtr& type : types) out.push_back(generalize(type));
  return out;
}

TypePtr with_arguments(const Type& type, std::vector<TypePtr> arguments) {
  auto copy = std::make_shared<Type>(type);
  copy->arguments = std::move(arguments);
  return copy;
}

TypePtr generalized_enum(const Type& type) {
  if (type.strings.empty()) return make(TypeKind::string);
  const auto shorter = [](const std::string& x, const std::string& y) { return x.size() < y.size(); };
  const auto [least, most] = std::minmax_element(type.strings.begin(), type.strings.end(), shorter);
  return string(static_cast<std::int64_t>(least->size()), static_cast<std::int64_t>(most->size()));
}

}  // namespace

TypePtr common(const TypePtr& a, const TypePtr& b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  if (a->kind == TypeKind::undef) return b;
  if (b->kind == TypeKind::undef) return a;
  if (assignable(*a, *b)) return a;
  if (assignable(*b, *a)) return b;
  if (a->kind == b->kind) {
    if (TypePtr same = common_of_kind(a, b)) return same;
    if (a->kind == TypeKind::process) return common_process(*a, *b);
  }
  if (is_text(a->kind) && is_text(b->kind)) return common_string(*a, *b);
  for (const TypeKind kind : {TypeKind::numeric, TypeKind::scalar_data, TypeKind::scalar, TypeKind::data}) {
    if (assignable(*make(kind), *a) && assignable(*make(kind), *b)) return make(kind);
  }
  if (a->kind == TypeKind::type && b->kind == TypeKind::type) {
    return type_of_type(common_or_none(a->arguments.empty() ? nullptr : a->arguments[0], b->arguments.empty() ? nullptr : b->arguments[0]));
  }
  const TypePtr rich = make(TypeKind::rich_data);
  return assignable(*rich, *a) && assignable(*rich, *b) ? rich : make(TypeKind::any);
}

TypePtr generalize(const TypePtr& type) {
  switch (type->kind) {
    case TypeKind::boolean: case TypeKind::integer: case TypeKind::floating: case TypeKind::string:
    case TypeKind::collection: case TypeKind::timespan: case TypeKind::timestamp: case TypeKind::uri:
      return make(type->kind);
    case TypeKind::enum_: return generalized_enum(*type);
    case TypeKind::array: {
      const TypePtr element = element_type(*type);
      return element == nullptr ? type : array(generalize(element));
    }
    case TypeKind::hash: {
      const TypePtr key = key_type(*type);
      return key == nullptr ? type : hash(generalize(key), generalize(value_type(*type)));
    }
    case TypeKind::tuple: case TypeKind::optional: case TypeKind::not_undef: case TypeKind::type: case TypeKind::sensitive:
    case TypeKind::iterable: case TypeKind::iterator:
      return type->arguments.empty() ? type : with_arguments(*type, generalized(type->arguments));
    case TypeKind::variant: return type->arguments.empty() ? type : variant(generalized(type->arguments));
    case TypeKind::struct_: {
      auto copy = std::make_shared<Type>(*type);
      for (StructMember& member : copy->members) member.type = generalize(member.type);
      return copy;
    }
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::numeric: case TypeKind::pattern:
    case TypeKind::regexp: case TypeKind::scalar: case TypeKind::scalar_data: case TypeKind::data:
    case TypeKind::rich_data: case TypeKind::callable:
    case TypeKind::semver: case TypeKind::semver_range: case TypeKind::binary: case TypeKind::catalog_entry:
    case TypeKind::resource: case TypeKind::class_: case TypeKind::process: case TypeKind::queue: case TypeKind::alias:
    case TypeKind::init: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      return type;
  }
  PLAN_ASSERT(false && "a kind of type that generalize does not know");
  return type;
}

}  // namespace plan::types
