// The conversions of `new`.
#include "functions/convert.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/work.h"
#include "functions/support.h"
#include "types/regex.h"
#include "types/text.h"
#include "types/uri.h"
#include "values/base64.h"
#include "values/number.h"
#include "values/time.h"

namespace plan::functions {

using types::Type;
using types::TypeKind;
using values::EvaluationError;
using values::HashBuilder;
using values::HashObject;
using values::Kind;
using values::Value;

namespace {

[[noreturn]] void invalid_value(std::string_view type, std::string_view text) {
  throw EvaluationError("TYPE_CONVERSION", "invalid value for " + std::string(type) + "(): " + types::double_quote(text));
}

// "12", " -0x1f ", "1_000": blanks around, single underscores between digits.
std::string without_underscores(std::string_view type, std::string_view text, std::string_view whole) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_' && text[i + 1] != '_';
    if (!between) invalid_value(type, whole);
  }
  return out;
}

int take_prefix(std::string_view& digits, int radix) {
  if (digits.size() < 2 || digits[0] != '0') return radix == 0 ? 10 : radix;
  const char mark = static_cast<char>(digits[1] | 0x20);
  const int named = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' ? 8 : 0;
  if (named != 0 && (radix == 0 || radix == named)) {
    digits.remove_prefix(2);
    return named;
  }
  return radix == 0 ? 8 : radix;
}

}  // namespace

void not_convertible(const Value& from, std::string_view type) {
  if (from.is(Kind::string)) {
    throw EvaluationError("TYPE_CONVERSION", "The string '" + std::string(from.as_string()) + "' cannot be converted to " + std::string(type));
  }
  throw EvaluationError("TYPE_CONVERSION", "Value of type " + general_type(from) + " cannot be converted to " + std::string(type));
}

void expect_count(std::string_view type, Arguments arguments, std::size_t least, std::size_t most) {
  if (arguments.size() >= least && arguments.size() <= most) return;
  const std::string wanted = least == most ? std::to_string(least) : "between " + std::to_string(least) + " and " + std::to_string(most);
  throw EvaluationError("ARGUMENT_MISMATCH", "'" + std::string(type) + ".new' expects " + wanted + " arguments, got " + std::to_string(arguments.size()));
}

std::int64_t ruby_integer(std::string_view text, int radix) {
  std::string_view rest = strip(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);   // Puppet lets blanks follow the sign
  const int base = take_prefix(rest, radix);
  const std::string digits = without_underscores("Integer", rest, text);
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : (std::uint64_t{1} << 63) - 1;
  if (digits.empty() || end != digits.data() + digits.size()) invalid_value("Integer", text);
  if (error != std::errc{} || magnitude > limit) throw EvaluationError("NUMERIC_OVERFLOW", "'" + std::string(text) + "' is outside of the range of an Integer");
  return negative ? static_cast<std::int64_t>(~magnitude + 1) : static_cast<std::int64_t>(magnitude);
}

double ruby_float(std::string_view text) {
  std::string_view rest = strip(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
  if (rest.size() > 1 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X' || rest[1] == 'b' || rest[1] == 'B')) {
    const auto whole = static_cast<double>(ruby_integer(rest, 0));
    return negative ? -whole : whole;
  }
  const std::string digits = without_underscores("Float", rest, text);
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool begins = !digits.empty() && digits[0] >= '0' && digits[0] <= '9';
  const bool ends = !digits.empty() && digits.back() != '.' && digits.find(".e") == std::string::npos;
  if (error == std::errc::result_out_of_range) number = std::strtod(digits.c_str(), nullptr);   // infinity, or next to nothing
  else if (error != std::errc{}) invalid_value("Float", text);
  if (!begins || !ends || end != digits.data() + digits.size()) invalid_value("Float", text);
  return negative ? -number : number;
}

std::string utf8_character(std::int64_t code_point) {
  if (code_point < 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    bad_argument(std::to_string(code_point) + " is no character");
  }
  const auto point = static_cast<std::uint32_t>(code_point);
  const auto low = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), low(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), low(6), low(0)};
  return {static_cast<char>(0xF0 | point >> 18), low(12), low(6), low(0)};
}

