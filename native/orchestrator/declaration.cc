#include <algorithm>
#include <array>

#include "diagnostics/diagnostic.h"
#include "orchestrator/service.h"
#include "protocol/fields.h"

namespace plan::orchestrator {

namespace {

constexpr std::array<std::string_view, 5> kKeys = {"resource", "title", "plan", "parameters", "bundle"};

std::optional<Error> unknown_key(const boost::json::object& json) {
  for (const auto& item : json) {
    const std::string_view key(item.key().data(), item.key().size());
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
    const auto near = diagnostics::nearest(key, {kKeys.begin(), kKeys.end()});
    return Error{"declaration.malformed", "unknown key '" + std::string(key) + "'",
                 near.empty() ? "Known are resource, title, plan, parameters and bundle."
                              : "Did you mean '" + std::string(near) + "'?"};
  }
  return std::nullopt;
}

}  // namespace

Result<Declaration> read_declaration(const boost::json::value& json, std::string origin) {
  protocol::Fields fields(json, "");
  Declaration declaration;
  declaration.resource = fields.text("resource");
  declaration.title = fields.text("title");
  declaration.plan = fields.text("plan");
  const auto* parameters = fields.object("parameters", false);
  const auto* bundle = fields.object("bundle");
  if (fields.error()) return Error{"declaration.malformed", fields.error()->message, fields.error()->help};
  if (auto unknown = unknown_key(json.get_object())) return *unknown;
  declaration.parameters = parameters == nullptr ? boost::json::object() : *parameters;
  declaration.bundle = *bundle;
  declaration.origin = std::move(origin);
  return declaration;
}

}  // namespace plan::orchestrator
