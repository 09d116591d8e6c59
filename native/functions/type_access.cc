// Types by name, and what `[]` makes of them: Integer[0, 5], Struct[{…}], Service['galera'].
#include <algorithm>
#include <array>
#include <cmath>

#include "functions/convert.h"
#include "functions/function.h"
#include "base/work.h"
#include "types/regex.h"
#include "types/text.h"
#include "types/uri.h"
#include "values/time.h"

namespace plan::functions {

namespace {

using types::Type;
using types::TypeKind;
using types::TypePtr;
using values::EvaluationError;
using values::Kind;
using values::Value;

struct Named {
  std::string_view name;
  TypeKind kind;
};

// Each pair of them may have to be compared.
constexpr std::size_t kMostVariants = 1000;

constexpr std::array kNamed = {
    Named{"Any", TypeKind::any}, Named{"Undef", TypeKind::undef}, Named{"Default", TypeKind::default_},
    Named{"Boolean", TypeKind::boolean}, Named{"Integer", TypeKind::integer}, Named{"Float", TypeKind::floating},
    Named{"Numeric", TypeKind::numeric}, Named{"String", TypeKind::string}, Named{"Enum", TypeKind::enum_},
    Named{"Pattern", TypeKind::pattern}, Named{"Regexp", TypeKind::regexp}, Named{"Scalar", TypeKind::scalar},
    Named{"ScalarData", TypeKind::scalar_data}, Named{"Data", TypeKind::data}, Named{"RichData", TypeKind::rich_data},
    Named{"Collection", TypeKind::collection}, Named{"Iterable", TypeKind::iterable}, Named{"Array", TypeKind::array},
    Named{"Tuple", TypeKind::tuple}, Named{"Hash", TypeKind::hash}, Named{"Struct", TypeKind::struct_},
    Named{"Optional", TypeKind::optional}, Named{"NotUndef", TypeKind::not_undef}, Named{"Variant", TypeKind::variant},
    Named{"Sensitive", TypeKind::sensitive}, Named{"Type", TypeKind::type}, Named{"Callable", TypeKind::callable},
    Named{"Timespan", TypeKind::timespan}, Named{"Timestamp", TypeKind::timestamp}, Named{"SemVer", TypeKind::semver},
    Named{"SemVerRange", TypeKind::semver_range}, Named{"Binary", TypeKind::binary}, Named{"URI", TypeKind::uri},
    Named{"Init", TypeKind::init}, Named{"Iterator", TypeKind::iterator}, Named{"Runtime", TypeKind::runtime},
    Named{"Object", TypeKind::object}, Named{"TypeSet", TypeKind::type_set},
    Named{"CatalogEntry", TypeKind::catalog_entry}, Named{"Resource", TypeKind::resource}, Named{"Class", TypeKind::class_},
};

std::vector<Value> flattened(std::span<const Value> keys) {
  std::vector<Value> out;
  for (const Value& key : keys) {
    if (!key.is(Kind::array)) {
      out.push_back(key);
      continue;
    }
    for (Value& inner : flattened(key.as_array())) out.push_back(std::move(inner));
  }
  return out;
}

std::string type_name(const Value& value) {
  if (value.is_undef()) return "Undef";
  return types::to_string(*types::generalize(values::infer(value)));
}

[[noreturn]] void wrong_count(const Type& base, std::string_view accepts, std::size_t actual) {
  const std::string label = values::with_article(types::to_string(base) + "-Type");
  std::string article = label;
  article[0] = static_cast<char>(article[0] - 'a' + 'A');
  throw EvaluationError("BAD_TYPE_SLICE_ARITY", article + "[] accepts " + std::string(accepts) + ". Got " + std::to_string(actual));
}

[[noreturn]] void wrong_argument(const Type& base, const Value& key, std::string_view expected) {
  throw EvaluationError("BAD_TYPE_SPECIALIZATION",
                        "Error creating type specialization of " + values::with_article(types::to_string(base) + "-Type") +
                            ", Cannot use " + type_name(key) + " where " + std::string(expected) + " is expected");
}

const TypePtr& as_type(const Type& base, const Value& key) {
  if (key.is(Kind::type)) return key.as_type();
  throw EvaluationError("BAD_TYPE_SLICE_TYPE", types::to_string(base) + "-Type[] arguments must be types. Got " + type_name(key));
}

bool is_bound(const Value& key) { return key.is(Kind::integer) || key.is(Kind::default_); }

struct Range {
  std::int64_t min;
  std::int64_t max;
};

Range integer_range(const Value& from, const Value& to, std::int64_t open_min) {
  const Range range{from.is(Kind::integer) ? from.as_integer() : open_min, to.is(Kind::integer) ? to.as_integer() : types::kMaxInteger};
  if (range.min > range.max) {
    throw EvaluationError("ARGUMENT_ERROR", "'from' must be less or equal to 'to'. Got (" + std::to_string(range.min) + ", " +
                                                std::to_string(range.max) + ")");
  }
  return range;
}

// The size of a collection or string: one or two bounds, or an Integer type.
Range size_range(std::span<const Value> keys) {
  if (keys.size() == 1 && keys[0].is(Kind::type) && keys[0].as_type()->kind == TypeKind::integer) {
    return {keys[0].as_type()->min, keys[0].as_type()->max};
  }
  for (const Value& key : keys) {
    if (is_bound(key)) continue;
    throw EvaluationError("BAD_COLLECTION_SLICE_TYPE",
                          "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default). Got " +
                              values::with_article(type_name(key)));
  }
  return integer_range(keys[0], keys.size() > 1 ? keys[1] : Value::default_(), 0);
}

TypePtr access_integer(std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 2) {
    throw EvaluationError("BAD_INTEGER_SLICE_ARITY",
                          "Integer-Type supports [] with one or two arguments (from, to). Got " + std::to_string(keys.size()));
  }
  for (const Value& key : keys) {
    if (is_bound(key)) continue;
    throw EvaluationError("BAD_INTEGER_SLICE_TYPE",
                          "Integer-Type [] requires all arguments to be integers (or default). Got " + type_name(key));
  }
  const Range range = integer_range(keys[0], keys.size() > 1 ? keys[1] : Value::default_(), types::kMinInteger);
  return types::integer(range.min, range.max);
}

std::optional<double> float_bound(const Value& key) {
  if (key.is(Kind::default_)) return std::nullopt;
  if (key.is(Kind::integer)) return static_cast<double>(key.as_integer());
  if (key.is(Kind::floating)) return key.as_float();
  throw EvaluationError("BAD_INTEGER_SLICE_TYPE", "Float-Type [] requires all arguments to be floats, or integers (or default). Got " + type_name(key));
}

TypePtr access_float(std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 2) {
    throw EvaluationError("BAD_INTEGER_SLICE_ARITY",
                          "Float-Type supports [] with one or two arguments (from, to). Got " + std::to_string(keys.size()));
  }
  const auto min = float_bound(keys[0]);
  const auto max = keys.size() > 1 ? float_bound(keys[1]) : std::nullopt;
  if (min && max && *min > *max) {
    throw EvaluationError("ARGUMENT_ERROR", "'from' must be less or equal to 'to'. Got (" + types::format_float(*min) + ", " +
                                                types::format_float(*max) + ")");
  }
  return types::floating(min, max);
}