namespace {

// {from => …, radix => …, abs => …} or the same by position.
struct NumberArguments {
  Value from;
  Value radix = Value::default_();
  bool absolute = false;
};

NumberArguments number_arguments(std::string_view type, Arguments arguments, bool with_radix) {
  NumberArguments out;
  if (arguments.size() == 1 && arguments[0].is(Kind::hash)) {
    for (const auto& entry : arguments[0].as_hash().entries) {
      const std::string key = values::to_string(entry.key);
      if (key == "from") out.from = entry.value;
      else if (key == "radix" && with_radix) out.radix = entry.value;
      else if (key == "abs" && entry.value.is(Kind::boolean)) out.absolute = entry.value.as_boolean();
      else bad_argument(std::string(type) + ".new unrecognized key '" + key + "'");
    }
    return out;
  }
  expect_count(type, arguments, 1, with_radix ? 3 : 2);
  out.from = arguments[0];
  if (with_radix && arguments.size() > 1) out.radix = arguments[1];
  const std::size_t last = with_radix ? 2 : 1;
  if (arguments.size() > last) {
    if (!arguments[last].is(Kind::boolean)) mismatch(std::string(type) + ".new", arguments, last, "Boolean");
    out.absolute = arguments[last].as_boolean();
  }
  return out;
}

int radix_of(const Value& radix) {
  if (radix.is(Kind::default_)) return 0;
  const bool known = radix.is(Kind::integer) && (radix.as_integer() == 2 || radix.as_integer() == 8 || radix.as_integer() == 10 || radix.as_integer() == 16);
  if (!known) bad_argument("Illegal radix: " + values::to_string(radix) + ", expected 2, 8, 10, 16, or default");
  return static_cast<int>(radix.as_integer());
}

Value truncated(double number) {
  const double whole = std::trunc(number);
  if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) {
    throw EvaluationError("NUMERIC_OVERFLOW", types::format_float(number) + " is outside of the range of an Integer");
  }
  return Value::integer(static_cast<std::int64_t>(whole));
}

bool is_time(const Value& value) { return value.is(Kind::timespan) || value.is(Kind::timestamp); }

Value whole_seconds(const Value& time) {
  const std::int64_t nanoseconds = time.as_nanoseconds();
  return Value::integer(nanoseconds / 1'000'000'000 - (nanoseconds % 1'000'000'000 < 0 ? 1 : 0));
}

double seconds_of(const Value& time) { return static_cast<double>(time.as_nanoseconds()) / 1e9; }

// Text that Puppet takes for a number at all: it is stricter than Ruby's Integer() and Float().
bool is_integer_text(std::string_view text) {
  static const types::Regex regex("\\A[+-]?\\s*(?:(?:\\d+)|(?:0[xX][0-9A-Fa-f]+)|(?:0[bB][01]+))\\z");
  return regex.matches(text);
}

bool is_float_text(std::string_view text) {
  static const types::Regex regex("\\A[+-]?\\s*(?:(?:(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE]-?\\d+)?)|(?:0[xX][0-9A-Fa-f]+)|(?:0[0-7]+)|(?:0[bB][01]+))\\z");
  return regex.matches(text);
}

Value to_integer(Arguments arguments) {
  const NumberArguments given = number_arguments("Integer", arguments, true);
  const int radix = radix_of(given.radix);
  Value result;
  if (given.from.is(Kind::integer)) result = given.from;
  else if (given.from.is(Kind::floating)) result = truncated(given.from.as_float());
  else if (given.from.is(Kind::boolean)) result = Value::integer(given.from.as_boolean() ? 1 : 0);
  else if (is_time(given.from)) result = whole_seconds(given.from);
  else if (given.from.is(Kind::string) && is_integer_text(given.from.as_string())) result = Value::integer(ruby_integer(given.from.as_string(), radix));
  else not_convertible(given.from, "Integer");
  return given.absolute && result.as_integer() < 0 ? values::negate(result) : result;
}

Value to_float(Arguments arguments) {
  const NumberArguments given = number_arguments("Float", arguments, false);
  double result = 0;
  if (given.from.is(Kind::floating)) result = given.from.as_float();
  else if (given.from.is(Kind::integer)) result = static_cast<double>(given.from.as_integer());
  else if (given.from.is(Kind::boolean)) result = given.from.as_boolean() ? 1 : 0;
  else if (is_time(given.from)) result = seconds_of(given.from);
  else if (given.from.is(Kind::string) && is_float_text(given.from.as_string())) result = ruby_float(given.from.as_string());
  else not_convertible(given.from, "Float");
  return Value::floating(given.absolute ? std::fabs(result) : result);
}

