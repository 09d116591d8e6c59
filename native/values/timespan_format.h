// Formats of Timespans, as Puppet's strftime and Timespan.new have them: %D %H %M %S %L %N, flags - and _, a width.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::values {

class TimespanFormat {
 public:
  // Raises EvaluationError where the format has a directive that is none.
  explicit TimespanFormat(std::string_view format);
  [[nodiscard]] std::string format(std::int64_t nanoseconds) const;
  // Nothing where the text is not of this format, or more than 64 bits of nanoseconds.
  [[nodiscard]] std::optional<std::int64_t> parse(std::string_view text) const;

 private:
  struct Segment {
    char directive = '\0';            // '\0': literal
    std::string literal;
    char pad = '0';                   // '0', ' ', or '\0' for none
    std::optional<std::size_t> width;
    bool total = false;               // the largest unit of the format counts what larger ones would
  };
  void read(std::string_view format);
  [[nodiscard]] static std::string text_of(const Segment& segment, std::uint64_t nanoseconds);
  [[nodiscard]] static std::string pattern_of(const Segment& segment);
  [[nodiscard]] static std::optional<std::int64_t> nanoseconds_of(const Segment& segment, std::string_view digits);

  std::vector<Segment> segments_;
};

// "1-02:03:04.5": as Puppet writes a Timespan, which leaves out zeros behind the point on both sides.
[[nodiscard]] std::string timespan_text(std::int64_t nanoseconds);

}  // namespace plan::values