TypePtr access_string(std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 2) {
    throw EvaluationError("BAD_STRING_SLICE_ARITY", "String supports [] with one or two arguments. Got " + std::to_string(keys.size()));
  }
  const Range range = size_range(keys);
  return types::string(range.min, range.max);
}

TypePtr access_enum(const Type& base, std::span<const Value> keys) {
  bool case_insensitive = false;
  if (!keys.empty() && keys.back().is(Kind::boolean)) {
    case_insensitive = keys.back().as_boolean();
    keys = keys.first(keys.size() - 1);
  }
  if (keys.empty()) wrong_count(base, "1 or more arguments", keys.size());
  std::vector<std::string> options;
  for (const Value& key : keys) {
    if (!key.is(Kind::string)) wrong_argument(base, key, "String");
    options.emplace_back(key.as_string());
  }
  return types::enumeration(std::move(options), case_insensitive);
}

std::string regexp_source(const Type& base, const Value& key) {
  std::string source;
  if (key.is(Kind::string)) {
    source = key.as_string();
  } else if (key.is(Kind::regexp)) {
    source = key.as_regexp();
  } else {
    wrong_argument(base, key, "String or Regexp");
  }
  try {
    static_cast<void>(types::Regex::of(source));
  } catch (const types::RegexError& error) {
    throw EvaluationError("ILLEGAL_REGEXP", error.what());
  }
  return source;
}

