// + - * / % << >> and unary minus on numbers and times. What they do to arrays and hashes is in collection.cc.
#include <charconv>
#include <cmath>
#include <limits>

#include "types/text.h"
#include "types/uri.h"
#include "values/collection.h"
#include "values/number.h"
#include "values/value.h"

namespace plan::values {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

[[noreturn]] void not_applicable(std::string_view operation, const Value& left) {
  throw EvaluationError("OPERATOR_NOT_APPLICABLE",
                        "Operator '" + std::string(operation) + "' is not applicable to " + with_article(label(left)) + ".");
}

[[noreturn]] void not_applicable_when(std::string_view operation, const Value& left, const Value& right) {
  throw EvaluationError("OPERATOR_NOT_APPLICABLE_WHEN",
                        "Operator '" + std::string(operation) + "' is not applicable to " + with_article(label(left)) +
                            " when right side is " + with_article(label(right)) + ".");
}

[[noreturn]] void overflow(std::string_view operation, bool above) {
  throw EvaluationError("NUMERIC_OVERFLOW", "A '" + std::string(operation) + "' expression resulted in a value outside of Puppet Integer " +
                                                (above ? "max" : "min") + " range");
}

[[noreturn]] void divided_by_zero() { throw EvaluationError("DIV_BY_ZERO", "Division by 0"); }

bool is_time(const Value& value) { return value.is(Kind::timespan) || value.is(Kind::timestamp); }

double as_double(const Value& value) {
  return value.is(Kind::integer) ? static_cast<double>(value.as_integer()) : value.as_float();
}

Value finite(double result, std::string_view operation) {
  if (std::isinf(result)) {
    throw EvaluationError("RESULT_IS_INFINITY", "The result of the " + std::string(operation) + " expression is Infinity");
  }
  return Value::floating(result);
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b, std::string_view operation) {
  if (b == 0) divided_by_zero();
  if (a == std::numeric_limits<std::int64_t>::min() && b == -1) overflow(operation, true);
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

std::int64_t floor_modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) divided_by_zero();
  if (b == -1) return 0;
  const std::int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

std::int64_t checked_add(std::int64_t a, std::int64_t b, std::string_view operation = "+") {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) overflow(operation, b > 0);
  return result;
}

std::int64_t checked_subtract(std::int64_t a, std::int64_t b, std::string_view operation = "-") {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) overflow(operation, b < 0);
  return result;
}

std::int64_t checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) overflow("*", (a < 0) == (b < 0));
  return result;
}

std::int64_t to_nanoseconds(double nanoseconds, std::string_view operation) {
  if (!(nanoseconds >= -9.2e18 && nanoseconds <= 9.2e18)) overflow(operation, nanoseconds > 0);
  return static_cast<std::int64_t>(nanoseconds);
}

// A number is so many seconds.
std::int64_t seconds(const Value& value, std::string_view operation) {
  if (value.is(Kind::integer)) return checked_multiply(value.as_integer(), kNanosecondsPerSecond);
  return to_nanoseconds(value.as_float() * static_cast<double>(kNanosecondsPerSecond), operation);
}

std::int64_t nanoseconds_of(const Value& value, std::string_view operation) {
  return is_time(value) ? value.as_nanoseconds() : seconds(value, operation);
}

Value of_kind(Kind kind, std::int64_t nanoseconds) {
  return kind == Kind::timespan ? Value::timespan(nanoseconds) : Value::timestamp(nanoseconds);
}

[[noreturn]] void wrong_operand(std::string_view operation, const Value& left, const Value& right) {
  throw EvaluationError("ARGUMENT_ERROR", "A " + label(left) + " cannot be combined by '" + std::string(operation) + "' with " +
                                              with_article(label(right)));
}

Value timespan_divided(const Value& left, const Value& right) {
  if (right.is(Kind::timespan)) {
    return finite(static_cast<double>(left.as_nanoseconds()) / static_cast<double>(right.as_nanoseconds()), "/");
  }
  if (right.is(Kind::integer)) return Value::timespan(floor_divide(left.as_nanoseconds(), right.as_integer(), "/"));
  if (!right.is(Kind::floating)) wrong_operand("/", left, right);
  if (right.as_float() == 0) divided_by_zero();
  return Value::timespan(to_nanoseconds(std::floor(static_cast<double>(left.as_nanoseconds()) / right.as_float()), "/"));
}

