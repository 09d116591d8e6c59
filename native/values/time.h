// Times from text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace plan::values {

// "[-]" and one of D-H:M:S[.N], D-H:M, H:M:S[.N], M:S.N, S[.N]: Puppet's default formats. In nanoseconds.
[[nodiscard]] std::optional<std::int64_t> parse_timespan(std::string_view text);
// "2024-05-06T07:08:09[.N][ UTC|Z|+02:00]", with 'T' or a blank, or the date alone. In nanoseconds since 1970.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);
// Days from 1970-01-01 to a date of the Gregorian calendar; the month and the day count from 1.
[[nodiscard]] std::int64_t days_from_epoch(std::int64_t year, std::int64_t month, std::int64_t day);

}  // namespace plan::values