TypePtr access_pattern(const Type& base, std::span<const Value> keys) {
  if (keys.empty()) wrong_count(base, "1 or more arguments", 0);
  std::vector<std::string> sources;
  for (const Value& key : keys) {
    const bool types_of = key.is(Kind::type) && (key.as_type()->kind == TypeKind::pattern || key.as_type()->kind == TypeKind::regexp);
    if (types_of) {
      for (const std::string& source : key.as_type()->strings) sources.push_back(regexp_source(base, Value::string(source)));
    } else {
      sources.push_back(regexp_source(base, key));
    }
  }
  return types::pattern(std::move(sources));
}

std::vector<TypePtr> all_types(const Type& base, std::span<const Value> keys) {
  std::vector<TypePtr> out;
  for (const Value& key : keys) {
    if (!key.is(Kind::type)) wrong_argument(base, key, "Any-Type");
    out.push_back(key.as_type());
  }
  return out;
}

TypePtr access_array(const Type& base, std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 3) wrong_count(base, "1 to 3 arguments", keys.size());
  if (!keys[0].is(Kind::type) && keys.size() == 2) {
    const Range range = size_range(keys);
    return types::array(nullptr, range.min, range.max);
  }
  const TypePtr element = as_type(base, keys[0]);
  if (keys.size() == 1) return types::array(element);
  const Range range = size_range(keys.subspan(1));
  return types::array(element, range.min, range.max);
}

TypePtr access_hash(const Type& base, std::span<const Value> keys) {
  if (keys.size() == 2 && keys[0].is(Kind::integer) && keys[1].is(Kind::integer)) {
    const Range range = size_range(keys);
    return types::hash(nullptr, nullptr, range.min, range.max);
  }
  if (keys.size() < 2 || keys.size() > 4) wrong_count(base, "2 to 4 arguments", keys.size());
  const TypePtr key = as_type(base, keys[0]);
  const TypePtr value = as_type(base, keys[1]);
  if (keys.size() == 2) return types::hash(key, value);
  const Range range = size_range(keys.subspan(2));
  return types::hash(key, value, range.min, range.max);
}

TypePtr access_tuple(const Type& base, std::span<const Value> keys) {
  std::size_t bounds = 0;
  while (bounds < 2 && bounds < keys.size() && is_bound(keys[keys.size() - 1 - bounds])) ++bounds;
  const auto elements = keys.first(keys.size() - bounds);
  if (elements.empty()) wrong_count(base, "1 or more arguments", elements.size());
  std::vector<TypePtr> types = all_types(base, elements);
  if (bounds == 0) return types::tuple(std::move(types));
  const Range range = size_range(keys.last(bounds));
  return types::tuple(std::move(types), range.min, range.max);
}

// What stands where a type is asked for: a type, a text as the name of a class of Ruby, any other value as its type.
TypePtr type_meant(const Value& value) {
  if (value.is(Kind::type)) return value.as_type();
  if (!value.is(Kind::string)) return types::generalize(values::infer(value));
  auto type = std::make_shared<Type>(*types::make(TypeKind::runtime));
  type->name = "ruby";
  type->title = value.as_string();
  return type;
}

