// What the families of functions share. For this layer only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "functions/function.h"

namespace plan::functions {

using Arguments = std::span<const values::Value>;

// The families; registry.cc puts them together.
[[nodiscard]] std::span<const Function> collection_functions();
[[nodiscard]] std::span<const Function> digest_functions();
[[nodiscard]] std::span<const Function> iteration_functions();
[[nodiscard]] std::span<const Function> number_functions();
[[nodiscard]] std::span<const Function> scan_functions();
[[nodiscard]] std::span<const Function> string_functions();
[[nodiscard]] std::span<const Function> time_functions();
[[nodiscard]] std::span<const Function> tree_functions();
[[nodiscard]] std::span<const Function> value_functions();

inline constexpr std::size_t kMany = SIZE_MAX;

// Raises "'size' parameter 1 expects a value of type Collection or String, got Integer".
[[noreturn]] void mismatch(std::string_view function, Arguments arguments, std::size_t index, std::string_view expected);
[[noreturn]] void bad_argument(const std::string& message);   // an ArgumentError of Puppet

// The argument of that kind, or mismatch.
[[nodiscard]] std::string_view string_argument(std::string_view function, Arguments arguments, std::size_t index);
[[nodiscard]] std::int64_t integer_argument(std::string_view function, Arguments arguments, std::size_t index);
[[nodiscard]] bool boolean_argument(std::string_view function, Arguments arguments, std::size_t index);
[[nodiscard]] const values::HashObject& hash_argument(std::string_view function, Arguments arguments, std::size_t index);
[[nodiscard]] Arguments array_argument(std::string_view function, Arguments arguments, std::size_t index);

[[nodiscard]] bool is_number(const values::Value& value);
[[nodiscard]] std::string general_type(const values::Value& value);   // "Array[Integer]"

// Ruby's <=>: numbers, strings by bytes, arrays element by element. Nothing where two values have no order.
[[nodiscard]] std::optional<int> ruby_order(const values::Value& a, const values::Value& b);

// The elements of what can be iterated, one after the other, without making an array of them first.
class Sequence {
 public:
  // Nothing where the value cannot be iterated. The value must outlive the sequence.
  [[nodiscard]] static std::optional<Sequence> of(const values::Value& value);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] values::Value at(std::uint64_t index) const;
  [[nodiscard]] bool is_hash() const { return hash_ != nullptr; }
  [[nodiscard]] const values::HashEntry& entry(std::uint64_t index) const { return hash_->entries[index]; }

 private:
  std::uint64_t size_ = 0;
  Arguments items_;
  const values::HashObject* hash_ = nullptr;
  std::int64_t first_ = 0;
  std::vector<values::Value> made_;   // characters, the options of an enumeration
};
[[nodiscard]] Sequence sequence_argument(std::string_view function, Arguments arguments, std::size_t index = 0);

// What Ruby's to_s makes of a value: as Puppet's text, but for hashes and what is in them.
[[nodiscard]] std::string ruby_text(const values::Value& value);
// Printf formats of Ruby: one directive, e.g. "%-08.3f", applied to a value.
[[nodiscard]] std::string format_one(std::string_view directive, const values::Value& value);
// sprintf with all arguments; %<name>d and %{name} take them from one hash.
[[nodiscard]] std::string format_all(std::string_view format, Arguments arguments);
// `String.new(value, formats)`.
[[nodiscard]] std::string convert_to_string(const values::Value& value, const values::Value& formats);

[[nodiscard]] std::string_view strip(std::string_view text);
[[nodiscard]] std::vector<std::string_view> characters(std::string_view text);

}  // namespace plan::functions
