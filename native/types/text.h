// Text as Puppet writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plan::types {

// A string as in source text: single quotes where they do, double quotes where there are control characters.
[[nodiscard]] std::string quote(std::string_view text);
[[nodiscard]] std::string double_quote(std::string_view text);
// The shortest text that reads back as the same float, in Ruby's form: 1.0, 1.0e+16, 1.0e-05.
[[nodiscard]] std::string format_float(double value);
// /source/ with its slashes escaped.
[[nodiscard]] std::string regexp_literal(std::string_view source);
// "1-02:03:04.5": days, hours, minutes, seconds and what remains, as Puppet writes a Timespan.
[[nodiscard]] std::string format_timespan(std::int64_t nanoseconds);
// "2024-05-06T07:08:09.500000000 UTC".
[[nodiscard]] std::string format_timestamp(std::int64_t nanoseconds);

// Number of characters (not bytes) of UTF-8; a stray byte counts as one.
[[nodiscard]] std::int64_t utf8_length(std::string_view text);
// Bytes of the character that begins at `at`.
[[nodiscard]] std::size_t utf8_width(std::string_view text, std::size_t at);
// ASCII letters are the same in both cases, as Ruby's casecmp has it: <0, 0, >0.
[[nodiscard]] int compare_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string ascii_downcase(std::string_view text);
// galera::host -> Galera::Host
[[nodiscard]] std::string capitalize_segments(std::string_view name);

}  // namespace plan::types