struct MemberKey {
  std::string name;
  bool optional = false;
  bool required = false;
};

std::optional<MemberKey> member_key(const Value& key) {
  if (key.is(Kind::string)) return MemberKey{std::string(key.as_string()), false, false};
  if (!key.is(Kind::type)) return std::nullopt;
  const Type* type = key.as_type().get();
  MemberKey member;
  if (type->kind == TypeKind::optional || type->kind == TypeKind::not_undef) {
    member.optional = type->kind == TypeKind::optional;
    member.required = !member.optional;
    type = types::argument(*type);
  }
  const bool named = type != nullptr && (type->is_literal() || (type->kind == TypeKind::enum_ && type->strings.size() == 1));
  if (!named) return std::nullopt;
  member.name = type->strings[0];
  return member;
}

TypePtr access_struct(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  if (!keys[0].is(Kind::hash)) wrong_argument(base, keys[0], "Hash");
  std::vector<types::StructMember> members;
  for (const values::HashEntry& entry : keys[0].as_hash().entries) {
    const auto key = member_key(entry.key);
    if (!key) throw EvaluationError("ARGUMENT_ERROR", "Illegal Struct member key type. Expected NotUndef, Optional, String, or Enum. Got: " + values::inspect(entry.key));
    if (key->name.empty()) throw EvaluationError("ARGUMENT_ERROR", "Struct element key cannot be an empty String");
    const TypePtr type = type_meant(entry.value);
    members.push_back({key->name, type, key->optional || (!key->required && types::accepts_undef(*type))});
  }
  return types::struct_(std::move(members));
}

// Optional['x'] and NotUndef['x'] take a literal too.
TypePtr wrapped(const Type& base, std::span<const Value> keys, bool literals) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  if (literals && keys[0].is(Kind::string)) return types::string_literal(std::string(keys[0].as_string()));
  if (base.kind == TypeKind::not_undef && !keys[0].is(Kind::type)) {
    throw EvaluationError("BAD_NOT_UNDEF_SLICE_TYPE", "NotUndef-Type[] argument must be a Type or a String. Got " + type_name(keys[0]));
  }
  return as_type(base, keys[0]);
}

TypePtr with_argument(const Type& base, TypePtr inner) {
  auto type = std::make_shared<Type>(base);
  type->arguments = {std::move(inner)};
  return type;
}

