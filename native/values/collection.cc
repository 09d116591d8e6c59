#include "values/collection.h"

#include <algorithm>

namespace plan::values {

namespace {

// An array as it is, a hash as its pairs, all else as the one element.
std::vector<Value> as_elements(const Value& value) {
  if (value.is(Kind::array)) return {value.as_array().begin(), value.as_array().end()};
  if (value.is(Kind::hash)) return pairs(value.as_hash());
  return {value};
}

Value merged(const Value& left, const Value& right) {
  HashBuilder builder(left.as_hash());
  for (const HashEntry& entry : right.as_hash().entries) builder.set(entry.key, entry.value);
  return builder.build();
}

Value merge(const Value& left, const Value& right) {
  if (right.is(Kind::hash)) return merged(left, right);
  if (!right.is(Kind::array)) throw EvaluationError("ARGUMENT_ERROR", "Can only append Array or Hash to a Hash");
  const auto items = right.as_array();
  const bool nested = !items.empty() && std::all_of(items.begin(), items.end(), [](const Value& item) { return item.is(Kind::array); });
  return merged(left, nested ? hash_from_pairs(items) : hash_from_flat(items));
}

// As Ruby's Array#delete has it: 1 and 1.0 are the same, "a" and "A" are not.
bool deletes(const Value& item, const Value& unwanted) {
  const bool numbers = (item.is(Kind::integer) || item.is(Kind::floating)) && (unwanted.is(Kind::integer) || unwanted.is(Kind::floating));
  return numbers ? equal(item, unwanted) : same(item, unwanted);
}

}  // namespace

std::vector<Value> pairs(const HashObject& hash) {
  std::vector<Value> out;
  out.reserve(hash.size());
  for (const HashEntry& entry : hash.entries) out.push_back(Value::array({entry.key, entry.value}));
  return out;
}

Value hash_from_pairs(std::span<const Value> items) {
  HashBuilder builder;
  for (const Value& item : items) {
    const std::size_t size = item.is(Kind::array) ? item.as_array().size() : 0;
    if (size < 1 || size > 2) {
      throw EvaluationError("ARGUMENT_ERROR", "invalid number of elements (" + std::to_string(size) + " for 1..2)");
    }
    builder.set(item.as_array()[0], size == 2 ? item.as_array()[1] : Value::undef());
  }
  return builder.build();
}

Value hash_from_flat(std::span<const Value> items) {
  if (items.size() % 2 != 0) throw EvaluationError("ARGUMENT_ERROR", "odd number of arguments for Hash");
  HashBuilder builder;
  for (std::size_t i = 0; i < items.size(); i += 2) builder.set(items[i], items[i + 1]);
  return builder.build();
}

Value concatenate(const Value& left, const Value& right) {
  if (left.is(Kind::hash)) return merge(left, right);
  std::vector<Value> items(left.as_array().begin(), left.as_array().end());
  for (Value& item : as_elements(right)) items.push_back(std::move(item));
  return Value::array(std::move(items));
}

Value remove(const Value& left, const Value& right) {
  if (left.is(Kind::hash)) {
    HashBuilder builder(left.as_hash());
    if (right.is(Kind::hash)) {
      for (const HashEntry& entry : right.as_hash().entries) builder.remove(entry.key);
    } else {
      for (const Value& key : as_elements(right)) builder.remove(key);
    }
    return builder.build();
  }
  const std::vector<Value> unwanted = as_elements(right);
  std::vector<Value> kept;
  for (const Value& item : left.as_array()) {
    if (std::none_of(unwanted.begin(), unwanted.end(), [&](const Value& other) { return deletes(item, other); })) kept.push_back(item);
  }
  return Value::array(std::move(kept));
}

Value append(const Value& array, const Value& item) {
  std::vector<Value> items;
  items.reserve(array.as_array().size() + 1);
  items.assign(array.as_array().begin(), array.as_array().end());
  items.push_back(item);
  return Value::array(std::move(items));
}

}  // namespace plan::values
