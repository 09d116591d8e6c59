// The values of the language: 16 bytes, immutable payloads with a reference count, hashes that keep their order.
// A payload belongs to one thread at a time: counts are not atomic. What crosses a thread crosses as JSON text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "types/type.h"

namespace plan::values {

enum class Kind : std::uint8_t {
  undef, default_, boolean, integer, floating,            // inline
  string, array, hash, regexp, type, sensitive,           // payload
  timespan, timestamp, semver, semver_range, uri, binary,
  process, queue, resource,
};

// A raised error of an expression: Puppet's issue name where Puppet has one (e.g. "OPERATOR_NOT_APPLICABLE"), a
// message for people. The place is added by whoever evaluates.
class EvaluationError : public std::runtime_error {
 public:
  EvaluationError(std::string issue, const std::string& message)
      : std::runtime_error(message), issue_(std::move(issue)) {}
  [[nodiscard]] const std::string& issue() const { return issue_; }

 private:
  std::string issue_;
};

// Values nest at most this deep; what would be deeper raises EvaluationError "NESTING_LIMIT" when it is made.
inline constexpr std::uint32_t kMaxNesting = 64;

struct Object {
  std::uint32_t references = 0;
  std::uint32_t depth = 1;      // 1 + the depth of the deepest value inside
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
};

class Value;
struct HashObject;
struct ProcessObject;
struct QueueObject;
struct ResourceObject;

// Identity of a process: certname and resource reference ("Galera::Host[cluster_member]"), whatever it becomes.
// `plan` is what it was made with, null where nothing is known of it (`from $who`).
struct ProcessIdentity {
  std::string certname;
  std::string resource;
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
  friend auto operator<=>(const ProcessIdentity&, const ProcessIdentity&) = default;
};

class Value {
 public:
  Value() noexcept : kind_(Kind::undef), integer_(0) {}
  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value();

  static Value undef() noexcept { return {}; }
  static Value default_() noexcept;
  static Value boolean(bool value) noexcept;
  static Value integer(std::int64_t value) noexcept;
  static Value floating(double value) noexcept;
  static Value string(std::string_view text);
  static Value array(std::vector<Value> items);
  static Value regexp(std::string pattern);
  static Value type(types::TypePtr type);
  static Value sensitive(Value inner);
  static Value timespan(std::int64_t nanoseconds);
  static Value timestamp(std::int64_t nanoseconds);
  static Value semver(std::string text);            // raise EvaluationError when the text is none
  static Value semver_range(std::string text);
  static Value uri(std::string text);
  static Value binary(std::string bytes);
  static Value process(ProcessIdentity identity, types::PlanLineagePtr plan, std::uint32_t local = 0);
  static Value queue(Value process, std::string name);
  // What a plan wants, `File.new { title => …, … }`, with a hash of parameters; or a mere reference, with undef.
  static Value resource(std::string type, std::string title, Value parameters);

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is(Kind kind) const noexcept { return kind_ == kind; }
  [[nodiscard]] bool is_undef() const noexcept { return kind_ == Kind::undef; }
  // Puppet's truth: undef and false are false, all else is true.
  [[nodiscard]] bool truthy() const noexcept { return kind_ == Kind::boolean ? boolean_ : kind_ != Kind::undef; }

  // Each asserts the kind.
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] double as_float() const;
  [[nodiscard]] std::string_view as_string() const;
  [[nodiscard]] std::span<const Value> as_array() const;
  [[nodiscard]] const HashObject& as_hash() const;
  [[nodiscard]] const std::string& as_regexp() const;
  [[nodiscard]] const types::TypePtr& as_type() const;
  [[nodiscard]] const Value& as_sensitive() const;
  [[nodiscard]] std::int64_t as_nanoseconds() const;      // timespan, timestamp
  [[nodiscard]] const std::string& as_version() const;    // semver, semver_range
  [[nodiscard]] const std::string& as_uri() const;
  [[nodiscard]] const ProcessObject& as_process() const;
  [[nodiscard]] const QueueObject& as_queue() const;
  [[nodiscard]] const ResourceObject& as_resource() const;
  [[nodiscard]] const std::string& as_binary() const;

 private:
  friend class HashBuilder;
  Value(Kind kind, Object* object) noexcept : kind_(kind), object_(object) { ++object->references; }
  [[nodiscard]] bool has_object() const noexcept { return kind_ >= Kind::string; }
  void release() noexcept;
  static void destroy(Kind kind, Object* object) noexcept;
  friend std::uint32_t depth_of(const Value& value) noexcept;
  Kind kind_;
  union {
    bool boolean_;
    std::int64_t integer_;
    double floating_;
    Object* object_;
  };
};
static_assert(sizeof(Value) == 16);

inline Value::Value(const Value& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
  if (has_object()) ++object_->references;
}

inline Value::Value(Value&& other) noexcept : kind_(other.kind_), integer_(other.integer_) { other.kind_ = Kind::undef; }

inline void Value::release() noexcept {
  if (has_object() && --object_->references == 0) destroy(kind_, object_);
}

inline Value& Value::operator=(const Value& other) noexcept {
  Value copy(other);
  return *this = std::move(copy);
}

inline Value& Value::operator=(Value&& other) noexcept {
  std::swap(kind_, other.kind_);
  std::swap(integer_, other.integer_);
  return *this;
}

