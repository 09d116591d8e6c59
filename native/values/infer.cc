// The types of values.
#include <algorithm>

#include "base/work.h"
#include "types/uri.h"
#include "values/value.h"

namespace plan::values {

namespace {

using types::TypeKind;
using types::TypePtr;

constexpr std::uint64_t kMakingAType = 8;

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

TypePtr ranged(TypeKind kind, std::int64_t at) {
  auto type = std::make_shared<types::Type>(*types::make(kind));
  type->min = type->max = at;
  return type;
}

TypePtr resource_type(const ResourceObject& resource) {
  const bool is_class = resource.type == "Class";
  auto type = std::make_shared<types::Type>(*types::make(is_class ? TypeKind::class_ : TypeKind::resource));
  if (!is_class) type->name = resource.type;
  type->title = resource.title;
  return type;
}

// All but collections and Sensitive.
TypePtr infer_scalar(const Value& value) {
  switch (value.kind()) {
    case Kind::undef: return types::make(TypeKind::undef);
    case Kind::default_: return types::make(TypeKind::default_);
    case Kind::boolean: return types::boolean_literal(value.as_boolean());
    case Kind::integer: return types::integer(value.as_integer(), value.as_integer());
    case Kind::floating: return types::floating(value.as_float(), value.as_float());
    case Kind::string: return types::string_literal(std::string(value.as_string()));
    case Kind::regexp: return types::regexp(value.as_regexp());
    case Kind::type: return types::type_of_type(value.as_type());
    case Kind::timespan: return ranged(TypeKind::timespan, value.as_nanoseconds());
    case Kind::timestamp: return ranged(TypeKind::timestamp, value.as_nanoseconds());
    case Kind::semver: return types::make(TypeKind::semver);
    case Kind::semver_range: return types::make(TypeKind::semver_range);
    case Kind::uri: return types::uri_type(*types::Uri::parse(value.as_uri()));
    case Kind::binary: return types::make(TypeKind::binary);
    case Kind::process: return types::process(value.as_process().plan);
    case Kind::queue: return types::make(TypeKind::queue);
    case Kind::resource:   // a mere reference is a type, as in Puppet
      if (value.as_resource().parameters.is_undef()) return types::type_of_type(resource_type(value.as_resource()));
      return resource_type(value.as_resource());
    case Kind::array: case Kind::hash: case Kind::sensitive: break;
  }
  PLAN_ASSERT(false && "inferred by the caller");
  return nullptr;
}

// The common type of values. Strings that follow one another are put together at once: one by one, each would copy the
// Enum of all before it.
class Common {
 public:
  void add(const Value& value) {
    if (value.is(Kind::string)) {
      strings_.emplace_back(value.as_string());
      return;
    }
    add_strings();
    type_ = types::common(type_, infer(value));
  }

  TypePtr type() {
    add_strings();
    return std::move(type_);
  }

 private:
  void add_strings() {
    if (strings_.empty()) return;
    const bool alike = std::all_of(strings_.begin(), strings_.end(), [&](const std::string& one) { return one == strings_[0]; });
    type_ = types::common(type_, alike ? types::string_literal(strings_[0]) : types::enumeration(strings_));
    strings_.clear();
  }

  TypePtr type_;
  std::vector<std::string> strings_;
};

TypePtr infer_hash(const HashObject& hash) {
  Common key;
  Common value;
  for (const HashEntry& entry : hash.entries) {
    key.add(entry.key);
    value.add(entry.value);
  }
  return types::hash(key.type(), value.type(), count(hash.size()), count(hash.size()));
}

TypePtr infer_array(std::span<const Value> items) {
  Common element;
  for (const Value& item : items) element.add(item);
  return types::array(element.type(), count(items.size()), count(items.size()));
}

TypePtr detailed_hash(const HashObject& hash) {
  const bool named = std::all_of(hash.entries.begin(), hash.entries.end(),
                                 [](const HashEntry& e) { return e.key.is(Kind::string) && !e.key.as_string().empty(); });
  if (named) {
    std::vector<types::StructMember> members;
    for (const HashEntry& entry : hash.entries) members.push_back({std::string(entry.key.as_string()), infer_detailed(entry.value), false});
    return types::struct_(std::move(members));
  }
  std::vector<TypePtr> keys;
  std::vector<TypePtr> values;
  for (const HashEntry& entry : hash.entries) {
    keys.push_back(infer_detailed(entry.key));
    values.push_back(infer_detailed(entry.value));
  }
  return types::hash(types::variant(std::move(keys)), types::variant(std::move(values)), count(hash.size()), count(hash.size()));
}

}  // namespace

TypePtr infer(const Value& value) {
  Work::spend(kMakingAType);
  if (value.is(Kind::array)) return infer_array(value.as_array());
  if (value.is(Kind::hash)) return infer_hash(value.as_hash());
  if (value.is(Kind::sensitive)) return types::sensitive(infer(value.as_sensitive()));
  return infer_scalar(value);
}

TypePtr infer_detailed(const Value& value) {
  Work::spend(kMakingAType);
  if (value.is(Kind::array) && !value.as_array().empty()) {
    std::vector<TypePtr> elements;
    for (const Value& item : value.as_array()) elements.push_back(infer_detailed(item));
    return types::tuple(std::move(elements));
  }
  if (value.is(Kind::semver)) {
    auto type = std::make_shared<types::Type>(*types::make(TypeKind::semver));
    type->strings = {value.as_version() + " - " + value.as_version()};
    return type;
  }
  if (value.is(Kind::hash) && value.as_hash().size() > 0) return detailed_hash(value.as_hash());
  return infer(value);
}

}  // namespace plan::values
