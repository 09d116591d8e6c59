// Why a value is not of a type: goes down to the place that does not fit.
#include <algorithm>

#include "types/text.h"
#include "values/value.h"

namespace plan::values {

namespace {

using types::Type;
using types::TypeKind;

std::string counted(std::int64_t min, std::int64_t max, std::size_t actual) {
  std::string wanted;
  if (min == max) {
    wanted = std::to_string(min);
  } else if (max == types::kMaxInteger) {
    wanted = "at least " + std::to_string(min);
  } else if (min <= 0) {
    wanted = "at most " + std::to_string(max);
  } else {
    wanted = "between " + std::to_string(min) + " and " + std::to_string(max);
  }
  return "expects size to be " + wanted + ", got " + std::to_string(actual);
}

std::string generalized(const Value& value) { return types::to_string(*types::generalize(infer(value))); }

// What the value is called: by its general type, or more closely where that is what is expected.
std::string actual_name(const Type& type, const Value& value) {
  const std::string general = generalized(value);
  const std::string wanted = types::to_string(*types::generalize(std::make_shared<Type>(type)));
  if (general == wanted && !value.is(Kind::string)) return types::to_string(*infer(value));
  return general;
}

// Puppet does not show strings: they may be secrets. The enumeration or pattern they miss is shown.
std::string plainly(const Type& type, const Value& value) {
  if (type.kind == TypeKind::enum_ && value.is(Kind::string)) {
    return "expects a match for " + types::to_string(type) + ", got " + types::quote(value.as_string());
  }
  if (type.kind == TypeKind::pattern && value.is(Kind::string)) {
    return "expects a match for " + types::to_string(type) + ", got " + types::quote(value.as_string());
  }
  if (type.kind == TypeKind::string && value.is(Kind::string)) {
    if (type.is_literal()) return "expects " + types::quote(type.strings[0]) + ", got " + types::quote(value.as_string());
    return "expects length" + counted(type.min, type.max, static_cast<std::size_t>(types::utf8_length(value.as_string()))).substr(12);
  }
  const std::string wanted = types::to_string(type);
  const bool options = type.kind == TypeKind::variant || type.kind == TypeKind::optional;
  if (options) return "expects a value of type " + wanted + ", got " + actual_name(type, value);
  return "expects " + with_article(wanted) + " value, got " + actual_name(type, value);
}

std::string under(const std::string& place, const Type& type, const Value& value) {
  const std::string inner = describe_mismatch(type, value);
  return inner.empty() ? inner : place + " " + inner;
}

std::string in_elements(const Type& type, const Value& value) {
  const auto items = value.as_array();
  const types::SizeRange size = types::size_range(type);
  const auto count = static_cast<std::int64_t>(items.size());
  if (count < size.min || count > size.max) return counted(size.min, size.max, items.size());
  if (type.arguments.empty()) return {};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t element = type.kind == TypeKind::array ? 0 : std::min(i, type.arguments.size() - 1);
    std::string inner = under("index " + std::to_string(i), *type.arguments[element], items[i]);
    if (!inner.empty()) return inner;
  }
  return {};
}

std::string in_entries(const Type& type, const HashObject& hash) {
  const auto count = static_cast<std::int64_t>(hash.size());
  if (count < type.min || count > type.max) return counted(type.min, type.max, hash.size());
  if (type.arguments.size() < 2) return {};
  for (const HashEntry& entry : hash.entries) {
    std::string inner = under("key of entry " + inspect(entry.key), *type.arguments[0], entry.key);
    if (inner.empty()) inner = under("entry " + inspect(entry.key), *type.arguments[1], entry.value);
    if (!inner.empty()) return inner;
  }
  return {};
}

std::string in_members(const Type& type, const HashObject& hash) {
  for (const types::StructMember& member : type.members) {
    const Value* value = hash.find(member.name);
    if (value == nullptr) {
      if (!member.optional) return "expects a value for key '" + member.name + "'";
      continue;
    }
    std::string inner = under("entry '" + member.name + "'", *member.type, *value);
    if (!inner.empty()) return inner;
  }
  for (const HashEntry& entry : hash.entries) {
    const bool known = entry.key.is(Kind::string) && std::any_of(type.members.begin(), type.members.end(), [&](const types::StructMember& m) {
      return m.name == entry.key.as_string();
    });
    if (!known) return "unrecognized key " + inspect(entry.key);
  }
  return {};
}

}  // namespace

std::string describe_mismatch(const types::Type& type, const Value& value) {
  if (instance_of(type, value)) return {};
  const Type& real = type.resolved();
  std::string inner;
  if (real.kind == TypeKind::optional && !real.arguments.empty() && !value.is_undef()) inner = describe_mismatch(*real.arguments[0], value);
  if (real.kind == TypeKind::not_undef && !real.arguments.empty() && !value.is_undef()) inner = describe_mismatch(*real.arguments[0], value);
  if (value.is(Kind::array) && (real.kind == TypeKind::array || real.kind == TypeKind::tuple)) inner = in_elements(real, value);
  if (value.is(Kind::hash) && real.kind == TypeKind::hash) inner = in_entries(real, value.as_hash());
  if (value.is(Kind::hash) && real.kind == TypeKind::struct_) inner = in_members(real, value.as_hash());
  return inner.empty() ? plainly(real, value) : inner;
}

}  // namespace plan::values
