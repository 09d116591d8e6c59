#include "values/time.h"

#include <charconv>
#include <vector>

namespace plan::values {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = 9'000'000'000;   // what nanoseconds in 64 bits can hold

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < most && text_[end] >= '0' && text_[end] <= '9') ++end;
    if (end - at_ < least) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(text_.data() + at_, text_.data() + end, value);
    at_ = end;
    return value;
  }

  // What stands behind the point, as nanoseconds.
  std::optional<std::int64_t> fraction() {
    const std::size_t from = at_;
    const auto digits = number(1, 9);
    if (!digits) return std::nullopt;
    std::int64_t value = *digits;
    for (std::size_t i = at_ - from; i < 9; ++i) value *= 10;
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> total(std::int64_t seconds, std::int64_t nanoseconds) {
  if (seconds > kMostSeconds || seconds < -kMostSeconds) return std::nullopt;
  return seconds * kNanosecondsPerSecond + nanoseconds;
}

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Seconds east of Greenwich; nothing at all means UTC.
std::optional<std::int64_t> zone(Reader& reader) {
  reader.take(' ');
  if (reader.done() || reader.take("UTC") || reader.take("GMT") || reader.take('Z')) return 0;
  const bool west = reader.peek() == '-';
  if (!reader.take('+') && !reader.take('-')) return std::nullopt;
  const auto hours = reader.number(2, 2);
  reader.take(':');
  const auto minutes = reader.number(2, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t offset = *hours * 3600 + *minutes * 60;
  return west ? -offset : offset;
}

struct TimeOfDay {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
};

std::optional<TimeOfDay> time_of_day(Reader& reader) {
  const auto hour = reader.number(2, 2);
  if (!hour || !reader.take(':')) return std::nullopt;
  const auto minute = reader.number(2, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  TimeOfDay time{*hour * 3600 + *minute * 60, 0};
  if (!reader.take(':')) return time;
  const auto second = reader.number(2, 2);
  if (!second || *second > 60) return std::nullopt;
  time.seconds += *second;
  if (reader.take('.')) {
    const auto fraction = reader.fraction();
    if (!fraction) return std::nullopt;
    time.nanoseconds = *fraction;
  }
  return time;
}

}  // namespace

std::int64_t days_from_epoch(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<std::int64_t> parse_timespan(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.take('-');
  std::vector<std::int64_t> parts;   // the days, if there are any, then what colons separate
  const auto first = reader.number(1, 10);
  if (!first) return std::nullopt;
  parts.push_back(*first);
  const bool with_days = reader.take('-');
  if (with_days) {
    const auto hours = reader.number(1, 10);
    if (!hours) return std::nullopt;
    parts.push_back(*hours);
  }
  while (reader.take(':')) {
    const auto part = reader.number(1, 10);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  std::int64_t nanoseconds = 0;
  const bool with_fraction = reader.take('.');
  if (with_fraction) {
    const auto fraction = reader.fraction();
    if (!fraction) return std::nullopt;
    nanoseconds = *fraction;
  }
  const std::size_t count = parts.size();
  const bool known = with_days ? count == 4 || (count == 3 && !with_fraction) : count == 1 || count == 3 || (count == 2 && with_fraction);
  if (!reader.done() || !known) return std::nullopt;
  if (with_days && count == 3) parts.push_back(0);
  constexpr std::int64_t kUnits[] = {1, 60, 3600, 86400};
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::int64_t unit = kUnits[parts.size() - 1 - i];
    if (parts[i] > kMostSeconds / unit) return std::nullopt;
    seconds += parts[i] * unit;
  }
  return negative ? total(-seconds, -nanoseconds) : total(seconds, nanoseconds);
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  Reader reader(text);
  const auto year = reader.number(4, 4);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.number(2, 2);
  if (!month || !reader.take('-')) return std::nullopt;
  const auto day = reader.number(2, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > days_in(*year, *month)) return std::nullopt;
  TimeOfDay time;
  if (reader.take('T') || reader.take(' ')) {
    const auto given = time_of_day(reader);
    if (!given) return std::nullopt;
    time = *given;
  }
  const auto offset = zone(reader);
  if (!offset || !reader.done()) return std::nullopt;
  return total(days_from_epoch(*year, *month, *day) * 86400 + time.seconds - *offset, time.nanoseconds);
}

}  // namespace plan::values