std::int64_t moment_bound(const Type& base, const Value& key) {
  const bool span = base.kind == TypeKind::timespan;
  if (key.is(span ? Kind::timespan : Kind::timestamp)) return key.as_nanoseconds();
  std::optional<std::int64_t> bound;
  if (key.is(Kind::string)) bound = span ? values::parse_timespan(key.as_string()) : values::parse_timestamp(key.as_string());
  if (key.is(Kind::integer) && std::abs(key.as_integer()) <= 9'000'000'000) bound = key.as_integer() * 1'000'000'000;
  if (key.is(Kind::floating) && std::abs(key.as_float()) <= 9e9) bound = static_cast<std::int64_t>(key.as_float() * 1e9);
  if (!bound && key.is(Kind::string)) throw EvaluationError("ARGUMENT_ERROR", "Unable to parse '" + std::string(key.as_string()) + "' as a " + types::to_string(base));
  if (!bound) wrong_argument(base, key, types::to_string(base));
  return *bound;
}

TypePtr access_moment(const Type& base, std::span<const Value> keys) {
  if (keys.size() > 2) wrong_count(base, "0 to 2 arguments", keys.size());
  auto type = std::make_shared<Type>(base);
  if (!keys.empty() && !keys[0].is(Kind::default_)) type->min = moment_bound(base, keys[0]);
  if (keys.size() > 1 && !keys[1].is(Kind::default_)) type->max = moment_bound(base, keys[1]);
  if (type->min > type->max) throw EvaluationError("ARGUMENT_ERROR", "'from' must be less or equal to 'to' in " + types::to_string(*type));
  return type;
}

TypePtr access_semver(const Type& base, std::span<const Value> keys) {
  if (keys.empty()) wrong_count(base, "1 or more arguments", 0);
  auto type = std::make_shared<Type>(base);
  for (const Value& key : keys) {
    if (!key.is(Kind::string) && !key.is(Kind::semver_range)) wrong_argument(base, key, "String or SemVerRange");
    type->strings.push_back(key.is(Kind::string) ? Value::semver_range(std::string(key.as_string())).as_version() : key.as_version());
  }
  return type;
}

TypePtr access_boolean(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  if (!keys[0].is(Kind::boolean)) wrong_argument(base, keys[0], "Boolean");
  return types::boolean_literal(keys[0].as_boolean());
}

bool is_callable(const Value& key) {
  if (!key.is(Kind::type)) return false;
  const Type& type = key.as_type()->resolved();
  const Type& inner = type.kind == TypeKind::optional && !type.arguments.empty() ? type.arguments[0]->resolved() : type;
  return inner.kind == TypeKind::callable;
}

// Types of parameters, how many of them, a block; and with [these] in front what it gives.
TypePtr access_callable(const Type& base, std::span<const Value> keys) {
  if (keys.empty()) wrong_count(base, "1 or more arguments", 0);
  TypePtr result = types::make(TypeKind::any);
  if (keys.size() == 2 && keys[0].is(Kind::array)) {
    result = as_type(base, keys[1]);
    keys = keys[0].as_array();
  }
  TypePtr block = types::make(TypeKind::undef);
  if (!keys.empty() && is_callable(keys.back())) {
    block = keys.back().as_type();
    keys = keys.first(keys.size() - 1);
  }
  std::size_t bounds = 0;
  while (bounds < 2 && bounds < keys.size() && is_bound(keys[keys.size() - 1 - bounds])) ++bounds;
  std::vector<TypePtr> parameters;
  for (const Value& key : keys.first(keys.size() - bounds)) parameters.push_back(type_meant(key));
  auto type = std::make_shared<Type>(base);
  TypePtr tuple = types::tuple(parameters);
  if (bounds > 0) {
    const Range range = size_range(keys.last(bounds));
    tuple = types::tuple(std::move(parameters), range.min, range.max);
  } else if (parameters.empty()) {
    tuple = types::tuple({}, 0, 0);
  }
  type->arguments = {std::move(tuple), std::move(block), std::move(result)};
  return type;
}

TypePtr access_collection(const Type& base, std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 2) wrong_count(base, "1 to 2 arguments", keys.size());
  const Range range = size_range(keys);
  return types::collection(range.min, range.max);
}

TypePtr access_variant(const Type& base, std::span<const Value> keys) {
  if (keys.empty()) wrong_count(base, "1 or more arguments", 0);
  std::vector<TypePtr> parts = all_types(base, keys);
  std::size_t count = 0;
  for (const TypePtr& part : parts) count += part->kind == TypeKind::variant ? part->arguments.size() : 1;
  if (count > kMostVariants) throw EvaluationError("LIMIT_SIZE", "a Variant has at most " + std::to_string(kMostVariants) + " types");
  return types::variant(std::move(parts));
}

TypePtr access_regexp(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  if (keys[0].is(Kind::string)) return types::regexp(std::string(keys[0].as_string()));   // read when something is matched
  return types::regexp(regexp_source(base, keys[0]));
}

TypePtr access_wrapper(const TypePtr& base, std::span<const Value> keys) {
  if (base->kind == TypeKind::optional) return types::optional(wrapped(*base, keys, true));
  if (base->kind == TypeKind::not_undef) return keys.empty() ? base : types::not_undef(wrapped(*base, keys, true));
  if (base->kind == TypeKind::sensitive) return types::sensitive(wrapped(*base, keys, false));
  if (base->kind == TypeKind::type) return types::type_of_type(wrapped(*base, keys, false));
  return with_argument(*base, wrapped(*base, keys, false));   // iterable, iterator, queue
}