Value timespan_operation(std::string_view operation, const Value& left, const Value& right) {
  const bool number = right.is(Kind::integer) || right.is(Kind::floating);
  switch (operation[0]) {
    case '+':
      if (!number && !is_time(right)) wrong_operand(operation, left, right);
      return of_kind(right.is(Kind::timestamp) ? Kind::timestamp : Kind::timespan,
                     checked_add(left.as_nanoseconds(), nanoseconds_of(right, "+")));
    case '-':
      if (!number && !right.is(Kind::timespan)) wrong_operand(operation, left, right);
      return Value::timespan(checked_subtract(left.as_nanoseconds(), nanoseconds_of(right, "-")));
    case '*':
      if (right.is(Kind::integer)) return Value::timespan(checked_multiply(left.as_nanoseconds(), right.as_integer()));
      if (!number) wrong_operand(operation, left, right);
      return Value::timespan(to_nanoseconds(static_cast<double>(left.as_nanoseconds()) * right.as_float(), "*"));
    case '/': return timespan_divided(left, right);
    case '%':   // of whole seconds, and a number, as in Puppet
      if (!right.is(Kind::integer)) wrong_operand(operation, left, right);
      return Value::integer(floor_modulo(floor_divide(left.as_nanoseconds(), kNanosecondsPerSecond, "%"), right.as_integer()));
    default: not_applicable(operation, left);
  }
}

Value timestamp_operation(std::string_view operation, const Value& left, const Value& right) {
  const bool number = right.is(Kind::integer) || right.is(Kind::floating);
  if (operation == "+") {
    if (!number && !right.is(Kind::timespan)) wrong_operand(operation, left, right);
    return Value::timestamp(checked_add(left.as_nanoseconds(), nanoseconds_of(right, "+")));
  }
  if (operation != "-") not_applicable(operation, left);
  if (!number && !is_time(right)) wrong_operand(operation, left, right);
  const std::int64_t difference = checked_subtract(left.as_nanoseconds(), nanoseconds_of(right, "-"));
  return of_kind(right.is(Kind::timestamp) ? Kind::timespan : Kind::timestamp, difference);
}

// To Puppet a version is a number without arithmetic; what it says of one follows from that.
Value version_operation(std::string_view operation, const Value& left, const Value& right) {
  if (left.is(Kind::semver)) {
    if (operation == "%" && right.is(Kind::integer) && right.as_integer() == 0) divided_by_zero();
    not_applicable(operation, left);
  }
  if (operation == "<<" || operation == ">>") not_applicable(operation, left);
  wrong_operand(operation, left, right);
}

bool is_special(const Value& value) { return is_time(value) || value.is(Kind::semver); }

// Where a time or a version takes part, in the order in which Puppet looks at the operands.
Value special_operation(std::string_view operation, const Value& left, const Value& right) {
  if (operation == "%" && left.is(Kind::floating)) not_applicable(operation, left);
  if (operation == "%" && right.is(Kind::floating)) not_applicable_when(operation, left, right);
  if (is_time(right) && !is_time(left)) {
    const bool span = right.is(Kind::timespan);
    if (operation == "+" || (operation == "*" && span)) return special_operation(operation, right, left);
    if (operation != "-" || !span) not_applicable_when(operation, left, right);
    if (left.is(Kind::semver)) not_applicable(operation, left);
    return timespan_operation(operation, Value::timespan(seconds(left, operation)), right);
  }
  if (left.is(Kind::timespan)) return timespan_operation(operation, left, right);
  if (left.is(Kind::timestamp)) return timestamp_operation(operation, left, right);
  return version_operation(operation, left, right);
}

bool both_integers(const Value& a, const Value& b) { return a.is(Kind::integer) && b.is(Kind::integer); }

std::int64_t shift_count(const Value& value, std::string_view operation) {
  if (value.is(Kind::integer)) return value.as_integer();
  if (!value.is(Kind::floating) || !std::isfinite(value.as_float())) not_applicable(operation, value);
  return static_cast<std::int64_t>(std::trunc(std::max(-1e6, std::min(1e6, value.as_float()))));
}

Value shifted(std::int64_t number, std::int64_t left, std::string_view operation) {
  if (left <= -64) return Value::integer(number < 0 ? -1 : 0);
  if (left < 0) return Value::integer(number >> -left);
  if (number == 0) return Value::integer(0);
  if (left >= 64) overflow(operation, number > 0);
  const auto bits = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) << left);
  if (bits >> left != number) overflow(operation, number > 0);
  return Value::integer(bits);
}

struct Operands {
  Value left;
  Value right;
};

Operands numbers(const Value& a, const Value& b) { return {coerce_numeric(a), coerce_numeric(b)}; }

bool is_collection(const Value& value) { return value.is(Kind::array) || value.is(Kind::hash); }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::optional<Value> integer_of(std::string_view digits, int base, bool negative) {
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : (std::uint64_t{1} << 63) - 1;
  if (magnitude > limit) return std::nullopt;
  return Value::integer(negative ? static_cast<std::int64_t>(~magnitude + 1) : static_cast<std::int64_t>(magnitude));
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end;
}

std::optional<Value> float_of(std::string_view text, std::size_t whole, bool negative) {
  std::size_t at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = digits_at(text, at + 1);
    if (end == at + 1) return std::nullopt;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t digits = at + 1 < text.size() && text[at + 1] == '-' ? at + 2 : at + 1;
    const std::size_t end = digits_at(text, digits);
    if (end == digits) return std::nullopt;
    at = end;
  }
  if (at != text.size()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Value::floating(negative ? -number : number);
}

}  // namespace

