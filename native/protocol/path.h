// Segments of paths, percent-encoded (RFC 3986: unreserved characters stay as they are).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plan::protocol {

inline constexpr std::string_view kProcessesPrefix = "/plan/v1/processes/";

[[nodiscard]] std::string encode_segment(std::string_view text);
// Nothing when it is not well formed, or holds a control character.
[[nodiscard]] std::optional<std::string> decode_segment(std::string_view text);

}  // namespace plan::protocol
