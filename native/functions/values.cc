// Functions on values of any type: their types, conversions, Sensitive; and fail.
#include <algorithm>
#include <array>

#include "functions/support.h"
#include "types/case.h"
#include "types/text.h"

namespace plan::functions {

namespace {

using types::upcase;
using values::Kind;
using values::Value;

Value type(Context&, Arguments arguments, Block*) {
  const std::string_view how = arguments.size() > 1 ? string_argument("type", arguments, 1) : "detailed";
  if (how == "detailed") return Value::type(values::infer_detailed(arguments[0]));
  if (how == "reduced") return Value::type(values::infer(arguments[0]));
  if (how == "generalized") return Value::type(types::generalize(values::infer(arguments[0])));
  mismatch("type", arguments, 1, "Enum['detailed', 'generalized', 'reduced']");
}

// The type given, or the one that a text names.
types::TypePtr type_argument(Context& context, std::string_view function, Arguments arguments) {
  if (arguments[0].is(Kind::type)) return arguments[0].as_type();
  const auto named = arguments[0].is(Kind::string) ? context.type_named(arguments[0].as_string()) : std::nullopt;
  if (!named) mismatch(function, arguments, 0, "Type or the name of one");
  return *named;
}

Value assert_type(Context& context, Arguments arguments, Block* block) {
  const types::TypePtr expected = type_argument(context, "assert_type", arguments);
  if (values::instance_of(*expected, arguments[1])) return arguments[1];
  if (block != nullptr) {
    const std::array both{Value::type(expected), Value::type(values::infer_detailed(arguments[1]))};
    return block->call(both);
  }
  throw values::EvaluationError("TYPE_MISMATCH", "assert_type(): " + values::describe_mismatch(*expected, arguments[1]));
}

Value convert_with(const Value& to, Arguments arguments, Block* block) {
  Value result = convert(*to.as_type(), arguments);
  return block == nullptr ? result : block->call({&result, 1});
}

Value new_function(Context&, Arguments arguments, Block* block) {
  if (!arguments[0].is(Kind::type)) mismatch("new", arguments, 0, "Type");
  return convert_with(arguments[0], arguments.subspan(1), block);
}

Value convert_to(Context&, Arguments arguments, Block* block) {
  if (!arguments[1].is(Kind::type)) mismatch("convert_to", arguments, 1, "Type");
  std::vector<Value> given{arguments[0]};
  given.insert(given.end(), arguments.begin() + 2, arguments.end());
  return convert_with(arguments[1], given, block);
}

Value unwrap(Context&, Arguments arguments, Block* block) {
  const Value inner = arguments[0].is(Kind::sensitive) ? arguments[0].as_sensitive() : arguments[0];
  return block == nullptr ? inner : block->call({&inner, 1});
}

Value fail(Context&, Arguments arguments, Block*) {
  std::string message;
  for (const Value& part : arguments) {
    if (!message.empty()) message += ' ';
    message += values::to_string(part);
  }
  throw values::EvaluationError("FAIL", message.empty() ? "failed" : message);
}

// The parts that versions are compared by: runs of digits, '-', '.', and all between.
std::vector<std::string_view> version_parts(std::string_view version) {
  std::vector<std::string_view> out;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_mark = [](char c) { return c == '-' || c == '.'; };
  for (std::size_t at = 0; at < version.size();) {
    std::size_t end = at + 1;
    if (is_digit(version[at])) {
      while (end < version.size() && is_digit(version[end])) ++end;
    } else if (!is_mark(version[at])) {
      while (end < version.size() && !is_digit(version[end]) && !is_mark(version[end])) ++end;
    }
    out.push_back(version.substr(at, end - at));
    at = end;
  }
  return out;
}

bool all_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? digits.substr(digits.size() - 1) : digits.substr(first);
}

int compare_version_parts(std::string_view a, std::string_view b) {
  for (const std::string_view mark : {"-", "."}) {
    if (a == b) return 0;
    if (a == mark) return -1;
    if (b == mark) return 1;
  }
  if (!all_digits(a) || !all_digits(b)) return sign(upcase(a).compare(upcase(b)));
  const bool leading = (a.size() > 1 && a[0] == '0') || (b.size() > 1 && b[0] == '0');
  if (leading) return sign(upcase(a).compare(upcase(b)));
  const std::string_view x = without_zeros(a);
  const std::string_view y = without_zeros(b);
  return x.size() != y.size() ? (x.size() < y.size() ? -1 : 1) : sign(x.compare(y));
}

// Without zeros and points at the end, before a dash: as Puppet has it, "10" becomes "1" too.
std::string trimmed_version(std::string_view version) {
  const std::size_t dash = std::min(version.find('-'), version.size());
  std::string head(version.substr(0, dash));
  while (!head.empty() && (head.back() == '.' || head.back() == '0')) head.pop_back();
  return head + std::string(version.substr(dash));
}

Value versioncmp(Context&, Arguments arguments, Block*) {
  std::string a(string_argument("versioncmp", arguments, 0));
  std::string b(string_argument("versioncmp", arguments, 1));
  if (arguments.size() > 2 && boolean_argument("versioncmp", arguments, 2)) {
    a = trimmed_version(a);
    b = trimmed_version(b);
  }
  const auto x = version_parts(a);
  const auto y = version_parts(b);
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (x[i] != y[i]) return Value::integer(compare_version_parts(x[i], y[i]));
  }
  return Value::integer(sign(a.compare(b)));
}

// Functions are found by name in any case, and :: in front is of no meaning.
Value call_function(Context& context, Arguments arguments, Block* block) {
  std::string name = types::ascii_downcase(string_argument("call", arguments, 0));
  if (name.starts_with("::")) name.erase(0, 2);
  const Arguments rest = arguments.subspan(1);
  if (const auto result = context.call_defined(name, rest, block)) return *result;
  const Function* function = find(name);
  if (function == nullptr) bad_argument("Unknown function '" + std::string(arguments[0].as_string()) + "'");
  return call(*function, context, rest, block);
}

constexpr std::array kFunctions = {
    Function{"assert_type", "Variant[Type, String[1]] $type, Any $value, Optional[Callable[Type, Type]] &block >> Any", 2, 2, BlockUse::optional, assert_type, kTakesTwo},
    Function{"call", "String $function, Any *$arguments >> Any", 1, kMany, BlockUse::optional, call_function},
    Function{"convert_to", "Any $value, Type $type, Any *$arguments >> Any", 2, kMany, BlockUse::optional, convert_to},
    Function{"fail", "Any *$message", 0, kMany, BlockUse::none, fail},
    Function{"new", "Type $type, Any *$arguments >> Any", 1, kMany, BlockUse::optional, new_function},
    Function{"type", "Any $value, Enum['detailed', 'reduced', 'generalized'] $how = 'detailed' >> Type", 1, 2, BlockUse::none, type},
    Function{"unwrap", "Any $value, Optional[Callable[1, 1]] &block >> Any", 1, 1, BlockUse::optional, unwrap, kTakesOne},
    Function{"versioncmp", "String $a, String $b, Boolean $ignore_trailing_zeroes = false >> Integer[-1, 1]", 2, 3, BlockUse::none, versioncmp},
};

}  // namespace

std::span<const Function> value_functions() { return kFunctions; }

}  // namespace plan::functions
