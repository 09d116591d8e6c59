// a[keys] on strings, arrays and hashes, and *a.
#include <algorithm>

#include "types/text.h"
#include "types/uri.h"
#include "values/collection.h"
#include "values/number.h"
#include "values/value.h"

namespace plan::values {

namespace {

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
  if (value.is(Kind::default_)) return "Default";
  return types::to_string(*types::generalize(infer(value)));
}

[[noreturn]] void wrong_arity(std::string_view what, std::size_t actual) {
  throw EvaluationError("BAD_" + std::string(what == "String" ? "STRING" : "ARRAY") + "_SLICE_ARITY",
                        std::string(what) + " supports [] with one or two arguments. Got " + std::to_string(actual));
}

struct Slice {
  std::int64_t begin;
  std::int64_t length;
};

// Negative positions count from the end; a negative length goes to a position counted from the end.
Slice slice_of(std::int64_t begin, std::int64_t length, std::int64_t size) {
  if (begin < 0) begin += size;
  if (length < 0) length = size - begin + length + 1;
  if (begin < 0) {
    length += begin;
    begin = 0;
  }
  return {begin, std::max<std::int64_t>(0, std::min(length, size - begin))};
}

// In characters; at most one position may be outside.
std::string_view characters(std::string_view text, Slice slice) {
  std::size_t from = 0;
  for (std::int64_t i = 0; i < slice.begin && from < text.size(); ++i) from += types::utf8_width(text, from);
  std::size_t to = from;
  for (std::int64_t i = 0; i < slice.length && to < text.size(); ++i) to += types::utf8_width(text, to);
  return text.substr(from, to - from);
}

std::int64_t character_index(const Value& key) {
  const auto number = key.is(Kind::string) ? to_number(key.as_string()) : std::optional<Value>(key);
  if (number && number->is(Kind::integer)) return number->as_integer();
  const std::string type = type_name(number ? *number : key);
  throw EvaluationError("BAD_STRING_SLICE_KEY_TYPE", "A substring operation does not accept " + with_article(type) +
                                                         " as a character index. Expected an Integer");
}

constexpr std::int64_t kFar = std::int64_t{1} << 40;   // beyond any length, far from overflow

std::int64_t bounded(std::int64_t index) { return std::clamp(index, -kFar, kFar); }

Value access_string(std::string_view text, std::span<const Value> given) {
  const std::vector<Value> keys = flattened(given);
  if (keys.empty() || keys.size() > 2) wrong_arity("String", keys.size());
  const std::int64_t size = types::utf8_length(text);
  const std::int64_t begin = bounded(character_index(keys[0]));
  if (keys.size() == 1) {
    const std::int64_t at = begin < 0 ? begin + size : begin;
    return Value::string(at < 0 ? std::string_view{} : characters(text, {at, 1}));
  }
  return Value::string(characters(text, slice_of(begin, bounded(character_index(keys[1])), size)));
}

std::int64_t array_index(const Value& key) {
  const Value number = coerce_numeric(key);
  if (number.is(Kind::integer)) return number.as_integer();
  throw EvaluationError("BAD_SLICE_KEY_TYPE", "An Array[] cannot use " + type_name(number) + " where Integer is expected");
}

Value access_array(std::span<const Value> items, std::span<const Value> given) {
  const std::vector<Value> keys = flattened(given);
  if (keys.empty() || keys.size() > 2) wrong_arity("Array", keys.size());
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t begin = bounded(array_index(keys[0]));
  if (keys.size() == 1) {
    const std::int64_t at = begin < 0 ? begin + size : begin;
    return at < 0 || at >= size ? Value::undef() : items[static_cast<std::size_t>(at)];
  }
  const Slice slice = slice_of(begin, bounded(array_index(keys[1])), size);
  if (slice.begin >= size) return Value::array({});
  const auto part = items.subspan(static_cast<std::size_t>(slice.begin), static_cast<std::size_t>(slice.length));
  return Value::array({part.begin(), part.end()});
}

Value access_hash(const HashObject& hash, std::span<const Value> keys) {
  if (keys.empty()) throw EvaluationError("BAD_HASH_SLICE_ARITY", "Hash supports [] with one or more arguments. Got 0");
  if (keys.size() == 1) {
    const Value* value = hash.find(keys[0]);
    return value == nullptr ? Value::undef() : *value;
  }
  std::vector<Value> found;
  for (const Value& key : keys) {
    const Value* value = hash.find(key);
    if (value != nullptr && !value->is_undef()) found.push_back(*value);
  }
  return Value::array(std::move(found));
}

// One byte, or a slice of bytes, by the rules of strings.
Value access_binary(const std::string& bytes, std::span<const Value> keys) {
  if (keys.empty() || keys.size() > 2) wrong_arity("Binary", keys.size());
  for (const Value& key : keys) {
    if (!key.is(Kind::integer)) throw EvaluationError("BAD_STRING_SLICE_KEY_TYPE", "A substring operation does not accept " + with_article(type_name(key)) + " as an index. Expected an Integer");
  }
  const auto bounded = [](const Value& key) { return std::clamp(key.as_integer(), -(std::int64_t{1} << 40), std::int64_t{1} << 40); };
  const auto size = static_cast<std::int64_t>(bytes.size());
  const Slice slice = slice_of(bounded(keys[0]), keys.size() == 1 ? 1 : bounded(keys[1]), size);
  if (slice.begin >= size) return Value::binary("");
  return Value::binary(bytes.substr(static_cast<std::size_t>(slice.begin), static_cast<std::size_t>(slice.length)));
}

}  // namespace

Value access(const Value& object, std::span<const Value> keys) {
  if (object.is(Kind::string)) return access_string(object.as_string(), keys);
  if (object.is(Kind::binary)) return access_binary(object.as_binary(), keys);
  if (object.is(Kind::array)) return access_array(object.as_array(), keys);
  if (object.is(Kind::hash)) return access_hash(object.as_hash(), keys);
  throw EvaluationError("OPERATOR_NOT_APPLICABLE", "Operator '[]' is not applicable to " + with_article(label(object)) + ".");
}

std::vector<Value> splat(const Value& value) {
  if (value.is_undef()) return {};
  if (value.is(Kind::array)) return {value.as_array().begin(), value.as_array().end()};
  if (value.is(Kind::hash)) return pairs(value.as_hash());
  return {value};
}

Value uri_part(const Value& uri, std::string_view name) {
  const types::TypePtr part = types::Uri::parse(uri.as_uri())->part(name);
  if (part->kind == types::TypeKind::integer) return Value::integer(part->min);
  return part->is_literal() ? Value::string(part->strings[0]) : Value::undef();
}

}  // namespace plan::values
