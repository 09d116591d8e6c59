// < <= > >=, in, =~ and the matching of case and selector options.
#include <algorithm>
#include <cmath>

#include "base/work.h"
#include "types/case.h"
#include "types/regex.h"
#include "types/text.h"
#include "types/semver.h"
#include "values/value.h"

namespace plan::values {

namespace {

bool is_number(const Value& value) { return value.is(Kind::integer) || value.is(Kind::floating); }

bool is_time(const Value& value) { return value.is(Kind::timespan) || value.is(Kind::timestamp); }

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

[[noreturn]] void not_comparable(const Value& a, const Value& b, std::string_view operation, std::string_view why) {
  throw EvaluationError("COMPARISON_NOT_POSSIBLE", "Comparison of: " + label(a) + " " + std::string(operation) + " " + label(b) +
                                                       ", is not possible. Caused by '" + std::string(why) + "'.");
}

// Exact, where an integer is too large to be a float.
int order_mixed(std::int64_t integer, double floating) {
  if (floating >= 9223372036854775808.0) return -1;
  if (floating < -9223372036854775808.0) return 1;
  const double whole = std::floor(floating);
  const auto truncated = static_cast<std::int64_t>(whole);
  if (integer != truncated) return integer < truncated ? -1 : 1;
  return whole < floating ? -1 : 0;
}

int order_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::integer) && b.is(Kind::integer)) return order(a.as_integer(), b.as_integer());
  if (a.is(Kind::floating) && b.is(Kind::floating)) return order(a.as_float(), b.as_float());
  return a.is(Kind::integer) ? order_mixed(a.as_integer(), b.as_float()) : -order_mixed(b.as_integer(), a.as_float());
}

double in_seconds(const Value& value) {
  if (is_time(value)) return static_cast<double>(value.as_nanoseconds()) / 1e9;
  return value.is(Kind::integer) ? static_cast<double>(value.as_integer()) : value.as_float();
}

int order_times(const Value& a, const Value& b, std::string_view operation) {
  if (a.kind() == b.kind()) return order(a.as_nanoseconds(), b.as_nanoseconds());
  if (!(is_time(a) && is_time(b)) && (is_number(a) || is_number(b))) return order(in_seconds(a), in_seconds(b));
  not_comparable(a, b, operation, a.is(Kind::timespan) ? "Timespans are only comparable to Timespans, Integers, and Floats"
                                                       : "Timestamps are only comparable to Timestamps, Integers, and Floats");
}

bool matches_regex(const types::Regex& regex, std::string_view subject, std::vector<Value>* captures) {
  const auto match = regex.search(subject);
  if (captures != nullptr) {
    captures->clear();
    if (match) {
      for (std::size_t i = 0; i < match->groups.size(); ++i) {
        captures->push_back(match->groups[i].matched ? Value::string(match->text(subject, i)) : Value::undef());
      }
    }
  }
  return match.has_value();
}

bool matches_pattern(const std::string& pattern, std::string_view subject, std::vector<Value>* captures) {
  try {
    return matches_regex(*types::Regex::of(pattern), subject, captures);
  } catch (const types::RegexError& error) {
    throw EvaluationError("MATCH_NOT_REGEXP", "Can not convert right match operand to a regular expression. Caused by '" +
                                                  std::string(error.what()) + "'.");
  }
}

bool contains_in_string(const Value& needle, const Value& haystack, std::vector<Value>* captures) {
  if (needle.is(Kind::string)) {
    Work::spend((haystack.as_string().size() + needle.as_string().size()) / 4);
    return types::downcase(haystack.as_string()).find(types::downcase(needle.as_string())) != std::string::npos;
  }
  return needle.is(Kind::regexp) && matches_pattern(needle.as_regexp(), haystack.as_string(), captures);
}

bool contains_in_array(const Value& needle, std::span<const Value> items, std::vector<Value>* captures) {
  if (needle.is(Kind::regexp)) {
    if (captures != nullptr) captures->clear();
    return std::any_of(items.begin(), items.end(), [&](const Value& item) {
      return item.is(Kind::string) && matches_pattern(needle.as_regexp(), item.as_string(), captures);
    });
  }
  return std::any_of(items.begin(), items.end(), [&](const Value& item) {
    if (needle.is(Kind::string) || needle.is(Kind::semver)) return case_matches(needle, item);
    return needle.is(Kind::type) ? instance_of(*needle.as_type(), item) : equal(item, needle);
  });
}

bool contains_in_binary(const Value& needle, const std::string& bytes) {
  Work::spend(bytes.size() / 4);
  if (needle.is(Kind::binary)) return bytes.find(needle.as_binary()) != std::string::npos;
  if (needle.is(Kind::string)) return bytes.find(needle.as_string()) != std::string::npos;
  if (!needle.is(Kind::integer)) return false;
  return std::any_of(bytes.begin(), bytes.end(), [&](char c) { return static_cast<unsigned char>(c) == needle.as_integer(); });
}

// A version given as value or as text.
std::optional<types::Semver> version_of(const Value& value) {
  if (value.is(Kind::semver)) return types::Semver::parse(value.as_version());
  if (value.is(Kind::string)) return types::Semver::parse(value.as_string());
  return std::nullopt;
}

bool range_includes(const Value& range, const Value& version) {
  const auto parsed = version_of(version);
  return parsed.has_value() && types::SemverRange::parse(range.as_version())->includes(*parsed);
}

bool array_matches(const Value& subject, std::span<const Value> candidates, std::vector<Value>* captures) {
  if (!subject.is(Kind::array)) return false;
  const auto items = subject.as_array();
  return std::equal(items.begin(), items.end(), candidates.begin(), candidates.end(),
                    [&](const Value& item, const Value& candidate) { return case_matches(item, candidate, captures); });
}