inline Value::~Value() { release(); }

inline std::uint32_t depth_of(const Value& value) noexcept { return value.has_object() ? value.object_->depth : 0; }

struct HashEntry {
  Value key;
  Value value;
};

// Insertion-ordered. Lookup is by Puppet's hash-key equality (1 and 1.0 differ, strings are case-sensitive).
struct HashObject : Object {
  std::vector<HashEntry> entries;
  std::vector<std::uint32_t> index;      // open addressing; empty while there are few entries
  [[nodiscard]] const Value* find(const Value& key) const;          // null when absent
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] std::size_t size() const { return entries.size(); }
};

// Makes a hash: a later value for a key replaces the earlier one in its place.
class HashBuilder {
 public:
  HashBuilder();
  explicit HashBuilder(const HashObject& start);
  HashBuilder(const HashBuilder&) = delete;
  HashBuilder& operator=(const HashBuilder&) = delete;
  ~HashBuilder();
  HashBuilder& set(Value key, Value value);
  HashBuilder& set(std::string_view key, Value value) { return set(Value::string(key), std::move(value)); }
  bool remove(const Value& key);
  [[nodiscard]] const Value* find(const Value& key) const { return hash_->find(key); }
  [[nodiscard]] std::size_t size() const { return hash_->size(); }
  [[nodiscard]] Value build();            // the builder is empty afterwards

 private:
  HashObject* hash_;
};

struct ProcessObject : Object {
  ProcessIdentity identity;
  types::PlanLineagePtr plan;     // may be null
  std::uint32_t local = 0;        // the engine's own number of a process in it, plus one; 0: elsewhere
};

struct QueueObject : Object {
  Value process;
  std::string name;
};

struct ResourceObject : Object {
  std::string type;               // "File", "Galera_member"
  std::string title;
  Value parameters;               // a hash, metaparameters included, title left out; undef for a mere reference
};

// Equality as hash keys and `==` see it: `equal` is Puppet's == (strings ignore case, 1 == 1.0), `same` is exact.
[[nodiscard]] bool equal(const Value& a, const Value& b);
[[nodiscard]] bool same(const Value& a, const Value& b);
[[nodiscard]] std::size_t hash_of(const Value& value);   // consistent with `same`

// As Puppet's string conversion in interpolation: [1, 2] gives "[1, 2]", undef gives "".
[[nodiscard]] std::string to_string(const Value& value);
// A part of a URI by its name; undef where it is missing.
[[nodiscard]] Value uri_part(const Value& uri, std::string_view name);
// As in messages: strings quoted, Sensitive redacted.
[[nodiscard]] std::string inspect(const Value& value);
// A word for what a value is, as Puppet's messages have it: "Integer", "Undef Value", "Hash[String, Integer]-Type".
[[nodiscard]] std::string label(const Value& value);
[[nodiscard]] std::string with_article(const std::string& label);      // "an Integer"
// The type of a value: elements of an array have one common type ("reduced"), or each its own ("detailed": tuples and
// structs). types::generalize takes sizes and ranges away.
[[nodiscard]] types::TypePtr infer(const Value& value);
[[nodiscard]] types::TypePtr infer_detailed(const Value& value);
[[nodiscard]] bool instance_of(const types::Type& type, const Value& value);
// Why a value is no instance of a type, for people, without subject: "expects an Integer value, got String",
// "entry 'a' expects size to be at least 1, got 0". Empty when it is an instance.
[[nodiscard]] std::string describe_mismatch(const types::Type& type, const Value& value);

// Operators, each with Puppet's semantics; raise EvaluationError.
[[nodiscard]] Value add(const Value& a, const Value& b);
[[nodiscard]] Value subtract(const Value& a, const Value& b);
[[nodiscard]] Value multiply(const Value& a, const Value& b);
[[nodiscard]] Value divide(const Value& a, const Value& b);
[[nodiscard]] Value modulo(const Value& a, const Value& b);
[[nodiscard]] Value shift_left(const Value& a, const Value& b);
[[nodiscard]] Value shift_right(const Value& a, const Value& b);
[[nodiscard]] Value negate(const Value& a);
enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal };
// The operators < <= > >=, between types too, where they ask for assignability.
[[nodiscard]] bool compares(const Value& a, Comparison comparison, const Value& b);
// <0, 0, >0; not for types.
[[nodiscard]] int compare(const Value& a, const Value& b, std::string_view as_operator = "<");
[[nodiscard]] bool contains(const Value& needle, const Value& haystack, std::vector<Value>* captures = nullptr);   // in
// =~ with a type, a regexp, or a string as pattern. Where a regular expression was tried, `captures` ($0…), when not
// null, is set: undef for a group that took no part, empty when there was no match.
[[nodiscard]] bool matches(const Value& left, const Value& right, std::vector<Value>* captures = nullptr);
// Does `candidate` of a case or selector option match `subject`? (types by instance, regexps, == else)
[[nodiscard]] bool case_matches(const Value& subject, const Value& candidate, std::vector<Value>* captures = nullptr);
// a[keys…] on strings, arrays, hashes. Types are indexed by functions/type_access.
[[nodiscard]] Value access(const Value& object, std::span<const Value> keys);
[[nodiscard]] std::vector<Value> splat(const Value& value);                   // *x

}  // namespace plan::values
