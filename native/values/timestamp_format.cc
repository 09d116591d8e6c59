#include "values/timestamp_format.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "types/case.h"
#include "types/text.h"
#include "values/time.h"
#include "values/value.h"

namespace plan::values {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March", "April", "May", "June", "July",
                                                      "August", "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::size_t kMaxWidth = 1024;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Zone {
  std::string_view name;
  int hours;
};
constexpr Zone kZones[] = {{"utc", 0}, {"gmt", 0}, {"z", 0}, {"ut", 0}, {"wet", 0}, {"west", 1}, {"bst", 1}, {"cet", 1}, {"met", 1},
                           {"cest", 2}, {"eet", 2}, {"eest", 3}, {"msk", 3}, {"jst", 9}, {"est", -5}, {"edt", -4}, {"cst", -6},
                           {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"hst", -10}, {"akst", -9}};

// The parts of a moment of a calendar day.
struct Moment {
  std::int64_t year = 1970, month = 1, day = 1, day_of_year = 1;   // the month and the days from 1
  std::int64_t weekday = 4;                                        // from Sunday, 0
  std::int64_t hour = 0, minute = 0, second = 0, nanosecond = 0;
  std::int64_t epoch = 0;
};

Moment moment_of(std::int64_t nanoseconds, std::int64_t offset) {
  Moment m;
  m.epoch = floor_div(nanoseconds, kSecond);
  m.nanosecond = nanoseconds - m.epoch * kSecond;
  const std::int64_t local = m.epoch + offset;
  const std::int64_t days = floor_div(local, kDay);
  const std::int64_t seconds = local - days * kDay;
  m.hour = seconds / 3600;
  m.minute = seconds / 60 % 60;
  m.second = seconds % 60;
  m.weekday = ((days + 4) % 7 + 7) % 7;
  // From days to a date by eras of 400 years that start in March.
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = floor_div(shifted, 146'097);
  const std::int64_t of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * of_year + 2) / 153;
  m.day = of_year - (153 * march_month + 2) / 5 + 1;
  m.month = march_month < 10 ? march_month + 3 : march_month - 9;
  m.year = year_of_era + era * 400 + (m.month <= 2 ? 1 : 0);
  m.day_of_year = days - days_from_epoch(m.year, 1, 1) + 1;
  return m;
}

// Week of the year where weeks start on `first` (0: Sunday) and days before the first one are in week 0.
std::int64_t week_from(const Moment& m, std::int64_t first) {
  return (m.day_of_year - 1 + 7 - (m.weekday - first + 7) % 7) / 7;
}

struct IsoWeek {
  std::int64_t year;
  std::int64_t week;
};

IsoWeek iso_week(const Moment& m) {
  const std::int64_t monday_based = (m.weekday + 6) % 7;
  const std::int64_t thursday = m.day_of_year - 1 - monday_based + 3;   // of this week, as a day of this year from 0
  const auto length = [](std::int64_t year) { return days_from_epoch(year + 1, 1, 1) - days_from_epoch(year, 1, 1); };
  if (thursday < 0) return {m.year - 1, (thursday + length(m.year - 1)) / 7 + 1};
  if (thursday >= length(m.year)) return {m.year + 1, (thursday - length(m.year)) / 7 + 1};
  return {m.year, thursday / 7 + 1};
}

struct Flags {
  char pad = '\0';              // '0', '_' or '-'; none: as the directive has it
  bool upper = false;
  bool swap = false;
  int colons = 0;
  std::optional<std::size_t> width;
};

class Formatter {
 public:
  Formatter(const Moment& m, std::int64_t offset, bool utc) : m_(m), offset_(offset), utc_(utc) {}

  std::string run(std::string_view format) {
    std::string out;
    for (std::size_t at = 0; at < format.size();) {
      if (format[at] != '%') {
        out += format[at++];
        continue;
      }
      const std::size_t start = at++;
      const Flags flags = read_flags(format, at);
      std::optional<std::string> text;
      if (at < format.size()) text = directive(format[at], flags);
      if (text) {
        ++at;
        out += *text;
      } else {
        at = std::min(at + 1, format.size());
        out += format.substr(start, at - start);
      }
    }
    return out;
  }

