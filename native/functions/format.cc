// sprintf as Ruby's Kernel#format has it.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "functions/convert.h"
#include "functions/support.h"
#include "types/text.h"

namespace plan::functions {

namespace {

using values::HashObject;
using values::Kind;
using values::Value;

constexpr std::size_t kWidest = 10'000;

struct Directive {
  bool left = false;
  bool plus = false;
  bool space = false;
  bool zero = false;
  bool alternative = false;
  std::size_t width = 0;
  std::optional<std::size_t> precision;
  char type = 's';
};

std::string ruby_inspect(const Value& value);

std::string ruby_array(Arguments items) {
  std::string out = "[";
  for (std::size_t i = 0; i < items.size(); ++i) out += (i > 0 ? ", " : "") + ruby_inspect(items[i]);
  return out + "]";
}

std::string ruby_hash(const HashObject& hash) {
  std::string out = "{";
  for (std::size_t i = 0; i < hash.entries.size(); ++i) {
    out += (i > 0 ? ", " : "") + ruby_inspect(hash.entries[i].key) + "=>" + ruby_inspect(hash.entries[i].value);
  }
  return out + "}";
}

std::string ruby_inspect(const Value& value) {
  if (value.is_undef()) return "nil";
  if (value.is(Kind::string)) return types::double_quote(value.as_string());
  if (value.is(Kind::default_)) return ":default";
  if (value.is(Kind::array)) return ruby_array(value.as_array());
  if (value.is(Kind::hash)) return ruby_hash(value.as_hash());
  if (value.is(Kind::sensitive)) return "#<" + values::to_string(value) + ">";
  if (value.is(Kind::uri)) return "#<URI " + value.as_uri() + ">";
  return values::to_string(value);
}

std::string padded(std::string text, const Directive& directive) {
  const auto length = static_cast<std::size_t>(types::utf8_length(text));
  if (length >= directive.width) return text;
  const std::string blanks(directive.width - length, ' ');
  return directive.left ? text + blanks : blanks + text;
}

std::string format_text(std::string text, const Directive& directive) {
  if (directive.precision) {
    std::string cut;
    std::size_t count = 0;
    for (const std::string_view character : characters(text)) {
      if (count++ >= *directive.precision) break;
      cut += character;
    }
    text = cut;
  }
  return padded(std::move(text), directive);
}

// sign, prefix (0x), digits: zeros go between prefix and digits, blanks around all.
std::string format_digits(std::string sign, std::string prefix, std::string digits, const Directive& directive, char filler = '0') {
  if (directive.precision) {
    if (digits.size() < *directive.precision) digits.insert(0, *directive.precision - digits.size(), filler);
  } else if (directive.zero && !directive.left) {
    const std::size_t used = sign.size() + prefix.size() + digits.size();
    if (used < directive.width) digits.insert(0, directive.width - used, filler);
  }
  return padded(sign + prefix + digits, directive);
}

std::string sign_of(bool negative, const Directive& directive) {
  if (negative) return "-";
  return directive.plus ? "+" : directive.space ? " " : "";
}

std::string digits_of(std::uint64_t number, int base) {
  std::array<char, 65> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, base);
  return {buffer.data(), result.ptr};
}

int base_of(char type) {
  switch (type) {
    case 'x': case 'X': return 16;
    case 'o': return 8;
    case 'b': case 'B': return 2;
    default: return 10;
  }
}

// A negative number in a base of two, four or eight bits a digit is endless on the left: "..f01".
std::string endless_digits(std::int64_t number, int base) {
  const int bits = base == 16 ? 4 : base == 8 ? 3 : 1;
  const char last = base == 16 ? 'f' : base == 8 ? '7' : '1';
  std::string digits;
  std::int64_t rest = number;
  while (rest != -1) {
    digits.insert(digits.begin(), "0123456789abcdef"[rest & (base - 1)]);
    rest >>= bits;
  }
  if (digits.empty() || digits.front() != last) digits.insert(digits.begin(), last);
  return digits;
}

std::string format_integer(std::int64_t number, const Directive& directive) {
  const int base = base_of(directive.type);
  const bool negative = number < 0;
  const bool complement = base != 10 && negative && !directive.plus && !directive.space;
  std::string prefix;
  if (directive.alternative && (number != 0 || base == 8)) {
    prefix = base == 16 ? "0x" : base == 2 ? "0b" : base == 8 && !complement ? "0" : "";
  }
  std::string out;
  if (complement) {
    const char filler = base == 16 ? 'f' : base == 8 ? '7' : '1';
    Directive narrower = directive;   // the dots take two places of a precision
    if (narrower.precision) narrower.precision = *narrower.precision > 2 ? *narrower.precision - 2 : 0;
    out = format_digits("", prefix + "..", endless_digits(number, base), narrower, filler);
  } else {
    const std::uint64_t magnitude = negative ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
    out = format_digits(sign_of(negative, directive), prefix, digits_of(magnitude, base), directive);
  }
  if (directive.type == 'X' || directive.type == 'B') {
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }
  return out;
}

std::string format_double(double number, const Directive& directive) {
  if (std::isnan(number) || std::isinf(number)) {
    const bool infinite = std::isinf(number);
    return padded(sign_of(infinite && number < 0, directive) + (infinite ? "Inf" : "NaN"), directive);
  }
  std::string specification = "%";
  if (directive.left) specification += '-';
  if (directive.plus) specification += '+';
  if (directive.space) specification += ' ';
  if (directive.zero) specification += '0';
  if (directive.alternative) specification += '#';
  specification += "*.*";
  specification += directive.type;
  const int width = static_cast<int>(directive.width);
  const int precision = directive.precision ? static_cast<int>(*directive.precision) : -1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const int length = std::snprintf(nullptr, 0, specification.c_str(), width, precision, number);
  PLAN_ASSERT(length >= 0);
  std::string out(static_cast<std::size_t>(length) + 1, '\0');
  std::snprintf(out.data(), out.size(), specification.c_str(), width, precision, number);
#pragma GCC diagnostic pop
  out.pop_back();
  return out;
}

// %f of an Integer is exact, whatever its size.
std::string format_whole(std::int64_t number, const Directive& directive) {
  Directive whole = directive;
  whole.type = 'd';
  whole.alternative = false;
  whole.precision.reset();
  const std::size_t decimals = directive.precision.value_or(6);
  const std::size_t size = decimals == 0 ? 0 : decimals + 1;
  const std::string fraction = decimals == 0 ? "" : "." + std::string(decimals, '0');
  if (!directive.left) {
    whole.width = directive.width > size ? directive.width - size : 0;
    return format_integer(number, whole) + fraction;
  }
  whole.width = 0;
  return padded(format_integer(number, whole) + fraction, directive);
}

std::int64_t as_integer(const Value& value) {
  if (value.is(Kind::integer)) return value.as_integer();
  if (value.is(Kind::floating)) {
    const double whole = std::trunc(value.as_float());
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) bad_argument("sprintf: " + values::to_string(value) + " is no Integer");
    return static_cast<std::int64_t>(whole);
  }
  if (value.is(Kind::string) || value.is_undef()) return ruby_integer(values::to_string(value), 0);
  bad_argument("can't convert " + values::label(value) + " into Integer");
}

