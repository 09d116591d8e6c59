#include "types/type.h"

#include <algorithm>
#include <unordered_set>

#include "base/assert.h"
#include "base/work.h"
#include "types/text.h"

namespace plan::types {

namespace {

bool is_any(const TypePtr& type) { return type == nullptr || type->kind == TypeKind::any; }

std::shared_ptr<Type> fresh(TypeKind kind) {
  auto type = std::make_shared<Type>();
  type->kind = kind;
  switch (kind) {
    case TypeKind::string: case TypeKind::array: case TypeKind::hash: case TypeKind::collection: case TypeKind::tuple:
      type->min = 0;
      break;
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::boolean: case TypeKind::integer:
    case TypeKind::floating: case TypeKind::numeric: case TypeKind::enum_: case TypeKind::pattern: case TypeKind::regexp:
    case TypeKind::scalar: case TypeKind::scalar_data: case TypeKind::data: case TypeKind::rich_data:
    case TypeKind::iterable: case TypeKind::struct_: case TypeKind::optional: case TypeKind::not_undef:
    case TypeKind::variant: case TypeKind::sensitive: case TypeKind::type: case TypeKind::callable:
    case TypeKind::timespan: case TypeKind::timestamp: case TypeKind::semver: case TypeKind::semver_range:
    case TypeKind::binary: case TypeKind::catalog_entry: case TypeKind::resource: case TypeKind::class_:
    case TypeKind::process: case TypeKind::queue: case TypeKind::alias: case TypeKind::uri: case TypeKind::init:
    case TypeKind::iterator: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      break;
  }
  return type;
}

TypePtr sized(TypeKind kind, std::int64_t min, std::int64_t max) {
  auto type = fresh(kind);
  type->min = std::max<std::int64_t>(min, 0);
  type->max = std::max<std::int64_t>(max, 0);
  return type;
}

TypePtr wrapping(TypeKind kind, TypePtr inner) {
  auto type = fresh(kind);
  if (inner != nullptr) type->arguments.push_back(std::move(inner));
  return type;
}

std::vector<TypePtr> flattened(const std::vector<TypePtr>& types) {
  std::vector<TypePtr> out;
  for (const TypePtr& type : types) {
    const std::vector<TypePtr> parts = type->kind == TypeKind::variant ? type->arguments : std::vector<TypePtr>{type};
    for (const TypePtr& part : parts) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const TypePtr& other) { return equal(*other, *part); });
      if (!known) out.push_back(part);
    }
  }
  return out;
}

constexpr std::uint64_t kUnitsOfAString = 8;     // of work, to keep one among others

// In the order of their first appearance.
std::vector<std::string> unique(const std::vector<std::string>& strings) {
  Work::spend(strings.size() * kUnitsOfAString);
  std::vector<std::string> out;
  std::unordered_set<std::string_view> known;
  for (const std::string& string : strings) {
    if (known.insert(string).second) out.push_back(string);
  }
  return out;
}

}  // namespace

bool PlanLineage::is_a(std::string_view ancestor) const {
  for (const PlanLineage* plan = this; plan != nullptr; plan = plan->parent.get()) {
    if (plan->name == ancestor) return true;
  }
  return false;
}

const Type& Type::resolved() const {
  const Type* type = this;
  while (type->kind == TypeKind::alias) {      // it ends: an alias of itself alone is refused where aliases are read
    PLAN_ASSERT(type->target != nullptr);
    type = type->target.get();
  }
  return *type;
}

TypePtr element_type(const Type& array) {
  if (!array.arguments.empty()) return array.arguments[0];
  return array.max == 0 ? nullptr : make(TypeKind::any);
}

TypePtr key_type(const Type& hash) {
  if (!hash.arguments.empty()) return hash.arguments[0];
  return hash.max == 0 ? nullptr : make(TypeKind::any);
}

TypePtr value_type(const Type& hash) {
  if (hash.arguments.size() > 1) return hash.arguments[1];
  return hash.max == 0 ? nullptr : make(TypeKind::any);
}

const Type* argument(const Type& type) { return type.arguments.empty() ? nullptr : type.arguments[0].get(); }

SizeRange size_range(const Type& type) {
  if (type.kind == TypeKind::tuple && !type.bounded_min && !type.arguments.empty()) {
    const auto count = static_cast<std::int64_t>(type.arguments.size());
    return {count, count};
  }
  if (type.kind == TypeKind::struct_) {
    const auto required = std::count_if(type.members.begin(), type.members.end(), [](const StructMember& m) { return !m.optional; });
    return {required, static_cast<std::int64_t>(type.members.size())};
  }
  return {std::max<std::int64_t>(type.min, 0), type.max};
}

TypePtr make(TypeKind kind) {
  static const std::vector<TypePtr> all = [] {
    std::vector<TypePtr> types;
    for (int k = 0; k <= static_cast<int>(TypeKind::alias); ++k) types.push_back(fresh(static_cast<TypeKind>(k)));
    return types;
  }();
  return all[static_cast<std::size_t>(kind)];
}

TypePtr boolean_literal(bool value) {
  auto type = fresh(TypeKind::boolean);
  type->bounded_min = true;
  type->min = type->max = value ? 1 : 0;
  return type;
}