 private:
  static Flags read_flags(std::string_view format, std::size_t& at) {
    Flags flags;
    for (; at < format.size(); ++at) {
      const char c = format[at];
      if (c == '-' || c == '_' || (c == '0' && !flags.width)) flags.pad = c;
      else if (c == '^') flags.upper = true;
      else if (c == '#') flags.swap = true;
      else if (c == ':') ++flags.colons;
      else if (c >= '0' && c <= '9') flags.width = std::min(kMaxWidth, flags.width.value_or(0) * 10 + static_cast<std::size_t>(c - '0'));
      else break;
    }
    if (at + 1 < format.size() && (format[at] == 'E' || format[at] == 'O') && std::isalpha(static_cast<unsigned char>(format[at + 1])) != 0) {
      const std::string_view accepted = format[at] == 'E' ? "cCxXyY" : "deHkIlmMSuUVwWy";
      if (accepted.find(format[at + 1]) != std::string_view::npos) ++at;
    }
    return flags;
  }

  static std::string number(std::int64_t value, std::size_t width, char filler, const Flags& flags) {
    if (flags.pad == '_') filler = ' ';
    if (flags.pad == '0') filler = '0';
    width = flags.width.value_or(width);
    const std::string digits = std::to_string(value < 0 ? -value : value);
    const std::string sign = value < 0 ? "-" : "";
    if (flags.pad == '-' || digits.size() + sign.size() >= width) return sign + digits;
    const std::string padding(width - digits.size() - sign.size(), filler);
    return filler == '0' ? sign + padding + digits : padding + sign + digits;
  }

  static std::string word(std::string text, const Flags& flags, bool swaps_down = false) {
    if (flags.upper || (flags.swap && !swaps_down)) text = types::upcase(text);
    else if (flags.swap) text = types::downcase(text);
    if (flags.pad == '-' || !flags.width || text.size() >= *flags.width) return text;
    return std::string(*flags.width - text.size(), flags.pad == '0' ? '0' : ' ') + text;
  }

  [[nodiscard]] std::string fraction(std::size_t digits) const {
    std::string text = number(m_.nanosecond, 9, '0', {});
    text.resize(std::min<std::size_t>(digits, kMaxWidth), '0');
    return text;
  }

  [[nodiscard]] std::string zone(const Flags& flags) const {
    const std::int64_t magnitude = offset_ < 0 ? -offset_ : offset_;
    const auto two = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    std::string text = two(magnitude / 3600);
    const std::string colon = flags.colons > 0 ? ":" : "";
    text += colon + two(magnitude / 60 % 60);
    if (flags.colons > 1) text += ":" + two(magnitude % 60);
    const std::string sign = offset_ < 0 ? "-" : "+";
    const std::size_t used = text.size() + 1;
    if (flags.width && used < *flags.width && flags.pad != '-') {
      const std::string padding(*flags.width - used, flags.pad == '_' ? ' ' : '0');
      return flags.pad == '_' ? padding + sign + text : sign + padding + text;
    }
    return sign + text;
  }

  std::string composed(std::string_view format, const Flags& flags) { return word(run(format), flags); }

