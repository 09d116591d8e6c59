#include "orchestrator/http/target.h"

#include <algorithm>

#include "protocol/path.h"

namespace plan::orchestrator::http {

namespace {

// Cuts what stands before `separator` (or all) off the front.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

}  // namespace

std::optional<Target> split_target(std::string_view target) {
  Target result;
  result.path = take_until(target, '?');
  while (!target.empty()) {
    std::string_view value = take_until(target, '&');
    const auto name = protocol::decode_segment(take_until(value, '='));
    const auto decoded = protocol::decode_segment(value);
    if (!name || !decoded) return std::nullopt;
    result.query[*name] = *decoded;
  }
  return result;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path) {
  std::vector<std::string> taken;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_until(pattern, '/');
    const bool path_ends = path.find('/') == std::string_view::npos, pattern_ends = pattern.empty();
    const std::string_view found = take_until(path, '/');
    if (wanted == "{}") {
      auto decoded = protocol::decode_segment(found);
      if (!decoded || decoded->empty()) return std::nullopt;
      taken.push_back(std::move(*decoded));
    } else if (wanted != found) {
      return std::nullopt;
    }
    if (path_ends != pattern_ends) return std::nullopt;   // also a slash too many
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return taken;
}

}  // namespace plan::orchestrator::http
