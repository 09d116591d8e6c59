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
  timespan, timestamp, semver, semver_range, binary,
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
  std::int64_t min = kMinInteger;        // integer, timespan…: range; string, array, hash, tuple, collection: size (0…)
  std::int64_t max = kMaxInteger;
  double min_float = 0, max_float = 0;   // floating
  bool bounded_min = false, bounded_max = false;   // floating, and tuple with an explicit size
  bool case_insensitive = false;         // enum_
  std::string name;                      // alias, process ("galera::host"), resource and class_ (type name)
  std::string title;                     // resource, class_
  std::vector<std::string> strings;      // enum_ values; pattern and regexp sources; string literal (one)
  std::vector<TypePtr> arguments;        // array [element], hash [key, value], tuple elements, variant, optional, …
  std::vector<StructMember> members;     // struct_
  PlanLineagePtr plan;                   // process
  mutable TypePtr target;                // alias: set once when all aliases are known (a cycle is possible)

  [[nodiscard]] const Type& resolved() const;   // through aliases
};

[[nodiscard]] TypePtr make(TypeKind kind);
[[nodiscard]] TypePtr integer(std::int64_t min = kMinInteger, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr string(std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr string_literal(std::string value);
[[nodiscard]] TypePtr array(TypePtr element, std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr hash(TypePtr key, TypePtr value, std::int64_t min = 0, std::int64_t max = kMaxInteger);
[[nodiscard]] TypePtr tuple(std::vector<TypePtr> elements);
[[nodiscard]] TypePtr struct_(std::vector<StructMember> members);
[[nodiscard]] TypePtr optional(TypePtr type);
[[nodiscard]] TypePtr variant(std::vector<TypePtr> types);
[[nodiscard]] TypePtr enumeration(std::vector<std::string> values);
[[nodiscard]] TypePtr type_of_type(TypePtr type);
[[nodiscard]] TypePtr process(PlanLineagePtr plan);
[[nodiscard]] std::shared_ptr<Type> alias(std::string name);   // `target` to be set by the caller

[[nodiscard]] bool equal(const Type& a, const Type& b);
// Is every instance of `from` an instance of `to`? (Puppet's assignable?)
[[nodiscard]] bool assignable(const Type& to, const Type& from);
// As Puppet writes it: "Hash[Integer, Struct[{'a' => String}]]".
[[nodiscard]] std::string to_string(const Type& type);
// The least type that both are assignable to, as Puppet's common type.
[[nodiscard]] TypePtr common(const TypePtr& a, const TypePtr& b);

}  // namespace plan::types
