// scanf: text taken apart by a format, as Ruby's scanf does it. Each directive is a regular expression for the text it
// takes and a reading of that text.
#include <array>
#include <charconv>
#include <cstdlib>

#include "functions/support.h"
#include "types/regex.h"

namespace plan::functions {

namespace {

using values::Kind;
using values::Value;

enum class Reading : std::uint8_t { nothing, text, decimal, hexadecimal, octal, prefixed, floating };

struct Directive {
  std::string pattern;
  Reading reading = Reading::nothing;
  bool keeps_space = false;   // white space in front of the text belongs to it
};

constexpr std::string_view kFloat = R"([-+]?(?:0[xX](?:\.\h+|\h+(?:\.\h*)?)[pP][-+]?\d+|\d+(?![\d.])|\d*\.\d*(?:[eE][-+]?\d+)?))";

// {1,width}, or {1,} without one; `taken` characters of the width are already used.
std::string times(std::int64_t width, std::int64_t taken = 0) {
  return "{1," + (width == 0 ? "" : std::to_string(width - taken)) + "}";
}

// A number with sign and prefix in front of its digits: each takes a part of the width.
std::string number_pattern(std::int64_t width, std::string_view prefix, const std::string& digits) {
  if (width == 0) return "[-+]?" + (prefix.empty() ? std::string() : "(?:" + std::string(prefix) + ")?") + digits + "+";
  const auto size = static_cast<std::int64_t>(prefix.empty() ? 0 : 2);
  std::string out;
  if (size > 0 && width > size + 1) out += "[-+]" + std::string(prefix) + digits + times(width, size + 1) + "|";
  if (size > 0 && width > size) out += std::string(prefix) + digits + times(width, size) + "|";
  if (width > 1) out += "[-+]" + digits + times(width, 1) + "|";
  return out + digits + times(width);
}

std::string prefixed_pattern(std::int64_t width) {
  if (width == 0) return "[-+]?(?:0[0-7]+|0[Xx]\\h+|[1-9]\\d*)";
  std::string out;
  if (width > 1) out += "[1-9]\\d" + times(width, 1) + "|0[0-7]" + times(width, 1) + "|";
  if (width > 2) out += "[-+]0[0-7]" + times(width, 2) + "|[-+][1-9]\\d" + times(width, 2) + "|0[Xx]\\h" + times(width, 2) + "|";
  if (width > 3) out += "[-+]0[Xx]\\h" + times(width, 3) + "|";
  return out + "\\d";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

// `conversion` is a letter or a set of characters.
Directive directive(std::string_view whole, std::int64_t width, std::string_view conversion) {
  const bool spaced = whole.find('%') > 0;
  switch (conversion[0]) {
    case '[':
      if (conversion.starts_with("[[:") || width > 0) return {std::string(conversion) + times(width), Reading::text, true};
      return {std::string(conversion) + "+", Reading::text, true};
    case 'd': case 'u': return {number_pattern(width, "", "\\d"), Reading::decimal};
    case 'x': case 'X': return {number_pattern(width, "0[Xx]", "\\h"), Reading::hexadecimal};
    case 'o': return {number_pattern(width, "", "[0-7]"), Reading::octal};
    case 'i': return {prefixed_pattern(width), Reading::prefixed};
    case 'a': case 'e': case 'f': case 'g': case 'A': case 'E': case 'F': case 'G':
      return {width == 0 ? std::string(kFloat) : "(?=" + std::string(kFloat) + ")\\S" + times(width), Reading::floating};
    case 's': return {"\\S" + times(width), Reading::text};
    case 'c': return {width == 0 ? "." : "." + times(width), Reading::text, !spaced};
    case '%': return {"%", Reading::nothing};
    default: return {escaped(whole), Reading::nothing};
  }
}

// The directives of a format, one after the other; white space between them stands for any, or none.
class Format {
 public:
  explicit Format(std::string_view text) : text_(text) {}

  std::optional<Directive> next() {
    static const types::Regex directives(R"(\s*%(?:%|(\*)?(\d*)(\[\[:\w+:\]\]|\[[^\]]*\]|[diuxofegsca]))|[^%\s]+)", true);
    const auto found = directives.search(text_, at_);
    if (!found) return std::nullopt;
    at_ = found->groups[0].end;
    const std::string_view whole = found->text(text_, 0);
    if (!found->groups[3].matched) {
      if (whole.ends_with("%")) return directive(whole, 0, "%");
      return Directive{escaped(whole), Reading::nothing};
    }
    std::int64_t width = 0;
    const std::string_view digits = found->text(text_, 2);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), width).ec != std::errc{} && !digits.empty()) width = kWidest;
    Directive out = directive(whole, std::min(width, kWidest), found->text(text_, 3));
    if (found->groups[1].matched) out.reading = Reading::nothing;
    return out;
  }

 private:
  static constexpr std::int64_t kWidest = 65'535;   // the most a regular expression counts to
  std::string_view text_;
  std::size_t at_ = 0;
};

Value integer_value(std::string_view text, int base) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  const std::string digits = (negative ? "-" : "") + std::string(text);
  std::int64_t number = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number, base).ec != std::errc{}) {
    throw values::EvaluationError("NUMERIC_OVERFLOW", digits + " is outside of the range of an Integer");
  }
  return Value::integer(number);
}

int base_of(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) return 16;
  return text.starts_with('0') ? 8 : 10;
}

Value read(Reading reading, std::string_view text) {
  switch (reading) {
    case Reading::nothing: return Value::undef();
    case Reading::text: return Value::string(text);
    case Reading::decimal: return integer_value(text, 10);
    case Reading::hexadecimal: return integer_value(text, 16);
    case Reading::octal: return integer_value(text, 8);
    case Reading::prefixed: return integer_value(text, base_of(text));
    case Reading::floating: return Value::floating(std::strtod(std::string(text).c_str(), nullptr));
  }
  return Value::undef();
}

Value scan(Context& context, std::string_view text, std::string_view format) {
  std::vector<Value> found;
  Format directives(format);
  for (auto one = directives.next(); one && !text.empty(); one = directives.next()) {
    context.spend(1);
    const auto match = types::Regex::of((one->keeps_space ? "\\A(?m:" : "\\A\\s*(?m:(?:") + one->pattern + (one->keeps_space ? ")" : "))"))->search(text);
    if (!match) break;
    std::string_view taken = match->text(text, 0);
    if (!one->keeps_space) taken.remove_prefix(std::min(taken.find_first_not_of(" \t\r\n\f\v"), taken.size()));
    if (one->reading != Reading::nothing) found.push_back(read(one->reading, taken));
    text.remove_prefix(match->groups[0].end);
  }
  return Value::array(std::move(found));
}

Value scanf_function(Context& context, Arguments arguments, Block* block) {
  const std::string_view text = string_argument("scanf", arguments, 0);
  const std::string_view format = string_argument("scanf", arguments, 1);
  try {
    const Value found = scan(context, text, format);
    return block == nullptr ? found : block->call({&found, 1});
  } catch (const types::RegexError& error) {
    throw values::EvaluationError("ILLEGAL_REGEXP", error.what());
  }
}

constexpr std::array kFunctions = {
    Function{"scanf", "String $text, String $format, Optional[Callable[1, 1]] &block >> Any", 2, 2, BlockUse::optional, scanf_function},
};

}  // namespace

std::span<const Function> scan_functions() { return kFunctions; }

}  // namespace plan::functions
