// Built-in functions, declared by signature, grouped by family (one file each: strings.cc, collections.cc, …).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "values/value.h"

namespace plan::functions {

// break() in a lambda: ends the iteration of the function that called it. Uncaught it is an error.
class Break final : public values::EvaluationError {
 public:
  explicit Break(const std::string& message) : EvaluationError("RUNTIME_ERROR", message) {}
};

// A lambda as a function sees it.
class Block {
 public:
  virtual ~Block() = default;
  virtual values::Value call(std::span<const values::Value> arguments) = 0;
  [[nodiscard]] virtual std::size_t min_arity() const = 0;
  [[nodiscard]] virtual std::size_t max_arity() const = 0;   // SIZE_MAX for *$rest
};

// What a function may use besides its arguments: the step budget of the firing, and functions that plans define.
class Context {
 public:
  virtual ~Context() = default;
  virtual void spend(std::uint64_t steps) = 0;   // raises EvaluationError when the budget is used up
  // The type that a text names, or nothing.
  virtual std::optional<types::TypePtr> type_named(std::string_view) { return std::nullopt; }
  // Calls a function of the plan by its name. Nothing where there is none.
  virtual std::optional<values::Value> call_defined(std::string_view, std::span<const values::Value>, Block*) { return std::nullopt; }
};

using Native = values::Value (*)(Context&, std::span<const values::Value>, Block*);

enum class BlockUse : std::uint8_t { none, optional, required };

struct Function {
  std::string_view name;
  std::string_view signature;      // "Hash[K, V] $h, Callable[2] &block >> Array", shown in diagnostics
  std::size_t min_arguments;
  std::size_t max_arguments;
  BlockUse block;
  Native native;
  std::uint8_t arities = 0;        // bit n: the block may be one that takes n arguments; 0: any block
};
inline constexpr std::uint8_t kTakesNone = 1, kTakesOne = 2, kTakesTwo = 4;

// Null when there is no such function. Found when a plan is compiled, not when it runs.
[[nodiscard]] const Function* find(std::string_view name);
[[nodiscard]] std::vector<std::string_view> names();

// Calls a function after checking the number of arguments and the block; raises EvaluationError.
[[nodiscard]] values::Value call(const Function& function, Context& context, std::span<const values::Value> arguments, Block* block);

// The elements of what can be iterated: an array, a hash (pairs), a string (characters), an integer (0 up to below it),
// a type that is a finite integer range or an enumeration. Nothing for all else.
[[nodiscard]] std::optional<std::vector<values::Value>> elements(const values::Value& value);

// `Integer.new('5')`, `Integer('5')`: conversions of `new` for data types.
[[nodiscard]] values::Value convert(const types::Type& type, std::span<const values::Value> arguments);
// Integer[0, 5], Struct[{…}], Optional[String]: a type from a base and evaluated parameters. Raises EvaluationError.
[[nodiscard]] types::TypePtr parameterize(const types::TypePtr& base, std::span<const values::Value> parameters);
// `Service['galera']`, `Resource['service', 'galera']`, `Class['x']`: what a reference type gives for its titles. One
// resource value, or an array of them where several titles are given. Raises EvaluationError.
[[nodiscard]] values::Value reference(const types::TypePtr& base, std::span<const values::Value> titles);
// "Integer", "String", …: a built-in type by its name (unparameterized), or null.
[[nodiscard]] types::TypePtr builtin_type(std::string_view name);
// Is it the name of a resource type of Puppet itself: "File", "Service"? Letter case counts as Puppet has it.
[[nodiscard]] bool is_resource_type(std::string_view name);

}  // namespace plan::functions