Value to_numeric(Arguments arguments) {
  const NumberArguments given = number_arguments("Numeric", arguments, false);
  Value result;
  if (is_number(given.from)) result = given.from;
  else if (given.from.is(Kind::boolean)) result = Value::integer(given.from.as_boolean() ? 1 : 0);
  else if (is_time(given.from)) result = Value::floating(seconds_of(given.from));
  else if (given.from.is(Kind::string) && is_float_text(given.from.as_string())) {
    const std::string_view text = given.from.as_string();
    const auto number = values::to_number(text);
    result = number ? *number : Value::integer(ruby_integer(text, 0));
  } else {
    not_convertible(given.from, "Numeric");
  }
  if (!given.absolute) return result;
  if (result.is(Kind::floating)) return Value::floating(std::fabs(result.as_float()));
  return result.as_integer() < 0 ? values::negate(result) : result;
}

Value to_boolean(Arguments arguments) {
  expect_count("Boolean", arguments, 1, 1);
  const Value& from = arguments[0];
  if (from.is(Kind::boolean)) return from;
  if (from.is(Kind::integer)) return Value::boolean(from.as_integer() != 0);
  if (from.is(Kind::floating)) return Value::boolean(from.as_float() != 0);
  if (!from.is(Kind::string)) not_convertible(from, "Boolean");
  const std::string word = types::ascii_downcase(from.as_string());
  if (word == "true" || word == "yes" || word == "y") return Value::boolean(true);
  if (word == "false" || word == "no" || word == "n") return Value::boolean(false);
  not_convertible(from, "Boolean");
}

Value to_array(Arguments arguments) {
  expect_count("Array", arguments, 1, 2);
  const Value& from = arguments[0];
  const bool wrap = arguments.size() > 1 && boolean_argument("Array.new", arguments, 1);
  if (wrap) return from.is(Kind::array) ? from : Value::array({from});
  if (from.is(Kind::binary)) {
    std::vector<Value> bytes;
    for (const char c : from.as_binary()) bytes.push_back(Value::integer(static_cast<unsigned char>(c)));
    return Value::array(std::move(bytes));
  }
  auto items = elements(from);
  if (!items) not_convertible(from, "Array");
  return Value::array(std::move(*items));
}

// Arrays as hashes of their indices, all the way down.
Value array_as_hash(const Value& value) {
  if (!value.is(Kind::array)) return value;
  HashBuilder builder;
  for (std::size_t i = 0; i < value.as_array().size(); ++i) {
    builder.set(Value::integer(static_cast<std::int64_t>(i)), array_as_hash(value.as_array()[i]));
  }
  return builder.build();
}

Value with_entry(const Value& tree, Arguments path, const Value& value);

// An array in a tree is written by index, a hash by key; what is neither is replaced by a hash.
Value with_element(const Value& array, Arguments path, const Value& value) {
  const Value& key = path[0];
  if (!key.is(Kind::integer) || key.as_integer() < 0 || key.as_integer() > 1'000'000) bad_argument("an Array in a tree needs an Integer index, got " + values::inspect(key));
  Work::spend(array.as_array().size() + static_cast<std::size_t>(key.as_integer()));
  std::vector<Value> items(array.as_array().begin(), array.as_array().end());
  const auto index = static_cast<std::size_t>(key.as_integer());
  if (index >= items.size()) items.resize(index + 1);
  items[index] = path.size() == 1 ? value : with_entry(items[index], path.subspan(1), value);
  return Value::array(std::move(items));
}

Value with_entry(const Value& tree, Arguments path, const Value& value) {
  if (tree.is(Kind::array)) return with_element(tree, path, value);
  if (tree.is(Kind::hash)) Work::spend(tree.as_hash().size());      // it is copied
  HashBuilder builder = tree.is(Kind::hash) ? HashBuilder(tree.as_hash()) : HashBuilder();
  const Value* inner = builder.find(path[0]);
  Value below = path.size() == 1 ? value : with_entry(inner == nullptr ? Value::undef() : *inner, path.subspan(1), value);
  return builder.set(path[0], std::move(below)).build();
}

Value merged_root(const Value& tree, const Value& value) {
  HashBuilder builder(tree.as_hash());
  if (value.is(Kind::array)) {
    for (std::size_t i = 0; i < value.as_array().size(); ++i) builder.set(Value::integer(static_cast<std::int64_t>(i)), value.as_array()[i]);
  } else if (value.is(Kind::hash)) {
    for (const auto& entry : value.as_hash().entries) builder.set(entry.key, entry.value);
  } else {
    not_convertible(value, "Hash");
  }
  return builder.build();
}

