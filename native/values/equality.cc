#include <functional>

#include "base/work.h"
#include "types/semver.h"
#include "types/text.h"
#include "types/uri.h"
#include "values/objects.h"
#include "values/value.h"

namespace plan::values {

namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::size_t kBytesOfAUnit = 256;     // of work, where bytes are looked at one after the other

// An integer and a float are equal only when they are exactly the same number.
bool equal_numbers(std::int64_t integer, double floating) {
  if (!(floating >= -9223372036854775808.0 && floating < 9223372036854775808.0)) return false;
  const auto truncated = static_cast<std::int64_t>(floating);
  return static_cast<double>(truncated) == floating && truncated == integer;
}

bool is_number(const Value& value) { return value.is(Kind::integer) || value.is(Kind::floating); }

bool is_time(const Value& value) { return value.is(Kind::timespan) || value.is(Kind::timestamp); }

double number(const Value& value) { return value.is(Kind::integer) ? static_cast<double>(value.as_integer()) : value.as_float(); }

bool numbers_equal(const Value& a, const Value& b) {
  if (a.is(Kind::integer) && b.is(Kind::integer)) return a.as_integer() == b.as_integer();
  if (a.is(Kind::floating) && b.is(Kind::floating)) return a.as_float() == b.as_float();
  return a.is(Kind::integer) ? equal_numbers(a.as_integer(), b.as_float()) : equal_numbers(b.as_integer(), a.as_float());
}

bool arrays_equal(const Value& a, const Value& b, bool (*equals)(const Value&, const Value&)) {
  const auto x = a.as_array();
  const auto y = b.as_array();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), equals);
}

bool equal_inside(const Value& a, const Value& b);

// As Puppet: keys are looked up exactly, and a missing one reads as undef.
bool hashes_equal(const HashObject& a, const HashObject& b) {
  if (a.size() != b.size()) return false;
  for (const HashEntry& entry : a.entries) {
    const Value* other = b.find(entry.key);
    if (!(other == nullptr ? entry.value.is_undef() : equal_inside(entry.value, *other))) return false;
  }
  return true;
}

bool hashes_same(const HashObject& a, const HashObject& b) {
  if (a.size() != b.size()) return false;
  for (const HashEntry& entry : a.entries) {
    const Value* other = b.find(entry.key);
    if (other == nullptr || !same(entry.value, *other)) return false;
  }
  return true;
}

bool strings_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  Work::spend(a.size() / kBytesOfAUnit);
  return a == b;
}

bool resources_same(const ResourceObject& a, const ResourceObject& b) {
  return types::equal_ignoring_case(a.type, b.type) && a.title == b.title && same(a.parameters, b.parameters);
}

std::size_t mix(std::size_t seed, std::size_t hash) { return (seed ^ hash) * 0x9E3779B97F4A7C15ULL + (seed >> 29); }

std::size_t spread(std::uint64_t bits) {
  bits ^= bits >> 33;
  bits *= 0xFF51AFD7ED558CCDULL;
  bits ^= bits >> 33;
  return bits;
}

std::size_t hash_of_hash(const HashObject& hash) {
  std::size_t sum = hash.size();   // the order of entries does not count
  for (const HashEntry& entry : hash.entries) sum += mix(hash_of(entry.key), hash_of(entry.value));
  return sum;
}

std::size_t hash_of_array(std::span<const Value> items) {
  std::size_t seed = items.size() + 17;
  for (const Value& item : items) seed = mix(seed, hash_of(item));
  return seed;
}

// As elements of a collection are compared: types are equal here when they are written alike, while those that stand by
// themselves are when each takes what the other does.
bool equal_inside(const Value& a, const Value& b) {
  Work::spend(1);
  if (is_number(a) && is_number(b)) return numbers_equal(a, b);
  if (is_time(a) && is_number(b)) return static_cast<double>(a.as_nanoseconds()) / kNanosecondsPerSecond == number(b);
  if (is_time(b) && is_number(a)) return equal_inside(b, a);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::string: return types::equal_ignoring_case(a.as_string(), b.as_string());
    case Kind::array: return arrays_equal(a, b, equal_inside);
    case Kind::hash: return hashes_equal(a.as_hash(), b.as_hash());
    case Kind::undef: case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating:
    case Kind::regexp: case Kind::type: case Kind::sensitive: case Kind::timespan: case Kind::timestamp:
    case Kind::semver: case Kind::semver_range: case Kind::binary: case Kind::process: case Kind::queue:
    case Kind::resource:
      return same(a, b);
    case Kind::uri: return types::Uri::parse(a.as_uri())->same_as(*types::Uri::parse(b.as_uri()));
  }
  return false;
}

}  // namespace

