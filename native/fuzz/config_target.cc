// The orchestrator's configuration file, and the declaration of a cluster as YAML.
#include <string>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "orchestrator/config.h"
#include "orchestrator/yaml.h"

namespace plan::fuzz {

namespace {

constexpr int kMaxDepth = 64;

int depth_of(const boost::json::value& json) {
  int deepest = 0;
  if (json.is_array()) {
    for (const auto& item : json.get_array()) deepest = std::max(deepest, depth_of(item));
  } else if (json.is_object()) {
    for (const auto& item : json.get_object()) deepest = std::max(deepest, depth_of(item.value()));
  }
  return deepest + 1;
}

}  // namespace

void fuzz_config(std::string_view input) {
  const std::string text(input);
  const auto config = orchestrator::parse_config("/etc/plan/orchestrator.yaml", text);
  if (config) {
    for (const std::string* required : {&config->certificate, &config->private_key, &config->ca, &config->store}) {
      PLAN_ASSERT(required->starts_with('/'));
    }
  } else {
    PLAN_ASSERT(config.error().code.starts_with("config.") && !config.error().message.empty());
  }
  const auto json = orchestrator::yaml_to_json(text, kMaxDepth);
  if (!json) return;
  PLAN_ASSERT(depth_of(*json) <= kMaxDepth);
  const auto declaration = orchestrator::read_declaration(*json, "cluster.yaml");
  if (declaration) PLAN_ASSERT(declaration->bundle.is_object());
}

}  // namespace plan::fuzz