double as_double(const Value& value) {
  if (value.is(Kind::integer)) return static_cast<double>(value.as_integer());
  if (value.is(Kind::floating)) return value.as_float();
  if (value.is(Kind::string) || value.is_undef()) return ruby_float(values::to_string(value));
  bad_argument("can't convert " + values::label(value) + " into Float");
}

std::string character_of(const Value& value) {
  if (value.is(Kind::string)) {
    const auto all = characters(value.as_string());
    if (all.size() != 1) bad_argument("%c requires a character");
    return std::string(all[0]);
  }
  return utf8_character(as_integer(value));
}

std::string apply(const Directive& directive, const Value& value) {
  switch (directive.type) {
    case 's': return format_text(ruby_text(value), directive);
    case 'p': return format_text(ruby_inspect(value), directive);
    case 'c': return padded(character_of(value), directive);
    case 'd': case 'i': case 'u': case 'x': case 'X': case 'o': case 'b': case 'B':
      return format_integer(as_integer(value), directive);
    case 'f':
      if (value.is(Kind::integer)) return format_whole(value.as_integer(), directive);
      return format_double(as_double(value), directive);
    case 'e': case 'E': case 'g': case 'G': case 'a': case 'A':
      return format_double(as_double(value), directive);
    default: bad_argument(std::string("malformed format string - %") + directive.type);
  }
}

// Reads a format from left to right and takes arguments as it goes.
class Formatter {
 public:
  Formatter(std::string_view format, Arguments arguments) : format_(format), arguments_(arguments) {}

