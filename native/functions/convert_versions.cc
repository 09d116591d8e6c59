// SemVer.new and SemVerRange.new.
#include "functions/convert.h"
#include "functions/support.h"

namespace plan::functions {

using values::Kind;
using values::Value;

namespace {

// Version parts given by position or by name.
struct Parts {
  Value major, minor, patch, prerelease, build;
};

Value from_parts(const Parts& parts) {
  const auto number = [](const Value& part) {
    if (!part.is(Kind::integer) || part.as_integer() < 0) mismatch("SemVer.new", {&part, 1}, 0, "Integer[0]");
    return std::to_string(part.as_integer());
  };
  const auto qualifier = [](std::string_view mark, const Value& part) {
    if (part.is_undef()) return std::string();
    if (!part.is(Kind::string)) mismatch("SemVer.new", {&part, 1}, 0, "String");
    return std::string(mark) + std::string(part.as_string());
  };
  return Value::semver(number(parts.major) + "." + number(parts.minor) + "." + number(parts.patch) +
                       qualifier("-", parts.prerelease) + qualifier("+", parts.build));
}

Value from_hash(const values::HashObject& hash) {
  Parts parts;
  for (const values::HashEntry& entry : hash.entries) {
    const std::string key = values::to_string(entry.key);
    if (key == "major") parts.major = entry.value;
    else if (key == "minor") parts.minor = entry.value;
    else if (key == "patch") parts.patch = entry.value;
    else if (key == "prerelease") parts.prerelease = entry.value;
    else if (key == "build") parts.build = entry.value;
    else bad_argument("SemVer.new unrecognized key '" + key + "'");
  }
  return from_parts(parts);
}

// default stands for no bound.
Value from_bounds(Arguments arguments, const Value& min, const Value& max, const Value& exclude_max) {
  for (const Value* bound : {&min, &max}) {
    if (bound->is(Kind::semver) || bound->is(Kind::default_)) continue;
    mismatch("SemVerRange.new", arguments, bound == &max && arguments.size() > 1 ? 1 : 0, "Variant[Default, SemVer]");
  }
  if (!exclude_max.is(Kind::boolean)) mismatch("SemVerRange.new", arguments, arguments.size() - 1, "Boolean");
  const std::string low = min.is(Kind::semver) ? min.as_version() : "0.0.0";
  if (!max.is(Kind::semver)) return Value::semver_range(">=" + low);
  if (exclude_max.as_boolean()) return Value::semver_range(">=" + low + " <" + max.as_version());
  return Value::semver_range(low + " - " + max.as_version());
}

Value range_from_hash(Arguments arguments) {
  const values::HashObject& hash = arguments[0].as_hash();
  for (const values::HashEntry& entry : hash.entries) {
    const std::string key = values::to_string(entry.key);
    if (key != "min" && key != "max" && key != "exclude_max") bad_argument("SemVerRange.new unrecognized key '" + key + "'");
  }
  const Value* min = hash.find("min");
  const Value* max = hash.find("max");
  const Value* exclude_max = hash.find("exclude_max");
  if (min == nullptr) bad_argument("SemVerRange.new expects a value for key 'min'");
  return from_bounds(arguments, *min, max != nullptr ? *max : Value::default_(), exclude_max != nullptr ? *exclude_max : Value::boolean(false));
}

}  // namespace

Value to_semver(Arguments arguments) {
  if (arguments.size() == 1) {
    if (arguments[0].is(Kind::hash)) return from_hash(arguments[0].as_hash());
    return Value::semver(std::string(string_argument("SemVer.new", arguments, 0)));
  }
  expect_count("SemVer", arguments, 3, 5);
  const auto given = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : Value::undef(); };
  return from_parts({given(0), given(1), given(2), given(3), given(4)});
}

Value to_semver_range(Arguments arguments) {
  expect_count("SemVerRange", arguments, 1, 3);
  if (arguments.size() > 1) return from_bounds(arguments, arguments[0], arguments[1], arguments.size() > 2 ? arguments[2] : Value::boolean(false));
  if (arguments[0].is(Kind::hash)) return range_from_hash(arguments);
  const std::string_view text = string_argument("SemVerRange.new", arguments, 0);
  if (text.empty()) mismatch("SemVerRange.new", arguments, 0, "String[1]");
  return Value::semver_range(std::string(text));
}

}  // namespace plan::functions
