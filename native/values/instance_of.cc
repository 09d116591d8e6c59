// Is a value an instance of a type? Values are finite, so this ends by itself, but for an alias that leads to itself
// without going down a level: the aliases that are being asked about one value are remembered.
#include <algorithm>

#include "base/work.h"
#include "types/regex.h"
#include "types/semver.h"
#include "types/text.h"
#include "types/uri.h"
#include "values/value.h"

namespace plan::values {

namespace {

using types::Type;
using types::TypeKind;

struct Asking {
  const Type* alias;
  const Value* value;
  const Asking* outer;
};

bool is_instance(const Type& type, const Value& value, const Asking* asking);

bool in_range(std::size_t size, std::int64_t min, std::int64_t max) {
  const auto count = static_cast<std::int64_t>(size);
  return min <= count && count <= max;
}

bool all_are(const Type* type, std::span<const Value> items, const Asking* asking) {
  return type == nullptr || std::all_of(items.begin(), items.end(), [&](const Value& item) { return is_instance(*type, item, asking); });
}

bool is_string(const Type& type, std::string_view text) {
  if (type.is_literal()) return type.strings[0] == text;
  if (!type.has_size()) return true;
  const std::int64_t length = types::utf8_length(text);
  return type.min <= length && length <= type.max;
}

bool is_enum(const Type& type, std::string_view text) {
  Work::spend(type.strings.size() / 4);
  return std::any_of(type.strings.begin(), type.strings.end(), [&](const std::string& option) {
    return type.case_insensitive ? types::equal_ignoring_case(option, text) : option == text;
  });
}

bool is_pattern(const Type& type, std::string_view text) {
  try {
    return type.strings.empty() || std::any_of(type.strings.begin(), type.strings.end(), [&](const std::string& source) {
      return types::Regex::of(source)->matches(text);
    });
  } catch (const types::RegexError& error) {   // too much work
    throw EvaluationError("ILLEGAL_REGEXP", error.what());
  }
}

bool is_tuple(const Type& type, std::span<const Value> items, const Asking* asking) {
  const types::SizeRange size = types::size_range(type);
  if (!in_range(items.size(), size.min, size.max)) return false;
  if (type.arguments.empty()) return true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t element = std::min(i, type.arguments.size() - 1);
    if (!is_instance(*type.arguments[element], items[i], asking)) return false;
  }
  return true;
}

bool is_hash(const Type& type, const HashObject& hash, const Asking* asking) {
  if (!in_range(hash.size(), type.min, type.max)) return false;
  if (type.arguments.empty()) return true;
  return std::all_of(hash.entries.begin(), hash.entries.end(), [&](const HashEntry& entry) {
    return is_instance(*type.arguments[0], entry.key, asking) && is_instance(*type.arguments[1], entry.value, asking);
  });
}

bool is_struct(const Type& type, const HashObject& hash, const Asking* asking) {
  std::size_t matched = 0;
  for (const types::StructMember& member : type.members) {
    const Value* value = hash.find(member.name);
    if (value == nullptr) {
      if (!member.optional) return false;
      continue;
    }
    ++matched;
    if (!is_instance(*member.type, *value, asking)) return false;
  }
  return matched == hash.size();
}

bool is_numeric_value(const Value& value) { return value.is(Kind::integer) || value.is(Kind::floating); }

bool is_scalar_data_value(const Value& value) {
  return is_numeric_value(value) || value.is(Kind::string) || value.is(Kind::boolean);
}

bool is_scalar_value(const Value& value) {
  return is_scalar_data_value(value) || value.is(Kind::regexp) || value.is(Kind::timespan) || value.is(Kind::timestamp) ||
         value.is(Kind::semver) || value.is(Kind::semver_range);
}

bool is_data(const Value& value) {
  Work::spend(1);
  if (is_scalar_data_value(value) || value.is_undef()) return true;
  if (value.is(Kind::array)) return std::all_of(value.as_array().begin(), value.as_array().end(), is_data);
  if (!value.is(Kind::hash)) return false;
  const auto& entries = value.as_hash().entries;
  return std::all_of(entries.begin(), entries.end(), [](const HashEntry& e) { return e.key.is(Kind::string) && is_data(e.value); });
}

bool is_rich_data(const Value& value) {
  Work::spend(1);
  if (value.is(Kind::array)) return std::all_of(value.as_array().begin(), value.as_array().end(), is_rich_data);
  if (!value.is(Kind::hash)) return true;
  const auto& entries = value.as_hash().entries;
  return std::all_of(entries.begin(), entries.end(), [](const HashEntry& e) {
    return (e.key.is(Kind::string) || is_numeric_value(e.key)) && is_rich_data(e.value);
  });
}

bool is_float(const Type& type, double value) {
  return (!type.bounded_min || type.min_float <= value) && (!type.bounded_max || value <= type.max_float);
}

bool is_iterable(const Type& type, const Value& value) {
  if (value.is(Kind::integer) && type.arguments.empty() && value.as_integer() < 0) return false;
  return types::assignable(type, *infer(value));
}

bool is_process(const Type& type, const ProcessObject& process) {
  return type.name.empty() || (process.plan != nullptr && process.plan->is_a(type.name));
}

bool is_type(const Type& type, const Value& value) {
  const Type* inner = types::argument(type);
  if (value.is(Kind::type)) return inner == nullptr || types::assignable(*inner, *value.as_type());
  const bool reference = value.is(Kind::resource) && value.as_resource().parameters.is_undef();
  return reference && (inner == nullptr || types::assignable(type, *infer(value)));
}

bool is_resource(const Type& type, const Value& value) {
  if (!value.is(Kind::resource)) return false;
  const ResourceObject& resource = value.as_resource();
  return type.name.empty() || (types::equal_ignoring_case(type.name, resource.type) && (type.title.empty() || type.title == resource.title));
}

bool is_semver(const Type& type, const std::string& version) {
  return type.strings.empty() || std::any_of(type.strings.begin(), type.strings.end(), [&](const std::string& range) {
    const auto parsed = types::SemverRange::parse(range);
    return parsed.has_value() && parsed->includes(*types::Semver::parse(version));
  });
}

// All parts are there to be asked for, the missing ones as undef.
bool is_uri(const Type& type, const Value& value) {
  Type parts;
  parts.kind = TypeKind::uri;
  const auto uri = types::Uri::parse(value.as_uri());
  for (const std::string_view name : types::Uri::kParts) parts.members.push_back({std::string(name), uri->part(name), false});
  return types::assignable(type, parts);
}

// Data and RichData go down with the value, so only named aliases need the guard.
bool is_aliased(const Type& alias, const Value& value, const Asking* asking) {
  for (const Asking* outer = asking; outer != nullptr && outer->value == &value; outer = outer->outer) {
    if (outer->alias == &alias) return false;
  }
  PLAN_ASSERT(alias.target != nullptr);
  const Asking here{&alias, &value, asking};
  return is_instance(*alias.target, value, &here);
}

bool is_instance(const Type& type, const Value& value, const Asking* asking) {
  Work::spend(1);
  switch (type.kind) {
    case TypeKind::any: return true;
    case TypeKind::undef: return value.is_undef();
    case TypeKind::default_: return value.is(Kind::default_);
    case TypeKind::boolean: return value.is(Kind::boolean) && (!type.bounded_min || (type.min != 0) == value.as_boolean());
    case TypeKind::integer: return value.is(Kind::integer) && type.min <= value.as_integer() && value.as_integer() <= type.max;
    case TypeKind::floating: return value.is(Kind::floating) && is_float(type, value.as_float());
    case TypeKind::numeric: return is_numeric_value(value);
    case TypeKind::string: return value.is(Kind::string) && is_string(type, value.as_string());
    case TypeKind::enum_: return value.is(Kind::string) && is_enum(type, value.as_string());
    case TypeKind::pattern: return value.is(Kind::string) && is_pattern(type, value.as_string());
    case TypeKind::regexp: return value.is(Kind::regexp) && (type.strings.empty() || type.strings[0] == value.as_regexp());
    case TypeKind::scalar: return is_scalar_value(value);
    case TypeKind::scalar_data: return is_scalar_data_value(value);
    case TypeKind::data: return is_data(value);
    case TypeKind::rich_data: return is_rich_data(value);
    case TypeKind::collection:
      if (value.is(Kind::array)) return in_range(value.as_array().size(), type.min, type.max);
      return value.is(Kind::hash) && in_range(value.as_hash().size(), type.min, type.max);
    case TypeKind::iterable: return is_iterable(type, value);
    case TypeKind::array:
      return value.is(Kind::array) && in_range(value.as_array().size(), type.min, type.max) &&
             all_are(types::argument(type), value.as_array(), asking);
    case TypeKind::tuple: return value.is(Kind::array) && is_tuple(type, value.as_array(), asking);
    case TypeKind::hash: return value.is(Kind::hash) && is_hash(type, value.as_hash(), asking);
    case TypeKind::struct_: return value.is(Kind::hash) && is_struct(type, value.as_hash(), asking);
    case TypeKind::optional:
      return value.is_undef() || (!type.arguments.empty() && is_instance(*type.arguments[0], value, asking));
    case TypeKind::not_undef:
      return !value.is_undef() && (type.arguments.empty() || is_instance(*type.arguments[0], value, asking));
    case TypeKind::variant:
      return std::any_of(type.arguments.begin(), type.arguments.end(),
                         [&](const types::TypePtr& option) { return is_instance(*option, value, asking); });
    case TypeKind::sensitive:
      return value.is(Kind::sensitive) && (type.arguments.empty() || is_instance(*type.arguments[0], value.as_sensitive(), asking));
    case TypeKind::type: return is_type(type, value);
    case TypeKind::callable: return false;
    case TypeKind::timespan: case TypeKind::timestamp:
      return value.is(type.kind == TypeKind::timespan ? Kind::timespan : Kind::timestamp) && type.min <= value.as_nanoseconds() &&
             value.as_nanoseconds() <= type.max;
    case TypeKind::semver: return value.is(Kind::semver) && is_semver(type, value.as_version());
    case TypeKind::semver_range: return value.is(Kind::semver_range);
    case TypeKind::binary: return value.is(Kind::binary);
    case TypeKind::uri: return value.is(Kind::uri) && is_uri(type, value);
    case TypeKind::init: return is_instance(*(type.arguments.empty() ? types::make(TypeKind::rich_data) : type.arguments[1]), value, asking);
    case TypeKind::iterator: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set: return false;
    case TypeKind::catalog_entry: return value.is(Kind::resource);
    case TypeKind::resource: return is_resource(type, value);
    case TypeKind::class_: return is_resource(type, value);
    case TypeKind::process: return value.is(Kind::process) && is_process(type, value.as_process());
    case TypeKind::queue: return value.is(Kind::queue);
    case TypeKind::alias: return is_aliased(type, value, asking);
  }
  return false;
}

}  // namespace

bool instance_of(const types::Type& type, const Value& value) { return is_instance(type, value, nullptr); }

}  // namespace plan::values
