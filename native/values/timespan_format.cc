#include "values/timespan_format.h"

#include <algorithm>
#include <charconv>

#include "types/regex.h"
#include "types/text.h"
#include "values/value.h"

namespace plan::values {

namespace {

constexpr std::string_view kDirectives = "NLSMHD";   // from small to large
constexpr std::size_t kMaxWidth = 1000;

std::uint64_t unit_of(char directive) {
  switch (directive) {
    case 'D': return 86'400'000'000'000;
    case 'H': return 3'600'000'000'000;
    case 'M': return 60'000'000'000;
    case 'S': return 1'000'000'000;
    case 'L': return 1'000'000;
    default: return 1;
  }
}

std::size_t default_width(char directive) {
  switch (directive) {
    case 'D': return 1;
    case 'L': return 3;
    case 'N': return 9;
    default: return 2;
  }
}

bool is_fraction(char directive) { return directive == 'L' || directive == 'N'; }

[[noreturn]] void bad_specifier(std::string_view format, std::size_t start, std::size_t position) {
  throw EvaluationError("ARGUMENT_ERROR", "Bad format specifier '" + std::string(format.substr(start, position - start)) + "' in '" +
                                              std::string(format) + "', at position " + std::to_string(position));
}

std::uint64_t power_of_ten(std::size_t exponent) {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::string escaped(std::string_view literal) {
  std::string out;
  for (const char c : literal) {
    if (std::string_view("\\^$.|?*+()[]{}-#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

TimespanFormat::TimespanFormat(std::string_view format) {
  read(format);
  const auto rank = [](const Segment& segment) { return segment.directive == '\0' ? -1 : static_cast<int>(kDirectives.find(segment.directive)); };
  int highest = -1;
  for (const Segment& segment : segments_) highest = std::max(highest, rank(segment));
  const auto first = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& one) { return highest >= 0 && rank(one) == highest; });
  if (first != segments_.end()) first->total = true;
}

void TimespanFormat::read(std::string_view format) {
  const auto put_literal = [this](char c) {
    if (segments_.empty() || segments_.back().directive != '\0') segments_.emplace_back();
    segments_.back().literal += c;
  };
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      put_literal(format[at]);
      continue;
    }
    const std::size_t start = at++;
    Segment segment;
    bool first = true;
    for (;; ++at, first = false) {
      if (at >= format.size()) bad_specifier(format, start, at - 1);
      const char c = format[at];
      if ((c == '-' || c == '_') && first) {
        segment.pad = c == '-' ? '\0' : ' ';
      } else if (c >= '0' && c <= '9') {
        if (first && c == '0') continue;
        segment.width = std::min(kMaxWidth, segment.width.value_or(0) * 10 + static_cast<std::size_t>(c - '0'));
      } else {
        break;
      }
    }
    if (format[at] == '%') {
      put_literal('%');
      continue;
    }
    if (kDirectives.find(format[at]) == std::string_view::npos) bad_specifier(format, start, at);
    segment.directive = format[at];
    segments_.push_back(std::move(segment));
  }
}

std::string TimespanFormat::text_of(const Segment& segment, std::uint64_t nanoseconds) {
  if (segment.directive == '\0') return segment.literal;
  std::uint64_t number = nanoseconds / unit_of(segment.directive);
  const std::size_t width = segment.width.value_or(default_width(segment.directive));
  if (segment.directive == 'N' && width < 9) number /= power_of_ten(9 - width);
  if (!segment.total) {
    switch (segment.directive) {
      case 'H': number %= 24; break;
      case 'M': case 'S': number %= 60; break;
      case 'L': number %= 1000; break;
      case 'N': number %= power_of_ten(std::min<std::size_t>(width, 9)); break;
      default: break;
    }
  }
  const bool fraction = is_fraction(segment.directive);
  if (fraction && !segment.total && segment.pad != '0') {
    while (number != 0 && number % 10 == 0) number /= 10;
  }
  std::string digits = std::to_string(number);
  if (segment.pad == '\0' || digits.size() >= width) return digits;
  const std::size_t missing = width - digits.size();
  return fraction ? digits + std::string(missing, ' ') : std::string(missing, segment.pad) + digits;
}

std::string TimespanFormat::format(std::int64_t nanoseconds) const {
  const bool negative = nanoseconds < 0;
  const std::uint64_t magnitude = negative ? ~static_cast<std::uint64_t>(nanoseconds) + 1 : static_cast<std::uint64_t>(nanoseconds);
  std::string out = negative ? "-" : "";
  for (const Segment& segment : segments_) out += text_of(segment, magnitude);
  return out;
}

std::string TimespanFormat::pattern_of(const Segment& segment) {
  if (segment.directive == '\0') return "(" + escaped(segment.literal) + ")";
  const std::string digit = segment.pad == ' ' ? "[0-9\\s]" : "[0-9]";
  if (segment.width) {
    const std::string width = std::to_string(*segment.width);
    return "(" + digit + (segment.pad == '\0' ? "{1," : "{") + width + "})";
  }
  if (segment.total) return segment.pad == ' ' ? "\\s*([0-9]+)" : "([0-9]+)";
  return "(" + digit + "{1," + std::to_string(default_width(segment.directive)) + "})";
}

std::optional<std::int64_t> TimespanFormat::nanoseconds_of(const Segment& segment, std::string_view digits) {
  while (!digits.empty() && (digits.front() == ' ' || (digits.front() >= '\t' && digits.front() <= '\r'))) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  std::int64_t unit = static_cast<std::int64_t>(unit_of(segment.directive));
  if (is_fraction(segment.directive)) {
    if (segment.total) {
      throw EvaluationError("ARGUMENT_ERROR", "Format specifiers %L and %N denotes fractions and must be used together with a specifier of higher magnitude");
    }
    unit = digits.size() < 9 ? static_cast<std::int64_t>(power_of_ten(9 - digits.size())) : 1;
  }
  std::int64_t result = 0;
  if (__builtin_mul_overflow(number, unit, &result)) return std::nullopt;
  return result;
}

namespace {

std::optional<types::RegexMatch> search(const std::string& pattern, std::string_view text) {
  try {
    return types::Regex(pattern).search(text);
  } catch (const types::RegexError&) {
    throw EvaluationError("ARGUMENT_ERROR", "a format of a Timespan has too many specifiers");
  }
}

}  // namespace

std::optional<std::int64_t> TimespanFormat::parse(std::string_view text) const {
  std::string pattern = "\\A-?";
  for (const Segment& segment : segments_) pattern += pattern_of(segment);
  const auto match = search(pattern + "\\z", text);
  if (!match) return std::nullopt;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].directive == '\0') continue;
    const auto part = nanoseconds_of(segments_[i], match->text(text, i + 1));
    if (!part || __builtin_add_overflow(sum, *part, &sum)) return std::nullopt;
  }
  return text.starts_with('-') ? -sum : sum;
}

std::string timespan_text(std::int64_t nanoseconds) {
  static const TimespanFormat format("%-D-%H:%M:%S.%-N");
  return format.format(nanoseconds);
}

}  // namespace plan::values
