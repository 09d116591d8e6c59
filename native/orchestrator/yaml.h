// YAML texts: as nodes, or as the JSON they mean (YAML 1.2 core schema: null, true, numbers; quoted is always a string).
#pragma once

#include <string>

#include <boost/json/value.hpp>
#include <yaml-cpp/node/node.h>

#include "base/result.h"

namespace plan::orchestrator {

[[nodiscard]] Result<YAML::Node> load_yaml(const std::string& text);
[[nodiscard]] Result<boost::json::value> yaml_to_json(const std::string& text, int max_depth);

}  // namespace plan::orchestrator
