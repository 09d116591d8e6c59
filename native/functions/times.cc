// Functions on Timespans and Timestamps. None knows what time it is.
#include <array>

#include "functions/support.h"
#include "values/timespan_format.h"
#include "values/timestamp_format.h"

namespace plan::functions {

namespace {

using values::Kind;
using values::Value;

Value strftime(Context& context, Arguments arguments, Block*) {
  const std::string_view format = string_argument("strftime", arguments, 1);
  context.spend(1 + format.size());
  if (arguments[0].is(Kind::timespan)) {
    if (arguments.size() > 2) mismatch("strftime", arguments, 2, "no more arguments");
    return Value::string(values::TimespanFormat(format).format(arguments[0].as_nanoseconds()));
  }
  if (!arguments[0].is(Kind::timestamp)) mismatch("strftime", arguments, 0, "Timespan or Timestamp");
  std::optional<std::int64_t> offset;
  if (arguments.size() > 2) {
    const std::string_view zone = string_argument("strftime", arguments, 2);
    if (!zone.empty()) {
      offset = values::zone_offset(zone);
      if (!offset) bad_argument("Illegal timezone '" + std::string(zone) + "'");
    }
  }
  return Value::string(values::format_timestamp_as(format, arguments[0].as_nanoseconds(), offset));
}

constexpr std::array kFunctions = {
    Function{"strftime", "Variant[Timespan, Timestamp] $time, String $format, Optional[String] $timezone >> String", 2, 3, BlockUse::none, strftime},
};

}  // namespace

std::span<const Function> time_functions() { return kFunctions; }

}  // namespace plan::functions