  std::optional<std::string> directive(char c, const Flags& flags) {
    const std::int64_t twelve = m_.hour % 12 == 0 ? 12 : m_.hour % 12;
    const auto weekday = static_cast<std::size_t>(m_.weekday);
    const auto month = static_cast<std::size_t>(m_.month - 1);
    switch (c) {
      case 'Y': return number(m_.year, m_.year < 0 ? 5 : 4, '0', flags);
      case 'C': return number(floor_div(m_.year, 100), 2, '0', flags);
      case 'y': return number(((m_.year % 100) + 100) % 100, 2, '0', flags);
      case 'm': return number(m_.month, 2, '0', flags);
      case 'B': return word(std::string(kMonths[month]), flags);
      case 'b': case 'h': return word(std::string(kMonths[month].substr(0, 3)), flags);
      case 'd': return number(m_.day, 2, '0', flags);
      case 'e': return number(m_.day, 2, ' ', flags);
      case 'j': return number(m_.day_of_year, 3, '0', flags);
      case 'H': return number(m_.hour, 2, '0', flags);
      case 'k': return number(m_.hour, 2, ' ', flags);
      case 'I': return number(twelve, 2, '0', flags);
      case 'l': return number(twelve, 2, ' ', flags);
      case 'P': return word(m_.hour < 12 ? "am" : "pm", flags);
      case 'p': return word(m_.hour < 12 ? "AM" : "PM", flags, true);
      case 'M': return number(m_.minute, 2, '0', flags);
      case 'S': return number(m_.second, 2, '0', flags);
      case 'L': return fraction(flags.width.value_or(3));
      case 'N': return fraction(flags.width.value_or(9));
      case 'z': return zone(flags);
      case 'Z': return word(utc_ ? "UTC" : "", flags, true);
      case 'A': return word(std::string(kDays[weekday]), flags);
      case 'a': return word(std::string(kDays[weekday].substr(0, 3)), flags);
      case 'u': return number(m_.weekday == 0 ? 7 : m_.weekday, 1, '0', flags);
      case 'w': return number(m_.weekday, 1, '0', flags);
      case 'G': return number(iso_week(m_).year, 4, '0', flags);
      case 'g': return number(((iso_week(m_).year % 100) + 100) % 100, 2, '0', flags);
      case 'V': return number(iso_week(m_).week, 2, '0', flags);
      case 'U': return number(week_from(m_, 0), 2, '0', flags);
      case 'W': return number(week_from(m_, 1), 2, '0', flags);
      case 's': return number(m_.epoch, 1, '0', flags);
      case 'n': return word("\n", flags);
      case 't': return word("\t", flags);
      case '%': return word("%", flags);
      case 'c': return composed("%a %b %e %H:%M:%S %Y", flags);
      case 'D': case 'x': return composed("%m/%d/%y", flags);
      case 'F': return composed("%Y-%m-%d", flags);
      case 'T': case 'X': return composed("%H:%M:%S", flags);
      case 'R': return composed("%H:%M", flags);
      case 'r': return composed("%I:%M:%S %p", flags);
      case 'v': return composed("%e-%^b-%Y", flags);
      default: return std::nullopt;
    }
  }

  const Moment& m_;
  std::int64_t offset_;
  bool utc_;
};

// Text read by a format of strptime.
class Parser {
 public:
  Parser(std::string_view text) : text_(text) {}

  bool run(std::string_view format) {
    for (std::size_t at = 0; at < format.size(); ++at) {
      const char c = format[at];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        skip_space();
      } else if (c != '%' || at + 1 == format.size()) {
        if (!take(c)) return false;
      } else {
        ++at;
        while (at + 1 < format.size() && std::string_view("-_^#0:EO").find(format[at]) != std::string_view::npos) ++at;
        if (!directive(format[at])) return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  std::optional<ParsedTimestamp> result() const {
    if (!year_) return std::nullopt;
    const std::int64_t hour = half_ ? (hour_ % 12 + (*half_ ? 12 : 0)) : hour_;
    if (month_ < 1 || month_ > 12 || day_ < 1 || day_ > 31 || hour > 24 || minute_ > 59 || second_ > 60) return std::nullopt;
    if (hour == 24 && (minute_ > 0 || second_ > 0)) return std::nullopt;
    const std::int64_t seconds = days_from_epoch(*year_, month_, day_) * kDay + hour * 3600 + minute_ * 60 + second_;
    ParsedTimestamp parsed;
    if (__builtin_mul_overflow(seconds, kSecond, &parsed.nanoseconds) || __builtin_add_overflow(parsed.nanoseconds, nanosecond_, &parsed.nanoseconds)) {
      return std::nullopt;
    }
    parsed.offset = offset_;
    return parsed;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool number(std::size_t most, std::int64_t low, std::int64_t high, std::int64_t& out, bool blanks = false) {
    if (blanks && peek() == ' ') ++at_;
    std::size_t end = at_;
    std::int64_t value = 0;
    while (end < text_.size() && end - at_ < most && text_[end] >= '0' && text_[end] <= '9') value = value * 10 + (text_[end++] - '0');
    if (end == at_ || value < low || value > high) return false;
    at_ = end;
    out = value;
    return true;
  }

  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, std::int64_t& out) {
    for (std::size_t i = 0; i < N; ++i) {
      for (const std::size_t length : {names[i].size(), std::size_t{3}}) {
        if (!types::equal_ignoring_case(text_.substr(at_, length), names[i].substr(0, length))) continue;
        at_ += length;
        out = static_cast<std::int64_t>(i);
        return true;
      }
    }
    return false;
  }

  bool fraction() {
    const std::size_t from = at_;
    std::int64_t value = 0;
    if (!number(18, 0, INT64_MAX, value)) return false;
    for (std::size_t digits = at_ - from; digits < 9; ++digits) value *= 10;
    for (std::size_t digits = at_ - from; digits > 9; --digits) value /= 10;
    nanosecond_ = value;
    return true;
  }

  bool zone() {
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '+' || text_[end] == '-' || text_[end] == ':')) ++end;
    const auto offset = zone_offset(text_.substr(at_, end - at_));
    if (!offset) return false;
    at_ = end;
    offset_ = *offset;
    return true;
  }

