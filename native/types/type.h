// Puppet's type system as data: immutable, shared, compared by structure. Knows nothing of values
// (values/instance_of.h asks whether a value is an instance).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::types {

class Type;
using TypePtr = std::shared_ptr<const Type>;   // never null in a finished type

enum class TypeKind : std::uint8_t {
  any, undef, default_, boolean, integer, floating, numeric, string, enum_, pattern, regexp,
  scalar, scalar_data, data, rich_data, collection, iterable, array, tuple, hash, struct_,
  optional, not_undef, variant, sensitive, type, callable,
  timespan, timestamp, semver, semver_range, binary, uri,
  init,                                // what `new` makes a T of
  iterator, runtime, object, type_set, // known by name; no value of the language is an instance
  catalog_entry, resource, class_,     // Resource[File, '/x'], File['/x'], Class[x]
  process,                             // Galera::Host: a reference to a process of that plan or one that inherits from it
  queue,                               // a queue of a reference, as a value
  alias,                               // a named alias; resolves to another type, possibly itself further down
};

inline constexpr std::int64_t kMinInteger = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();

// What is known of a plan where its type is named: enough for `is a`, no more.
struct PlanLineage {
  std::string name;                                 // "galera::host", lower case
  std::shared_ptr<const PlanLineage> parent;        // null at the top
  [[nodiscard]] bool is_a(std::string_view ancestor) const;
};
using PlanLineagePtr = std::shared_ptr<const PlanLineage>;

struct StructMember {
  std::string name;
  TypePtr type;
  bool optional = false;     // Optional['x'] => T, or a key whose type accepts undef
};

// One class for all kinds; each field says which kinds use it. (A type is made a few times when a plan is compiled and
// then only read, so that a class per kind would buy nothing.)
class Type {
 public:
  TypeKind kind = TypeKind::any;
  std::int64_t min = kMinInteger;        // integer, timespan…: range; string, array, hash, tuple, collection: size (0…);
                                         // boolean with bounded_min: the literal, 0 or 1
  std::int64_t max = kMaxInteger;
  double min_float = 0, max_float = 0;   // floating
  bool bounded_min = false, bounded_max = false;   // floating, tuple with an explicit size, boolean literal
  bool case_insensitive = false;         // enum_
  std::string name;                      // alias, process ("galera::host"), resource and class_ (type name), runtime
  std::string title;                     // resource, class_; runtime: the name of the type there
  std::vector<std::string> strings;      // enum_ values; pattern and regexp sources; string literal (one)
  std::vector<TypePtr> arguments;        // array [element], hash [key, value], tuple elements, variant, optional, …
                                         // callable [tuple of parameters, block or Undef, what it gives or Any], or none
                                         // init [type, what can be made into it], or none
  std::vector<StructMember> members;     // struct_; uri: the parts that are asked for, a regexp for what must match it
  PlanLineagePtr plan;                   // process
  mutable TypePtr target;                // alias: set once when all aliases are known (a cycle is possible)

  [[nodiscard]] const Type& resolved() const;   // through aliases

  [[nodiscard]] bool has_size() const { return min > 0 || max != kMaxInteger; }   // string, array, hash, collection
  [[nodiscard]] bool is_literal() const { return kind == TypeKind::string && !strings.empty(); }
};

// What a type without parameters stands for: `Array` is Array[Any]. Null: `Array[0, 0]` has elements of no type, which
// are assignable to all.
[[nodiscard]] TypePtr element_type(const Type& array);
[[nodiscard]] TypePtr key_type(const Type& hash);
[[nodiscard]] TypePtr value_type(const Type& hash);
// The one argument of Optional, NotUndef, Type, Sensitive, Iterable; null when it has none.
[[nodiscard]] const Type* argument(const Type& type);
// Least and greatest number of elements, sizes of tuples as their elements say where nothing else is written.
struct SizeRange {
  std::int64_t min;
  std::int64_t max;
};
[[nodiscard]] SizeRange size_range(const Type& type);

[[nodiscard]] TypePtr make(TypeKind kind);
[[nodiscard]] TypePtr boolean_literal(bool value);
[[nodiscard]] TypePtr floating(std::optional<double> min, std::optional<double> max);
[[nodiscard]] TypePtr integer(std::int64_t min = kMinInteger, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr string(std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr string_literal(std::string value);
[[nodiscard]] TypePtr array(TypePtr element, std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr hash(TypePtr key, TypePtr value, std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr collection(std::int64_t min, std::int64_t max);
[[nodiscard]] TypePtr tuple(std::vector<TypePtr> elements);
[[nodiscard]] TypePtr tuple(std::vector<TypePtr> elements, std::int64_t min, std::int64_t max);
[[nodiscard]] TypePtr struct_(std::vector<StructMember> members);
[[nodiscard]] TypePtr optional(TypePtr type);
[[nodiscard]] TypePtr not_undef(TypePtr type);
[[nodiscard]] TypePtr sensitive(TypePtr type);
[[nodiscard]] TypePtr variant(std::vector<TypePtr> types);   // flattened, without duplicates; of one: that one
[[nodiscard]] TypePtr enumeration(const std::vector<std::string>& values, bool case_insensitive = false);
[[nodiscard]] TypePtr pattern(const std::vector<std::string>& sources);
[[nodiscard]] TypePtr regexp(std::string source);
// What Data and RichData are short for.
[[nodiscard]] const TypePtr& data_definition(TypeKind data_or_rich_data);
[[nodiscard]] TypePtr type_of_type(TypePtr type);
[[nodiscard]] TypePtr process(PlanLineagePtr plan);
[[nodiscard]] std::shared_ptr<Type> alias(std::string name);   // `target` to be set by the caller
// Holds aliases and takes their targets away when it goes: one that leads to itself would keep itself alive for ever.
// Types made with these aliases must not be asked anything afterwards.
class Aliases {
 public:
  Aliases() = default;
  Aliases(const Aliases&) = delete;
  Aliases& operator=(const Aliases&) = delete;
  ~Aliases();
  [[nodiscard]] std::shared_ptr<Type> add(std::string name);

 private:
  std::vector<std::shared_ptr<Type>> aliases_;
};

[[nodiscard]] bool equal(const Type& a, const Type& b);
// Is every instance of `from` an instance of `to`? (Puppet's assignable?)
[[nodiscard]] bool assignable(const Type& to, const Type& from);
[[nodiscard]] bool accepts_undef(const Type& type);
// Without sizes, ranges and literals: Integer[1, 2] is Integer, Array[String[1], 3] is Array[String].
[[nodiscard]] TypePtr generalize(const TypePtr& type);
// As Puppet writes it: "Hash[Integer, Struct[{'a' => String}]]".
[[nodiscard]] std::string to_string(const Type& type);
// The least type that both are assignable to, as Puppet's common type.
[[nodiscard]] TypePtr common(const TypePtr& a, const TypePtr& b);

}  // namespace plan::types