TypePtr reference_type(const TypePtr& base, std::span<const Value> keys) {
  if (keys.size() != 1 || !keys[0].is(Kind::string)) wrong_count(*base, "a title", keys.size());
  auto type = std::make_shared<Type>(*base);
  type->title = keys[0].as_string();
  return type;
}

// A part of a URI that is asked for: its text, what must match it, or a type.
std::optional<TypePtr> uri_part_type(std::string_view name, const Value& part) {
  if (name == "port" && part.is(Kind::integer) && part.as_integer() >= 0) return types::integer(part.as_integer(), part.as_integer());
  if (name != "port" && part.is(Kind::string) && !part.as_string().empty()) return types::string_literal(std::string(part.as_string()));
  if (name != "port" && part.is(Kind::regexp)) return types::regexp(part.as_regexp());
  if (!part.is(Kind::type)) return std::nullopt;
  const bool fitting = part.as_type()->kind == TypeKind::undef || !types::accepts_undef(*part.as_type());
  return fitting ? std::optional(part.as_type()) : std::nullopt;
}

TypePtr access_uri(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  if (keys[0].is(Kind::string) && !keys[0].as_string().empty()) return values::infer(Value::uri(std::string(keys[0].as_string())));
  if (!keys[0].is(Kind::hash)) return as_type(base, keys[0]);
  auto type = std::make_shared<Type>(base);
  for (const values::HashEntry& entry : keys[0].as_hash().entries) {
    const std::string name = values::to_string(entry.key);
    const auto part = types::Uri::has_part(name) ? uri_part_type(name, entry.value) : std::nullopt;
    if (!part) return as_type(base, keys[0]);   // raises
    type->members.push_back({name, *part, false});
  }
  return type;
}

TypePtr access_runtime(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 2) wrong_count(base, "1 to 2 arguments", keys.size());
  for (const Value& key : keys) {
    if (!key.is(Kind::string)) wrong_argument(base, key, "String or String");
  }
  auto type = std::make_shared<Type>(base);
  type->name = keys[0].as_string();
  type->title = keys[1].as_string();
  return type;
}

TypePtr access_init(const Type& base, std::span<const Value> keys) {
  if (keys.size() != 1) wrong_count(base, "1 argument", keys.size());
  const TypePtr made = as_type(base, keys[0]);
  auto type = std::make_shared<Type>(base);
  type->arguments = {made, initializers(made)};
  return type;
}

[[noreturn]] void not_specializable(const Type& base) {
  throw EvaluationError("OPERATOR_NOT_APPLICABLE",
                        "Operator '[]' is not applicable to " + values::with_article(types::to_string(base) + "-Type") + ".");
}

}  // namespace

TypePtr builtin_type(std::string_view name) {
  const auto found = std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& named) { return named.name == name; });
  return found == kNamed.end() ? nullptr : types::make(found->kind);
}