TypePtr floating(std::optional<double> min, std::optional<double> max) {
  auto type = fresh(TypeKind::floating);
  type->bounded_min = min.has_value();
  type->bounded_max = max.has_value();
  type->min_float = min.value_or(0);
  type->max_float = max.value_or(0);
  return type;
}

TypePtr integer(std::int64_t min, std::int64_t max) {
  auto type = fresh(TypeKind::integer);
  type->min = min;
  type->max = max;
  return type;
}

TypePtr string(std::int64_t min, std::int64_t max) { return sized(TypeKind::string, min, max); }

TypePtr collection(std::int64_t min, std::int64_t max) { return sized(TypeKind::collection, min, max); }

TypePtr string_literal(std::string value) {
  auto type = fresh(TypeKind::string);
  type->strings.push_back(std::move(value));
  return type;
}

TypePtr array(TypePtr element, std::int64_t min, std::int64_t max) {
  auto type = std::const_pointer_cast<Type>(sized(TypeKind::array, min, max));
  if (max != 0 && !is_any(element)) type->arguments.push_back(std::move(element));
  return type;
}

TypePtr hash(TypePtr key, TypePtr value, std::int64_t min, std::int64_t max) {
  auto type = std::const_pointer_cast<Type>(sized(TypeKind::hash, min, max));
  if (max != 0 && !(is_any(key) && is_any(value))) {
    type->arguments.push_back(key != nullptr ? std::move(key) : make(TypeKind::any));
    type->arguments.push_back(value != nullptr ? std::move(value) : make(TypeKind::any));
  }
  return type;
}

TypePtr tuple(std::vector<TypePtr> elements) {
  auto type = fresh(TypeKind::tuple);
  type->arguments = std::move(elements);
  return type;
}

TypePtr tuple(std::vector<TypePtr> elements, std::int64_t min, std::int64_t max) {
  auto type = std::const_pointer_cast<Type>(sized(TypeKind::tuple, min, max));
  type->bounded_min = true;
  type->arguments = std::move(elements);
  return type;
}

TypePtr struct_(std::vector<StructMember> members) {
  auto type = fresh(TypeKind::struct_);
  type->members = std::move(members);
  return type;
}

TypePtr optional(TypePtr type) { return wrapping(TypeKind::optional, std::move(type)); }

TypePtr not_undef(TypePtr type) { return wrapping(TypeKind::not_undef, is_any(type) ? nullptr : std::move(type)); }

TypePtr sensitive(TypePtr type) { return wrapping(TypeKind::sensitive, is_any(type) ? nullptr : generalize(type)); }

TypePtr variant(std::vector<TypePtr> types) {
  std::vector<TypePtr> flat = flattened(types);
  if (flat.size() == 1) return flat[0];
  auto type = fresh(TypeKind::variant);
  type->arguments = std::move(flat);
  return type;
}

TypePtr enumeration(const std::vector<std::string>& values, bool case_insensitive) {
  auto type = fresh(TypeKind::enum_);
  type->strings = unique(values);
  std::sort(type->strings.begin(), type->strings.end());
  type->case_insensitive = case_insensitive;
  return type;
}

TypePtr pattern(const std::vector<std::string>& sources) {
  auto type = fresh(TypeKind::pattern);
  type->strings = unique(sources);
  return type;
}

TypePtr regexp(std::string source) {
  auto type = fresh(TypeKind::regexp);
  type->strings.push_back(std::move(source));
  return type;
}

TypePtr type_of_type(TypePtr type) { return wrapping(TypeKind::type, std::move(type)); }

TypePtr process(PlanLineagePtr plan) {
  auto type = fresh(TypeKind::process);
  if (plan != nullptr) type->name = plan->name;
  type->plan = std::move(plan);
  return type;
}

std::shared_ptr<Type> alias(std::string name) {
  auto type = fresh(TypeKind::alias);
  type->name = std::move(name);
  return type;
}

Aliases::~Aliases() {
  for (const std::shared_ptr<Type>& alias : aliases_) alias->target.reset();
}

std::shared_ptr<Type> Aliases::add(std::string name) { return aliases_.emplace_back(alias(std::move(name))); }

const TypePtr& data_definition(TypeKind data_or_rich_data) {
  static const TypePtr data = variant({make(TypeKind::scalar_data), make(TypeKind::undef),
                                       hash(make(TypeKind::string), make(TypeKind::data)), array(make(TypeKind::data))});
  // A process, a queue and a resource are to plans what objects are to Puppet.
  static const TypePtr rich_data = variant({make(TypeKind::scalar), make(TypeKind::binary), make(TypeKind::sensitive),
                                            make(TypeKind::type), make(TypeKind::undef), make(TypeKind::default_),
                                            make(TypeKind::type_set), make(TypeKind::uri), make(TypeKind::object),
                                            make(TypeKind::process), make(TypeKind::queue), make(TypeKind::resource),
                                            hash(variant({make(TypeKind::string), make(TypeKind::numeric)}), make(TypeKind::rich_data)),
                                            array(make(TypeKind::rich_data))});
  PLAN_ASSERT(data_or_rich_data == TypeKind::data || data_or_rich_data == TypeKind::rich_data);
  return data_or_rich_data == TypeKind::data ? data : rich_data;
}

}  // namespace plan::types