// [[path, value], …] as made by tree_each.
Value hash_from_tree(Arguments entries, bool all_hashes) {
  Value tree = HashBuilder().build();
  for (const Value& entry : entries) {
    const bool pair = entry.is(Kind::array) && entry.as_array().size() == 2 && entry.as_array()[0].is(Kind::array);
    if (!pair) bad_argument("Hash.new of a tree expects Array[Tuple[Array, Any]]");
    const Arguments path = entry.as_array()[0].as_array();
    const Value& value = entry.as_array()[1];
    if (path.size() > values::kMaxNesting) throw EvaluationError("NESTING_LIMIT", "a path in a tree is longer than " + std::to_string(values::kMaxNesting) + " (limit 'nesting')");
    tree = path.empty() ? merged_root(tree, value) : with_entry(tree, path, all_hashes ? array_as_hash(value) : value);
  }
  return tree;
}

bool all_pairs(Arguments items) {
  return !items.empty() && std::all_of(items.begin(), items.end(), [](const Value& item) { return item.is(Kind::array) && item.as_array().size() == 2; });
}

Value hash_from_items(Arguments items) {
  HashBuilder builder;
  if (all_pairs(items)) {
    for (const Value& item : items) builder.set(item.as_array()[0], item.as_array()[1]);
    return builder.build();
  }
  if (items.size() % 2 != 0) throw EvaluationError("TYPE_CONVERSION", "odd number of arguments for Hash");
  for (std::size_t i = 0; i < items.size(); i += 2) builder.set(items[i], items[i + 1]);
  return builder.build();
}

Value to_hash(Arguments arguments) {
  expect_count("Hash", arguments, 1, 2);
  const Value& from = arguments[0];
  if (arguments.size() == 2) {
    const std::string_view how = string_argument("Hash.new", arguments, 1);
    if (how != "tree" && how != "hash_tree") mismatch("Hash.new", arguments, 1, "Enum['hash_tree', 'tree']");
    return hash_from_tree(array_argument("Hash.new", arguments, 0), how == "hash_tree");
  }
  if (from.is(Kind::hash)) return from;
  const auto items = elements(from);
  if (!items) not_convertible(from, "Hash");
  return hash_from_items(*items);
}

Value to_binary(Arguments arguments) {
  expect_count("Binary", arguments, 1, 2);
  const Value& from = arguments[0];
  if (from.is(Kind::binary)) return from;
  if (from.is(Kind::hash) && arguments.size() == 1) {   // {value => …, format => …}
    std::vector<Value> given;
    for (const std::string_view key : {"value", "format"}) {
      if (const Value* found = from.as_hash().find(key)) given.push_back(*found);
    }
    if (given.size() != from.as_hash().size() || given.empty() || given[0].is(Kind::hash)) mismatch("Binary.new", arguments, 0, "Struct[{value => String, Optional[format] => String}]");
    return to_binary(given);
  }
  if (from.is(Kind::array)) {
    std::string bytes;
    for (const Value& byte : from.as_array()) {
      if (!byte.is(Kind::integer) || byte.as_integer() < 0 || byte.as_integer() > 255) mismatch("Binary.new", arguments, 0, "String or Array[Integer[0, 255]]");
      bytes += static_cast<char>(byte.as_integer());
    }
    return Value::binary(std::move(bytes));
  }
  const std::string_view text = string_argument("Binary.new", arguments, 0);
  const std::string_view format = arguments.size() > 1 ? string_argument("Binary.new", arguments, 1) : "%B";
  if (format == "%s" || format == "%r") return Value::binary(std::string(text));
  if (format != "%b" && format != "%u" && format != "%B") mismatch("Binary.new", arguments, 1, "Enum['%B', '%b', '%r', '%s', '%u']");
  auto bytes = values::base64_decode(text);
  if (!bytes) bad_argument("invalid base64");
  return Value::binary(std::move(*bytes));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("[]{}()|-*.\\?+^$# ").find(c) != std::string_view::npos) out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  return out;
}

Value to_regexp(Arguments arguments) {
  expect_count("Regexp", arguments, 1, 2);
  const std::string_view text = string_argument("Regexp.new", arguments, 0);
  std::string source = arguments.size() > 1 && boolean_argument("Regexp.new", arguments, 1) ? escaped(text) : std::string(text);
  try {
    static_cast<void>(types::Regex::of(source));
  } catch (const types::RegexError& error) {
    bad_argument(error.what());
  }
  return Value::regexp(std::move(source));
}

Value to_text(Arguments arguments) {
  expect_count("String", arguments, 1, 2);
  return Value::string(convert_to_string(arguments[0], arguments.size() > 1 ? arguments[1] : Value::default_()));
}

Value to_sensitive(Arguments arguments) {
  expect_count("Sensitive", arguments, 1, 1);
  return arguments[0].is(Kind::sensitive) ? arguments[0] : Value::sensitive(arguments[0]);
}

