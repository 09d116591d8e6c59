// A request's target in parts: "/plan/v1/clusters/a%2Fb?since=3".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::orchestrator::http {

struct Target {
  std::string_view path;                     // as it was sent, without the query
  std::map<std::string, std::string> query;  // decoded; of a name that comes twice the last
};

// Nothing when the query is not well formed.
[[nodiscard]] std::optional<Target> split_target(std::string_view target);

// The decoded segments that the pattern's {} took, nothing when the path is another. Never an empty segment.
[[nodiscard]] std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);

}  // namespace plan::orchestrator::http
