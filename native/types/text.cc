#include "types/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/assert.h"
#include "base/work.h"

namespace plan::types {

namespace {

constexpr std::size_t kBytesOfAUnit = 8;        // of work, where text is looked at character by character
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
  std::array<char, 96> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, arguments...);
  PLAN_ASSERT(length >= 0 && static_cast<std::size_t>(length) < buffer.size());
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

}  // namespace

std::string double_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '"': out += "\\\""; break;
      case '$': out += "\\$"; break;
      case '\\': out += "\\\\"; break;
      default:
        if (is_control(c)) {
          out += print("\\u{%X}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out += '"';
}

std::string quote(std::string_view text) {
  std::string out = "'";
  bool escaped = false;
  for (const char c : text) {
    if (is_control(c)) return double_quote(text);
    if (escaped) {
      out += '\\';
      out += c;
      escaped = false;
    } else if (c == '\'') {
      out += "\\'";
    } else if (c == '\\') {
      escaped = true;
    } else {
      out += c;
    }
  }
  if (escaped) out += '\\';
  return out += '\'';
}

std::string format_float(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  std::array<char, 64> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  PLAN_ASSERT(error == std::errc{});
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const bool negative = text.front() == '-';
  const std::size_t e = text.find('e');
  std::string digits;
  for (const char c : text.substr(negative ? 1 : 0, e - (negative ? 1 : 0))) {
    if (c != '.') digits += c;
  }
  int exponent = 0;
  const char* from = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
  std::from_chars(from, end, exponent);

  std::string out = negative ? "-" : "";
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits.front();
    out += '.';
    out += count > 1 ? digits.substr(1) : "0";
    out += print("e%c%02d", exponent < 0 ? '-' : '+', std::abs(exponent));
  } else if (exponent < 0) {
    out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (exponent + 1 >= count) {
    out += digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0') + ".0";
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out += digits.substr(0, whole) + "." + digits.substr(whole);
  }
  return out;
}

std::string regexp_literal(std::string_view source) {
  std::string out = "/";
  bool escaped = false;
  for (const char c : source) {
    if (c == '/' && !escaped) out += '\\';
    out += c;
    escaped = c == '\\' && !escaped;
  }
  return out += '/';
}

std::string format_timespan(std::int64_t nanoseconds) {
  const bool negative = nanoseconds < 0;
  const std::uint64_t all = negative ? 0 - static_cast<std::uint64_t>(nanoseconds) : static_cast<std::uint64_t>(nanoseconds);
  const std::uint64_t seconds = all / kNanosecondsPerSecond;
  std::string fraction = print("%09llu", static_cast<unsigned long long>(all % kNanosecondsPerSecond));
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return print("%s%llu-%02llu:%02llu:%02llu.", negative ? "-" : "", static_cast<unsigned long long>(seconds / 86400),
               static_cast<unsigned long long>(seconds / 3600 % 24), static_cast<unsigned long long>(seconds / 60 % 60),
               static_cast<unsigned long long>(seconds % 60)) + fraction;
}

std::string format_timestamp(std::int64_t nanoseconds) {
  std::int64_t seconds = nanoseconds / kNanosecondsPerSecond;
  std::int64_t rest = nanoseconds % kNanosecondsPerSecond;
  if (rest < 0) {
    rest += kNanosecondsPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t of_day = seconds % 86400;
  if (of_day < 0) {
    of_day += 86400;
    --days;
  }
  // Days since 1970 to a date, by eras of 400 years that begin on the first of March.
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t of_era = shifted - era * 146097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * of_year + 2) / 153;
  const std::int64_t day = of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return print("%04lld-%02lld-%02lldT%02lld:%02lld:%02lld.%09lld UTC", static_cast<long long>(year),
               static_cast<long long>(month), static_cast<long long>(day), static_cast<long long>(of_day / 3600),
               static_cast<long long>(of_day / 60 % 60), static_cast<long long>(of_day % 60), static_cast<long long>(rest));
}

std::size_t utf8_width(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t width = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::size_t have = 1;
  while (have < width && at + have < text.size() && (static_cast<unsigned char>(text[at + have]) & 0xC0) == 0x80) ++have;
  return have;
}

std::int64_t utf8_length(std::string_view text) {
  Work::spend(text.size() / kBytesOfAUnit);
  std::int64_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += utf8_width(text, at)) ++count;
  return count;
}

int compare_ignoring_case(std::string_view a, std::string_view b) {
  const std::size_t common = a.size() < b.size() ? a.size() : b.size();
  Work::spend(common / kBytesOfAUnit);
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i]));
    const auto y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && compare_ignoring_case(a, b) == 0;
}

std::string ascii_downcase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string capitalize_segments(std::string_view name) {
  std::string out(name);
  bool begins = true;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (begins && out[i] >= 'a' && out[i] <= 'z') out[i] = static_cast<char>(out[i] - 'a' + 'A');
    begins = i > 0 && out[i] == ':' && out[i - 1] == ':';
  }
  return out;
}

}  // namespace plan::types
