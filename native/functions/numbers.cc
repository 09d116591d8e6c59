// Functions on numbers.
#include <array>
#include <cmath>

#include "functions/support.h"
#include "types/text.h"
#include "values/number.h"

namespace plan::functions {

namespace {

using values::Kind;
using values::Value;

// A number, or text that is one, as Puppet still takes it here.
Value number_argument(std::string_view name, Arguments arguments) {
  const Value& value = arguments[0];
  if (is_number(value)) return value;
  if (!value.is(Kind::string)) mismatch(name, arguments, 0, "Numeric or String");
  const auto number = values::to_number(value.as_string());
  if (!number) bad_argument(std::string(name) + "(): cannot convert given value to a floating point value.");
  return *number;
}

Value whole(double number) {
  if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0)) {
    throw values::EvaluationError("NUMERIC_OVERFLOW", types::format_float(number) + " is outside of the range of an Integer");
  }
  return Value::integer(static_cast<std::int64_t>(number));
}

Value abs(Context&, Arguments arguments, Block*) {
  const Value number = number_argument("abs", arguments);
  if (number.is(Kind::floating)) return Value::floating(std::fabs(number.as_float()));
  return number.as_integer() < 0 ? values::negate(number) : number;
}

Value ceiling(Context&, Arguments arguments, Block*) {
  const Value number = number_argument("ceiling", arguments);
  return number.is(Kind::integer) ? number : whole(std::ceil(number.as_float()));
}

Value floor(Context&, Arguments arguments, Block*) {
  const Value number = number_argument("floor", arguments);
  return number.is(Kind::integer) ? number : whole(std::floor(number.as_float()));
}

Value round(Context&, Arguments arguments, Block*) {
  const Value& number = arguments[0];
  if (!is_number(number)) mismatch("round", arguments, 0, "Numeric");
  if (number.is(Kind::integer)) return number;
  return whole(std::trunc(number.as_float() > 0 ? number.as_float() + 0.5 : number.as_float() - 0.5));
}

bool is_comparable(const Value& value) {
  return is_number(value) || value.is(Kind::string) || value.is(Kind::semver) || value.is(Kind::timespan) || value.is(Kind::timestamp);
}

Value compare(Context&, Arguments arguments, Block*) {
  const Value& a = arguments[0];
  const Value& b = arguments[1];
  if (!is_comparable(a) || !is_comparable(b)) {
    bad_argument("compare(): Non comparable type. Only values of the types Numeric, String, Semver, Timestamp and Timestamp can be compared. Got " +
                 values::label(a) + " and " + values::label(b));
  }
  const bool strings = a.is(Kind::string) && b.is(Kind::string);
  if (arguments.size() > 2 && !strings) bad_argument("compare(): The third argument (ignore case) can only be used when comparing strings");
  const bool ignore_case = arguments.size() < 3 || boolean_argument("compare", arguments, 2);
  if (strings && !ignore_case) return Value::integer(*ruby_order(a, b));
  try {
    return Value::integer(values::compare(a, b));
  } catch (const values::EvaluationError&) {   // says operators; here the types are what matters
    bad_argument("compare(): Can only compare values of the same type (or for Timestamp/Timespan also against Numeric). Got " +
                 values::label(a) + " and " + values::label(b));
  }
}

constexpr std::array kFunctions = {
    Function{"abs", "Variant[Numeric, String] $value >> Numeric", 1, 1, BlockUse::none, abs},
    Function{"ceiling", "Variant[Numeric, String] $value >> Integer", 1, 1, BlockUse::none, ceiling},
    Function{"compare", "Any $a, Any $b, Boolean $ignore_case = true >> Integer[-1, 1]", 2, 3, BlockUse::none, compare},
    Function{"floor", "Variant[Numeric, String] $value >> Integer", 1, 1, BlockUse::none, floor},
    Function{"round", "Numeric $value >> Integer", 1, 1, BlockUse::none, round},
};

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace plan::functions