// From a text, or from parts by name.
Value to_uri(Arguments arguments) {
  expect_count("URI", arguments, 1, 1);
  if (arguments[0].is(Kind::string) && !arguments[0].as_string().empty()) return Value::uri(std::string(arguments[0].as_string()));
  if (!arguments[0].is(Kind::hash)) mismatch("URI.new", arguments, 0, "String[1] or Hash");
  types::Uri uri;
  for (const values::HashEntry& entry : arguments[0].as_hash().entries) {
    const std::string name = values::to_string(entry.key);
    if (name == "port" && entry.value.is(Kind::integer) && entry.value.as_integer() >= 0) {
      uri.port = entry.value.as_integer();
      continue;
    }
    if (!entry.value.is(Kind::string) || entry.value.as_string().empty()) bad_argument("URI.new entry '" + name + "' expects a String[1] value");
    const std::string part(entry.value.as_string());
    if (name == "scheme") uri.scheme = types::ascii_downcase(part);
    else if (name == "userinfo") uri.userinfo = part;
    else if (name == "host") uri.host = part;
    else if (name == "path") uri.path = part;
    else if (name == "query") uri.query = part;
    else if (name == "fragment") uri.fragment = part;
    else if (name == "opaque") uri.opaque = part;
    else bad_argument("URI.new unrecognized key '" + name + "'");
  }
  if (uri.host && !uri.path.empty() && uri.path[0] != '/') bad_argument("bad component(expected absolute path component): " + uri.path);
  return Value::uri(uri.to_string());
}

Value converted(const Type& type, Arguments arguments);

// An array that cannot be converted by itself is taken as the arguments.
Value to_init(const Type& init, Arguments arguments) {
  expect_count("Init", arguments, 1, 1);
  const Type& type = init.arguments[0]->resolved();
  const bool list = arguments[0].is(Kind::array) && type.kind != TypeKind::array && type.kind != TypeKind::tuple && type.kind != TypeKind::hash &&
                    type.kind != TypeKind::struct_ && type.kind != TypeKind::string && type.kind != TypeKind::binary;
  return convert(*init.arguments[0], list ? arguments[0].as_array() : arguments);
}

Value converted(const Type& type, Arguments arguments) {
  switch (type.kind) {
    case TypeKind::integer: return to_integer(arguments);
    case TypeKind::floating: return to_float(arguments);
    case TypeKind::numeric: return to_numeric(arguments);
    case TypeKind::boolean: return to_boolean(arguments);
    case TypeKind::string: return to_text(arguments);
    case TypeKind::array: case TypeKind::tuple: return to_array(arguments);
    case TypeKind::hash: case TypeKind::struct_: return to_hash(arguments);
    case TypeKind::sensitive: return to_sensitive(arguments);
    case TypeKind::timespan: return to_timespan(arguments);
    case TypeKind::timestamp: return to_timestamp(arguments);
    case TypeKind::binary: return to_binary(arguments);
    case TypeKind::semver: return to_semver(arguments);
    case TypeKind::semver_range: return to_semver_range(arguments);
    case TypeKind::uri: return to_uri(arguments);
    case TypeKind::init:
      if (!type.arguments.empty()) return to_init(type, arguments);
      break;
    case TypeKind::regexp: return to_regexp(arguments);
    case TypeKind::optional: case TypeKind::not_undef:
      if (!type.arguments.empty()) return converted(type.arguments[0]->resolved(), arguments);
      break;
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::enum_: case TypeKind::pattern:
    case TypeKind::scalar: case TypeKind::scalar_data: case TypeKind::data: case TypeKind::rich_data:
    case TypeKind::collection: case TypeKind::iterable: case TypeKind::variant: case TypeKind::type:
    case TypeKind::callable: case TypeKind::catalog_entry: case TypeKind::resource: case TypeKind::class_:
    case TypeKind::process: case TypeKind::queue: case TypeKind::alias: case TypeKind::iterator: case TypeKind::runtime:
    case TypeKind::object: case TypeKind::type_set:
      break;
  }
  throw EvaluationError("TYPE_CONVERSION", "Creation of new instance of type '" + types::to_string(type) + "' is not supported");
}

}  // namespace

Value convert(const Type& type, Arguments arguments) {
  if (type.kind != TypeKind::init && arguments.size() == 1 && values::instance_of(type, arguments[0])) return arguments[0];
  Value result = converted(type.resolved(), arguments);
  if (!values::instance_of(type, result)) {
    throw EvaluationError("TYPE_MISMATCH", "Converted value from " + types::to_string(type) + ".new() " + values::describe_mismatch(type, result));
  }
  return result;
}

}  // namespace plan::functions