bool is_resource_type(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "Class", "Component", "Exec", "File", "Filebucket", "Group", "Notify", "Package", "Resources", "Schedule",
      "Service", "Stage", "Tidy", "User"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

namespace {

// What types hold can be shared, so that this may take far more than there are types: it is counted.
bool is_deeper(const types::Type& type, std::uint32_t depth) {
  Work::spend(1);
  if (depth == 0) return true;
  const auto deeper = [depth](const TypePtr& inner) { return is_deeper(*inner, depth - 1); };
  return std::any_of(type.arguments.begin(), type.arguments.end(), deeper) ||
         std::any_of(type.members.begin(), type.members.end(), [&](const types::StructMember& member) { return deeper(member.type); });
}

TypePtr with_parameters(const TypePtr& base, std::span<const Value> parameters) {
  if (base->kind == TypeKind::struct_) return access_struct(*base, parameters);
  if (base->kind == TypeKind::callable) return access_callable(*base, parameters);
  const std::vector<Value> keys = flattened(parameters);
  switch (base->kind) {
    case TypeKind::boolean: return access_boolean(*base, keys);
    case TypeKind::integer: return access_integer(keys);
    case TypeKind::floating: return access_float(keys);
    case TypeKind::string: return access_string(keys);
    case TypeKind::enum_: return access_enum(*base, keys);
    case TypeKind::pattern: return access_pattern(*base, keys);
    case TypeKind::regexp: return access_regexp(*base, keys);
    case TypeKind::collection: return access_collection(*base, keys);
    case TypeKind::array: return access_array(*base, keys);
    case TypeKind::tuple: return access_tuple(*base, keys);
    case TypeKind::hash: return access_hash(*base, keys);
    case TypeKind::variant: return access_variant(*base, keys);
    case TypeKind::optional: case TypeKind::not_undef: case TypeKind::sensitive: case TypeKind::type: case TypeKind::iterable:
    case TypeKind::queue: case TypeKind::iterator:
      return access_wrapper(base, keys);
    case TypeKind::timespan: case TypeKind::timestamp: return access_moment(*base, keys);
    case TypeKind::semver: return access_semver(*base, keys);
    case TypeKind::uri: return access_uri(*base, keys);
    case TypeKind::init: return access_init(*base, keys);
    case TypeKind::runtime: return access_runtime(*base, keys);
    case TypeKind::resource: case TypeKind::class_: return reference_type(base, keys);
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::numeric: case TypeKind::scalar:
    case TypeKind::scalar_data: case TypeKind::data: case TypeKind::rich_data: case TypeKind::struct_:
    case TypeKind::callable: case TypeKind::semver_range: case TypeKind::binary: case TypeKind::catalog_entry:
    case TypeKind::process: case TypeKind::alias: case TypeKind::object: case TypeKind::type_set:
      break;
  }
  not_specializable(*base);
}

}  // namespace

TypePtr parameterize(const TypePtr& base, std::span<const Value> parameters) {
  TypePtr type = with_parameters(base, parameters);
  if (is_deeper(*type, values::kMaxNesting)) {
    throw EvaluationError("NESTING_LIMIT", "types are nested deeper than " + std::to_string(values::kMaxNesting) + " (limit 'nesting')");
  }
  return type;
}

Value reference(const TypePtr& base, std::span<const Value> titles) {
  PLAN_ASSERT(base->kind == TypeKind::resource || base->kind == TypeKind::class_);
  std::string name = base->kind == TypeKind::class_ ? "Class" : base->name;
  if (name.empty()) {
    if (titles.empty()) wrong_count(*base, "1 or more arguments", 0);
    const bool type_given = titles[0].is(Kind::type) && titles[0].as_type()->kind == TypeKind::resource;
    if (!type_given && !titles[0].is(Kind::string)) wrong_argument(*base, titles[0], "a resource type");
    name = type_given ? titles[0].as_type()->name : std::string(titles[0].as_string());
    titles = titles.subspan(1);
    if (titles.empty()) {   // Resource['file'] is File
      auto type = std::make_shared<Type>(*base);
      type->name = types::capitalize_segments(name);
      return Value::type(std::move(type));
    }
  }
  const std::vector<Value> keys = flattened(titles);
  if (keys.empty()) wrong_count(*base, "1 or more arguments", 0);
  std::vector<Value> out;
  for (const Value& key : keys) {
    if (!key.is(Kind::string)) wrong_argument(*base, key, "a resource title String");
    std::string title(key.as_string());
    if (name == "Class") title = types::ascii_downcase(title.starts_with("::") ? title.substr(2) : title);
    out.push_back(Value::resource(types::capitalize_segments(name), std::move(title), Value::undef()));
  }
  const bool several = titles.size() > 1 || titles[0].is(Kind::array);
  return several ? Value::array(std::move(out)) : out[0];
}

}  // namespace plan::functions
