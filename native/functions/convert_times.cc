// Timespan.new and Timestamp.new.
#include <algorithm>
#include <array>
#include <cmath>

#include "functions/convert.h"
#include "functions/support.h"
#include "values/time.h"
#include "values/timespan_format.h"
#include "values/timestamp_format.h"

namespace plan::functions {

using values::EvaluationError;
using values::HashObject;
using values::Kind;
using values::Value;

namespace {

constexpr std::int64_t kMostSeconds = 9'000'000'000;   // what nanoseconds in 64 bits can hold

std::int64_t nanoseconds_from(const Value& seconds, std::string_view type) {
  if (seconds.is(Kind::integer) && seconds.as_integer() <= kMostSeconds && seconds.as_integer() >= -kMostSeconds) {
    return seconds.as_integer() * 1'000'000'000;
  }
  if (seconds.is(Kind::floating) && std::fabs(seconds.as_float()) <= 9e9) return static_cast<std::int64_t>(seconds.as_float() * 1e9);
  not_convertible(seconds, type);
}

[[noreturn]] void unreadable(std::string_view text, std::string_view how) {
  throw EvaluationError("TYPE_CONVERSION", "Unable to parse '" + std::string(text) + "' using " + std::string(how));
}

// A format, or an array of formats of which the first that fits counts.
std::vector<std::string_view> formats_argument(std::string_view function, const Value& formats) {
  std::vector<std::string_view> out;
  const auto add = [&](const Value& format) {
    if (!format.is(Kind::string) || format.as_string().size() < 2) mismatch(function, {&formats, 1}, 0, "Variant[String[2], Array[String[2], 1]]");
    out.push_back(format.as_string());
  };
  if (!formats.is(Kind::array)) {
    add(formats);
  } else {
    for (const Value& format : formats.as_array()) add(format);
    if (out.empty()) mismatch(function, {&formats, 1}, 0, "Array[String[2], 1]");
  }
  return out;
}

// Timespan.new(days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds), or a hash of these.
std::int64_t from_fields(Arguments fields, std::size_t first) {
  constexpr std::array<std::int64_t, 7> kUnits = {86'400'000'000'000, 3'600'000'000'000, 60'000'000'000, 1'000'000'000, 1'000'000, 1'000, 1};
  Value sum = Value::integer(0);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].is(Kind::integer)) mismatch("Timespan.new", fields, i, "Integer");
    sum = values::add(sum, values::multiply(fields[i], Value::integer(kUnits[first + i])));
  }
  return sum.as_integer();
}

