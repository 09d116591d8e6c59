// Timestamps as text by formats of Ruby's strftime, and from text by formats of its strptime.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plan::values {

// `offset`: seconds east of Greenwich; none: UTC, which %Z names. Raises EvaluationError for a text beyond all measure.
[[nodiscard]] std::string format_timestamp_as(std::string_view format, std::int64_t nanoseconds, std::optional<std::int64_t> offset);

struct ParsedTimestamp {
  std::int64_t nanoseconds = 0;          // without the zone's offset
  std::optional<std::int64_t> offset;    // the zone in the text, in seconds
};
// Nothing where the text is not of the format.
[[nodiscard]] std::optional<ParsedTimestamp> parse_timestamp_as(std::string_view format, std::string_view text);
// "+02:00", "-0530", "CET", "UTC", "Z"; in seconds. Nothing where the zone is not known.
[[nodiscard]] std::optional<std::int64_t> zone_offset(std::string_view zone);

}  // namespace plan::values