std::size_t hash_of_string(std::string_view text) {
  Work::spend(text.size() / kBytesOfAUnit);
  return std::hash<std::string_view>{}(text);
}

bool equal(const Value& a, const Value& b) {
  if (!a.is(Kind::type) || !b.is(Kind::type)) return equal_inside(a, b);
  return types::assignable(*a.as_type(), *b.as_type()) && types::assignable(*b.as_type(), *a.as_type());
}

bool same(const Value& a, const Value& b) {
  Work::spend(1);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::undef: case Kind::default_: return true;
    case Kind::boolean: return a.as_boolean() == b.as_boolean();
    case Kind::integer: return a.as_integer() == b.as_integer();
    case Kind::floating: return a.as_float() == b.as_float();
    case Kind::string: return strings_same(a.as_string(), b.as_string());
    case Kind::array: return arrays_equal(a, b, same);
    case Kind::hash: return hashes_same(a.as_hash(), b.as_hash());
    case Kind::regexp: return a.as_regexp() == b.as_regexp();
    case Kind::type: return types::equal(*a.as_type(), *b.as_type());
    case Kind::sensitive: return same(a.as_sensitive(), b.as_sensitive());
    case Kind::timespan: case Kind::timestamp: return a.as_nanoseconds() == b.as_nanoseconds();
    case Kind::semver: return a.as_version() == b.as_version();
    case Kind::semver_range: return types::SemverRange::parse(a.as_version()) == types::SemverRange::parse(b.as_version());
    case Kind::uri: return a.as_uri() == b.as_uri();
    case Kind::binary: return a.as_binary() == b.as_binary();
    case Kind::process: return a.as_process().identity == b.as_process().identity;
    case Kind::queue: return a.as_queue().name == b.as_queue().name && same(a.as_queue().process, b.as_queue().process);
    case Kind::resource: return resources_same(a.as_resource(), b.as_resource());
  }
  return false;
}

std::size_t hash_of(const Value& value) {
  Work::spend(1);
  const auto seed = static_cast<std::size_t>(value.kind());
  switch (value.kind()) {
    case Kind::undef: case Kind::default_: return spread(seed + 1);
    case Kind::boolean: return spread(value.as_boolean() ? 11 : 7);
    case Kind::integer: return spread(static_cast<std::uint64_t>(value.as_integer()));
    case Kind::floating: return mix(seed, std::hash<double>{}(value.as_float() == 0 ? 0.0 : value.as_float()));
    case Kind::string: return hash_of_string(value.as_string());
    case Kind::array: return hash_of_array(value.as_array());
    case Kind::hash: return hash_of_hash(value.as_hash());
    case Kind::regexp: return mix(seed, hash_of_string(value.as_regexp()));
    case Kind::type: return mix(seed, static_cast<std::size_t>(value.as_type()->kind));
    case Kind::sensitive: return mix(seed, hash_of(value.as_sensitive()));
    case Kind::timespan: case Kind::timestamp: return mix(seed, spread(static_cast<std::uint64_t>(value.as_nanoseconds())));
    case Kind::semver: return mix(seed, hash_of_string(value.as_version()));
    case Kind::semver_range: return spread(seed + 1);   // the same range can be written in many ways
    case Kind::uri: return mix(seed, hash_of_string(value.as_uri()));
    case Kind::binary: return mix(seed, hash_of_string(value.as_binary()));
    case Kind::process: {
      const ProcessIdentity& identity = value.as_process().identity;
      return mix(hash_of_string(identity.certname), hash_of_string(identity.resource));
    }
    case Kind::queue: return mix(hash_of(value.as_queue().process), hash_of_string(value.as_queue().name));
    case Kind::resource:
      return mix(hash_of_string(types::ascii_downcase(value.as_resource().type)), hash_of_string(value.as_resource().title));
  }
  return seed;
}

}  // namespace plan::values
