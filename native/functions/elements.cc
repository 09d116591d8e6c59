#include <algorithm>

#include "functions/support.h"
#include "types/text.h"

namespace plan::functions {

using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

constexpr std::uint64_t kMostElements = 1'000'000;   // in memory at once

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

void mismatch(std::string_view function, Arguments arguments, std::size_t index, std::string_view expected) {
  const std::string got = index < arguments.size() ? general_type(arguments[index]) : "nothing";
  throw EvaluationError("ARGUMENT_MISMATCH", "'" + std::string(function) + "' parameter " + std::to_string(index + 1) +
                                                 " expects a value of type " + std::string(expected) + ", got " + got);
}

void bad_argument(const std::string& message) { throw EvaluationError("ARGUMENT_ERROR", message); }

std::string_view string_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index].is(Kind::string)) mismatch(function, arguments, index, "String");
  return arguments[index].as_string();
}

std::int64_t integer_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index].is(Kind::integer)) mismatch(function, arguments, index, "Integer");
  return arguments[index].as_integer();
}

bool boolean_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index].is(Kind::boolean)) mismatch(function, arguments, index, "Boolean");
  return arguments[index].as_boolean();
}

const values::HashObject& hash_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index].is(Kind::hash)) mismatch(function, arguments, index, "Hash");
  return arguments[index].as_hash();
}

Arguments array_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index].is(Kind::array)) mismatch(function, arguments, index, "Array");
  return arguments[index].as_array();
}

bool is_number(const Value& value) { return value.is(Kind::integer) || value.is(Kind::floating); }

std::string general_type(const Value& value) { return types::to_string(*types::generalize(values::infer(value))); }

std::optional<int> ruby_order(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return values::compare(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  if (a.is(Kind::string)) return order(a.as_string(), b.as_string());
  if (a.is(Kind::timespan) || a.is(Kind::timestamp) || a.is(Kind::semver)) return values::compare(a, b);
  if (!a.is(Kind::array)) return values::same(a, b) ? std::optional(0) : std::nullopt;
  const Arguments x = a.as_array();
  const Arguments y = b.as_array();
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const auto inner = ruby_order(x[i], y[i]);
    if (!inner || *inner != 0) return inner;
  }
  return order(x.size(), y.size());
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t width = types::utf8_width(text, at);
    out.push_back(text.substr(at, width));
    at += width;
  }
  return out;
}

std::optional<Sequence> Sequence::of(const Value& value) {
  Sequence sequence;
  if (value.is(Kind::array)) {
    sequence.items_ = value.as_array();
    sequence.size_ = sequence.items_.size();
    return sequence;
  }
  if (value.is(Kind::hash)) {
    sequence.hash_ = &value.as_hash();
    sequence.size_ = sequence.hash_->size();
    return sequence;
  }
  if (value.is(Kind::integer)) {
    if (value.as_integer() < 0) return std::nullopt;
    sequence.size_ = static_cast<std::uint64_t>(value.as_integer());
    return sequence;
  }
  if (value.is(Kind::string)) {
    for (const std::string_view character : characters(value.as_string())) sequence.made_.push_back(Value::string(character));
    sequence.size_ = sequence.made_.size();
    return sequence;
  }
  if (!value.is(Kind::type)) return std::nullopt;
  const types::Type& type = value.as_type()->resolved();
  if (type.kind == types::TypeKind::enum_) {
    for (const std::string& option : type.strings) sequence.made_.push_back(Value::string(option));
    sequence.size_ = sequence.made_.size();
    return sequence;
  }
  const bool finite = type.kind == types::TypeKind::integer && type.min != types::kMinInteger && type.max != types::kMaxInteger;
  if (!finite) return std::nullopt;
  sequence.first_ = type.min;
  sequence.size_ = static_cast<std::uint64_t>(type.max) - static_cast<std::uint64_t>(type.min) + 1;
  return sequence;
}

Value Sequence::at(std::uint64_t index) const {
  if (hash_ != nullptr) return Value::array({hash_->entries[index].key, hash_->entries[index].value});
  if (!items_.empty()) return items_[index];
  if (!made_.empty()) return made_[index];
  return Value::integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(first_) + index));
}

Sequence sequence_argument(std::string_view function, Arguments arguments, std::size_t index) {
  if (index >= arguments.size()) mismatch(function, arguments, index, "Iterable");
  auto sequence = Sequence::of(arguments[index]);
  if (!sequence) mismatch(function, arguments, index, "Iterable");
  return std::move(*sequence);
}

std::optional<std::vector<Value>> elements(const Value& value) {
  const auto sequence = Sequence::of(value);
  if (!sequence) return std::nullopt;
  if (sequence->size() > kMostElements) {
    throw EvaluationError("TOO_MANY_ELEMENTS", values::inspect(value) + " has " + std::to_string(sequence->size()) +
                                                   " elements, allowed are " + std::to_string(kMostElements));
  }
  std::vector<Value> out;
  out.reserve(sequence->size());
  for (std::uint64_t i = 0; i < sequence->size(); ++i) out.push_back(sequence->at(i));
  return out;
}

}  // namespace plan::functions