std::int64_t timespan_from_hash(const HashObject& hash) {
  constexpr std::array<std::string_view, 7> kFields = {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"};
  Value sum = Value::integer(0);
  bool negative = false;
  for (const auto& entry : hash.entries) {
    const std::string key = values::to_string(entry.key);
    const auto field = std::find(kFields.begin(), kFields.end(), key);
    if (key == "negative" && entry.value.is(Kind::boolean)) {
      negative = entry.value.as_boolean();
    } else if (field != kFields.end()) {
      sum = values::add(sum, Value::integer(from_fields({&entry.value, 1}, static_cast<std::size_t>(field - kFields.begin()))));
    } else {
      bad_argument("Timespan.new unrecognized key '" + key + "'");
    }
  }
  return negative ? values::negate(sum).as_integer() : sum.as_integer();
}

Value timespan_from_text(std::string_view text, const Value* formats) {
  if (text.empty()) unreadable(text, "any format");
  if (formats == nullptr) {
    const auto parsed = values::parse_timespan(text);
    if (!parsed) unreadable(text, "any of the default formats");
    return Value::timespan(*parsed);
  }
  for (const std::string_view format : formats_argument("Timespan.new", *formats)) {
    if (const auto parsed = values::TimespanFormat(format).parse(text)) return Value::timespan(*parsed);
  }
  unreadable(text, "format " + values::inspect(*formats));
}

// A time zone that is given beside the text forbids one in it.
Value timestamp_from_text(std::string_view text, const Value& formats, const Value& zone) {
  if (text.empty()) unreadable(text, "any format");
  std::optional<std::int64_t> offset;
  if (!zone.is_undef()) {
    if (!zone.is(Kind::string) || zone.as_string().empty()) mismatch("Timestamp.new", {&zone, 1}, 0, "String[1]");
    offset = values::zone_offset(zone.as_string());
    if (!offset) bad_argument("Illegal timezone '" + std::string(zone.as_string()) + "'");
  }
  const auto shifted = [&](const values::ParsedTimestamp& parsed) {
    const std::int64_t seconds = offset.value_or(parsed.offset.value_or(0));
    return values::subtract(Value::timestamp(parsed.nanoseconds), Value::integer(seconds));
  };
  if (formats.is_undef()) {
    constexpr std::array<std::string_view, 10> kDefaults = {"%FT%T.%N %Z", "%FT%T %Z", "%F %T.%N %Z", "%F %T %Z", "%F %Z",
                                                            "%FT%T.%N", "%FT%T", "%F %T.%N", "%F %T", "%F"};
    for (const std::string_view format : kDefaults) {
      const auto parsed = values::parse_timestamp_as(format, text);
      if (parsed && !(offset && parsed->offset)) return shifted(*parsed);
    }
    unreadable(text, "any of the default formats");
  }
  for (const std::string_view format : formats_argument("Timestamp.new", formats)) {
    const auto parsed = values::parse_timestamp_as(format, text);
    if (!parsed) continue;
    if (offset && parsed->offset) bad_argument("Using a Timezone designator in format specification is mutually exclusive to providing an explicit timezone argument");
    return shifted(*parsed);
  }
  unreadable(text, "format " + values::inspect(formats));
}

// {string => …, format => …, timezone => …}
struct TextHash {
  std::string_view text;
  Value format;
  Value zone;
};

std::optional<TextHash> text_hash(std::string_view type, const Value& from, bool zones) {
  if (!from.is(Kind::hash) || from.as_hash().find("string") == nullptr) return std::nullopt;
  TextHash out;
  for (const auto& entry : from.as_hash().entries) {
    const std::string key = values::to_string(entry.key);
    if (key == "string" && entry.value.is(Kind::string)) out.text = entry.value.as_string();
    else if (key == "format") out.format = entry.value;
    else if (key == "timezone" && zones) out.zone = entry.value;
    else bad_argument(std::string(type) + ".new unrecognized key '" + key + "'");
  }
  return out;
}

}  // namespace

Value to_timespan(Arguments arguments) {
  expect_count("Timespan", arguments, 1, 7);
  const Value& from = arguments[0];
  if (from.is(Kind::string)) {
    expect_count("Timespan", arguments, 1, 2);
    return timespan_from_text(from.as_string(), arguments.size() > 1 ? &arguments[1] : nullptr);
  }
  if (arguments.size() > 1) {
    expect_count("Timespan", arguments, 4, 7);
    return Value::timespan(from_fields(arguments, 0));
  }
  if (const auto hash = text_hash("Timespan", from, false)) {
    return timespan_from_text(hash->text, hash->format.is_undef() ? nullptr : &hash->format);
  }
  if (from.is(Kind::hash)) return Value::timespan(timespan_from_hash(from.as_hash()));
  return Value::timespan(nanoseconds_from(from, "Timespan"));
}

// No argument would mean "now", which a plan must not read: its time is given to it.
Value to_timestamp(Arguments arguments) {
  expect_count("Timestamp", arguments, 1, 3);
  const Value& from = arguments[0];
  if (from.is(Kind::string)) {
    return timestamp_from_text(from.as_string(), arguments.size() > 1 ? arguments[1] : Value::undef(), arguments.size() > 2 ? arguments[2] : Value::undef());
  }
  expect_count("Timestamp", arguments, 1, 1);
  if (const auto hash = text_hash("Timestamp", from, true)) return timestamp_from_text(hash->text, hash->format, hash->zone);
  return Value::timestamp(nanoseconds_from(from, "Timestamp"));
}

}  // namespace plan::functions