  bool year() {
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    std::int64_t value = 0;
    if (!number(4, 0, 9999, value)) return false;
    year_ = negative ? -value : value;
    return true;
  }

  bool short_year() {
    std::int64_t value = 0;
    if (!number(2, 0, 99, value)) return false;
    year_ = value < 69 ? 2000 + value : 1900 + value;
    return true;
  }

  bool half_of_day() {
    const std::string half = types::downcase(text_.substr(at_, 2));
    if (half != "am" && half != "pm") return false;
    half_ = half == "pm";
    at_ += 2;
    return true;
  }

  bool directive(char c) {
    std::int64_t ignored = 0;
    switch (c) {
      case 'Y': return year();
      case 'y': return short_year();
      case 'm': return number(2, 1, 12, month_);
      case 'B': case 'b': case 'h':
        if (!name(kMonths, month_)) return false;
        ++month_;
        return true;
      case 'd': case 'e': return number(2, 1, 31, day_, true);
      case 'j': return number(3, 1, 366, ignored);
      case 'H': case 'k': return number(2, 0, 24, hour_, true);
      case 'I': case 'l': return number(2, 1, 12, hour_, true);
      case 'p': case 'P': return half_of_day();
      case 'M': return number(2, 0, 59, minute_);
      case 'S': return number(2, 0, 60, second_);
      case 'L': case 'N': return fraction();
      case 'z': case 'Z': return zone();
      case 'A': case 'a': return name(kDays, ignored);
      case 'u': case 'w': return number(1, 0, 7, ignored);
      case 's': return number(18, 0, INT64_MAX, ignored);
      case 'F': return run("%Y-%m-%d");
      case 'T': case 'X': return run("%H:%M:%S");
      case 'R': return run("%H:%M");
      case 'D': case 'x': return run("%m/%d/%y");
      case 'n': case 't': skip_space(); return true;
      case '%': return take('%');
      default: return take('%') && take(c);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::int64_t> year_;
  std::int64_t month_ = 1, day_ = 1, hour_ = 0, minute_ = 0, second_ = 0, nanosecond_ = 0;
  std::optional<bool> half_;
  std::optional<std::int64_t> offset_;
};

}  // namespace

std::string format_timestamp_as(std::string_view format, std::int64_t nanoseconds, std::optional<std::int64_t> offset) {
  const Moment moment = moment_of(nanoseconds, offset.value_or(0));
  return Formatter(moment, offset.value_or(0), !offset).run(format);
}

std::optional<ParsedTimestamp> parse_timestamp_as(std::string_view format, std::string_view text) {
  Parser parser(text);
  if (!parser.run(format) || !parser.at_end()) return std::nullopt;
  return parser.result();
}

std::optional<std::int64_t> zone_offset(std::string_view zone) {
  if (zone.empty()) return std::nullopt;
  const std::string name = types::downcase(zone);
  const auto* known = std::find_if(std::begin(kZones), std::end(kZones), [&](const Zone& one) { return one.name == name; });
  if (known != std::end(kZones)) return known->hours * 3600;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  std::string digits;
  for (const char c : zone.substr(1)) {
    if (c == ':') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits += c;
  }
  if (digits.size() != 2 && digits.size() != 4) return std::nullopt;
  digits.resize(4, '0');
  const std::int64_t seconds = std::stoll(digits.substr(0, 2)) * 3600 + std::stoll(digits.substr(2)) * 60;
  return zone[0] == '-' ? -seconds : seconds;
}

}  // namespace plan::values