std::optional<Value> to_number(std::string_view text) {
  if (text.substr(0, 2) == "::") text.remove_prefix(2);
  const auto skip_blanks = [&] { while (!text.empty() && is_blank(text.front())) text.remove_prefix(1); };
  skip_blanks();
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
    skip_blanks();
  }
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return integer_of(text.substr(2), 16, negative);
  const std::size_t whole = digits_at(text, 0);
  if (whole == 0) return std::nullopt;
  if (whole < text.size()) return float_of(text, whole, negative);
  const bool octal = text.size() > 1 && text[0] == '0';
  return integer_of(octal ? text.substr(1) : text, octal ? 8 : 10, negative);
}

Value coerce_numeric(const Value& value) {
  if (value.is(Kind::integer) || value.is(Kind::floating) || is_special(value)) return value;
  if (value.is(Kind::string)) {
    if (const auto number = to_number(value.as_string())) {
      throw EvaluationError("NUMERIC_COERCION", "The string '" + std::string(value.as_string()) +
                                                    "' was automatically coerced to the numerical value " + to_string(*number));
    }
  }
  throw EvaluationError("NOT_NUMERIC", "The value '" + to_string(value) + "' cannot be converted to Numeric.");
}

Value add(const Value& a, const Value& b) {
  if (both_integers(a, b)) return Value::integer(checked_add(a.as_integer(), b.as_integer()));
  if (is_collection(a)) return concatenate(a, b);
  if (a.is(Kind::binary)) {
    if (!b.is(Kind::binary)) throw EvaluationError("ARGUMENT_ERROR", "Can only append Binary to a Binary");
    return Value::binary(a.as_binary() + b.as_binary());
  }
  if (a.is(Kind::uri)) {
    if (!b.is(Kind::uri) && !b.is(Kind::string)) throw EvaluationError("ARGUMENT_ERROR", "An URI can only be merged with an URI or String");
    const Value reference = b.is(Kind::uri) ? b : Value::uri(std::string(b.as_string()));
    return Value::uri(types::Uri::parse(a.as_uri())->resolve(*types::Uri::parse(reference.as_uri())).to_string());
  }
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("+", both.left, both.right);
  return finite(as_double(both.left) + as_double(both.right), "+");
}

Value subtract(const Value& a, const Value& b) {
  if (both_integers(a, b)) return Value::integer(checked_subtract(a.as_integer(), b.as_integer()));
  if (is_collection(a)) return remove(a, b);
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("-", both.left, both.right);
  return finite(as_double(both.left) - as_double(both.right), "-");
}

Value multiply(const Value& a, const Value& b) {
  if (both_integers(a, b)) return Value::integer(checked_multiply(a.as_integer(), b.as_integer()));
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("*", both.left, both.right);
  return finite(as_double(both.left) * as_double(both.right), "*");
}

Value divide(const Value& a, const Value& b) {
  if (both_integers(a, b)) return Value::integer(floor_divide(a.as_integer(), b.as_integer(), "/"));
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("/", both.left, both.right);
  return finite(as_double(both.left) / as_double(both.right), "/");
}

Value modulo(const Value& a, const Value& b) {
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("%", both.left, both.right);
  if (both.left.is(Kind::floating)) not_applicable("%", both.left);
  if (both.right.is(Kind::floating)) not_applicable_when("%", both.left, both.right);
  return Value::integer(floor_modulo(both.left.as_integer(), both.right.as_integer()));
}

Value shift_left(const Value& a, const Value& b) {
  if (a.is(Kind::array)) return append(a, b);
  if (a.is(Kind::hash)) not_applicable("<<", a);
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation("<<", both.left, both.right);
  if (!both.left.is(Kind::integer)) not_applicable("<<", both.left);
  return shifted(both.left.as_integer(), shift_count(both.right, "<<"), "<<");
}

Value shift_right(const Value& a, const Value& b) {
  const Operands both = numbers(a, b);
  if (is_special(both.left) || is_special(both.right)) return special_operation(">>", both.left, both.right);
  if (!both.left.is(Kind::integer)) not_applicable(">>", both.left);
  return shifted(both.left.as_integer(), -shift_count(both.right, ">>"), ">>");
}

Value negate(const Value& a) {
  const Value number = coerce_numeric(a);
  if (number.is(Kind::floating)) return Value::floating(-number.as_float());
  if (number.is(Kind::semver)) wrong_operand("-", Value::integer(0), number);
  if (is_time(number)) {
    if (number.is(Kind::timestamp)) wrong_operand("-", Value::integer(0), number);
    return Value::timespan(checked_subtract(0, number.as_nanoseconds()));
  }
  return Value::integer(checked_subtract(0, number.as_integer()));
}

}  // namespace plan::values