bool hash_matches(const Value& subject, const HashObject& candidates, std::vector<Value>* captures) {
  if (!subject.is(Kind::hash)) return false;
  return std::all_of(candidates.entries.begin(), candidates.entries.end(), [&](const HashEntry& entry) {
    const Value* item = subject.as_hash().find(entry.key);
    return case_matches(item == nullptr ? Value::undef() : *item, entry.value, captures);
  });
}

}  // namespace

int compare(const Value& a, const Value& b, std::string_view as_operator) {
  if (is_time(a) || (is_number(a) && is_time(b))) return order_times(a, b, as_operator);
  if (is_number(a)) {
    if (b.is(Kind::semver)) throw EvaluationError("ARGUMENT_ERROR", "can't convert a SemVer into Float");
    if (!is_number(b)) not_comparable(a, b, as_operator, "A Numeric is not comparable to non Numeric");
    return order_numbers(a, b);
  }
  if (a.is(Kind::string)) {
    if (!b.is(Kind::string)) not_comparable(a, b, as_operator, "A String is not comparable to a non String");
    return types::compare_ignoring_case(a.as_string(), b.as_string());
  }
  if (a.is(Kind::semver)) {
    if (!b.is(Kind::semver)) not_comparable(a, b, as_operator, "Versions not comparable to non Versions");
    return types::Semver::compare(*types::Semver::parse(a.as_version()), *types::Semver::parse(b.as_version()));
  }
  if (a.is(Kind::default_) && b.is(Kind::default_)) return 0;
  not_comparable(a, b, as_operator, "Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable");
}

namespace {

// A type left of an operator is compared by what is assignable; nothing but a type is assignable to or from it.
bool types_compare(const Value& a, Comparison comparison, const Value& b) {
  if (!b.is(Kind::type)) return false;
  const types::Type& left = *a.as_type();
  const types::Type& right = *b.as_type();
  switch (comparison) {
    case Comparison::less: return types::assignable(right, left) && !types::assignable(left, right);
    case Comparison::less_equal: return types::assignable(right, left);
    case Comparison::greater: return types::assignable(left, right) && !types::assignable(right, left);
    case Comparison::greater_equal: return types::assignable(left, right);
  }
  return false;
}

}  // namespace

bool compares(const Value& a, Comparison comparison, const Value& b) {
  if (a.is(Kind::type)) return types_compare(a, comparison, b);
  switch (comparison) {
    case Comparison::less: return compare(a, b, "<") < 0;
    case Comparison::less_equal: return compare(a, b, "<=") <= 0;
    case Comparison::greater: return compare(a, b, ">") > 0;
    case Comparison::greater_equal: return compare(a, b, ">=") >= 0;
  }
  return false;
}

bool contains(const Value& needle, const Value& haystack, std::vector<Value>* captures) {
  switch (haystack.kind()) {
    case Kind::string: return contains_in_string(needle, haystack, captures);
    case Kind::array: return contains_in_array(needle, haystack.as_array(), captures);
    case Kind::binary: return contains_in_binary(needle, haystack.as_binary());
    case Kind::semver_range: return range_includes(haystack, needle);
    case Kind::hash: {
      std::vector<Value> keys;
      Work::spend(haystack.as_hash().size());
      for (const HashEntry& entry : haystack.as_hash().entries) keys.push_back(entry.key);
      return contains_in_array(needle, keys, captures);
    }
    case Kind::undef: case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::regexp:
    case Kind::type: case Kind::sensitive: case Kind::timespan: case Kind::timestamp: case Kind::semver:
    case Kind::uri: case Kind::process: case Kind::queue: case Kind::resource:
      return false;
  }
  return false;
}

bool matches(const Value& left, const Value& right, std::vector<Value>* captures) {
  if (right.is(Kind::type)) return instance_of(*right.as_type(), left);
  if (right.is(Kind::semver_range)) return range_includes(right, left);
  if (!right.is(Kind::regexp) && !right.is(Kind::string)) {
    throw EvaluationError("MATCH_NOT_REGEXP", "Can not convert right match operand to a regular expression. Caused by 'no implicit conversion of " +
                                                  label(right) + " into String'.");
  }
  const std::string pattern = right.is(Kind::regexp) ? right.as_regexp() : std::string(right.as_string());
  if (!left.is(Kind::string)) {
    throw EvaluationError("MATCH_NOT_STRING", "Left match operand must result in a String value. Got " + with_article(label(left)) + ".");
  }
  return matches_pattern(pattern, left.as_string(), captures);
}

bool case_matches(const Value& subject, const Value& candidate, std::vector<Value>* captures) {
  Work::spend(1);
  switch (candidate.kind()) {
    case Kind::default_: return true;
    case Kind::regexp:
      return subject.is(Kind::string) && matches_pattern(candidate.as_regexp(), subject.as_string(), captures);
    case Kind::type: return instance_of(*candidate.as_type(), subject);
    case Kind::array: return array_matches(subject, candidate.as_array(), captures);
    case Kind::hash: return hash_matches(subject, candidate.as_hash(), captures);
    case Kind::semver: {
      const auto version = version_of(subject);
      return version.has_value() && types::Semver::compare(*version, *types::Semver::parse(candidate.as_version())) == 0;
    }
    case Kind::semver_range: return range_includes(candidate, subject);
    case Kind::undef: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::string:
    case Kind::sensitive: case Kind::timespan: case Kind::timestamp: case Kind::uri: case Kind::binary: case Kind::process:
    case Kind::queue: case Kind::resource:
      return equal(subject, candidate);
  }
  return false;
}

}  // namespace plan::values