  std::string run() {
    while (at_ < format_.size()) {
      if (format_[at_] != '%') {
        out_ += format_[at_++];
        continue;
      }
      ++at_;
      directive();
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

  const Value& next_argument() {
    if (numbered_) bad_argument("unnumbered argument mixed with numbered");
    if (next_ >= arguments_.size()) bad_argument("too few arguments");
    return arguments_[next_++];
  }

  // %1$s: by its place. What has one and what is next cannot be mixed.
  const Value& numbered_argument(std::size_t number) {
    if (next_ > 0) bad_argument("numbered(" + std::to_string(number) + ") after unnumbered(" + std::to_string(next_) + ")");
    numbered_ = true;
    if (number > arguments_.size()) bad_argument("too few arguments");
    return arguments_[number - 1];
  }

  const Value& named_argument(char close) {
    const std::size_t end = format_.find(close, at_);
    if (end == std::string_view::npos) bad_argument("malformed name - unmatched parenthesis");
    const std::string name(format_.substr(at_, end - at_));
    at_ = end + 1;
    if (arguments_.size() != 1 || !arguments_[0].is(Kind::hash)) bad_argument("one hash required");
    const Value* value = arguments_[0].as_hash().find(name);
    if (value == nullptr) bad_argument("key<" + name + "> not found");
    return *value;
  }

  std::size_t number() {
    std::size_t value = 0;
    while (peek() >= '0' && peek() <= '9') value = std::min(kWidest + 1, value * 10 + static_cast<std::size_t>(format_[at_++] - '0'));
    if (value > kWidest) bad_argument("sprintf: a width or precision of more than " + std::to_string(kWidest));
    return value;
  }

  std::size_t starred(Directive& directive) {
    ++at_;
    const std::int64_t given = as_integer(next_argument());
    if (given < 0) directive.left = true;
    const std::uint64_t magnitude = given < 0 ? ~static_cast<std::uint64_t>(given) + 1 : static_cast<std::uint64_t>(given);
    if (magnitude > kWidest) bad_argument("sprintf: a width or precision of more than " + std::to_string(kWidest));
    return magnitude;
  }

  bool flag(Directive& directive) {
    switch (peek()) {
      case '-': directive.left = true; break;
      case '+': directive.plus = true; break;
      case ' ': directive.space = true; break;
      case '0': directive.zero = true; break;
      case '#': directive.alternative = true; break;
      default: return false;
    }
    ++at_;
    return true;
  }

  void directive() {
    Directive directive;
    const Value* value = nullptr;
    while (true) {
      if (flag(directive)) continue;
      const char c = peek();
      if (c == '<') {
        ++at_;
        value = &named_argument('>');
      } else if (c == '{') {
        ++at_;
        out_ += format_text(ruby_text(named_argument('}')), directive);
        return;
      } else if (c >= '1' && c <= '9') {
        const std::size_t value_or_width = number();
        if (peek() == '$') {
          ++at_;
          value = &numbered_argument(value_or_width);
        } else {
          directive.width = value_or_width;
        }
      } else if (c == '*') {
        directive.width = starred(directive);
      } else if (c == '.') {
        ++at_;
        if (directive.precision) bad_argument("precision given twice");
        directive.precision = peek() == '*' ? starred(directive) : number();
      } else {
        break;
      }
    }
    if (at_ >= format_.size()) bad_argument("incomplete format specifier; use %% (double %) instead");
    directive.type = format_[at_++];
    if (directive.type == '%') {
      if (format_[at_ - 2] != '%') bad_argument("invalid format character - %");
      out_ += '%';
      return;
    }
    out_ += apply(directive, value != nullptr ? *value : next_argument());
  }

  std::string_view format_;
  Arguments arguments_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  bool numbered_ = false;
};

}  // namespace

std::string ruby_text(const Value& value) {
  if (value.is(Kind::array) || value.is(Kind::hash)) return ruby_inspect(value);
  if (value.is(Kind::regexp)) return "(?-mix:" + value.as_regexp() + ")";
  return values::to_string(value);
}

std::string format_one(std::string_view directive, const Value& value) { return Formatter(directive, {&value, 1}).run(); }

std::string format_all(std::string_view format, Arguments arguments) { return Formatter(format, arguments).run(); }

}  // namespace plan::functions
