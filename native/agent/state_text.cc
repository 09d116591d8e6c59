#include "agent/state_text.h"

#include <boost/json/serialize.hpp>

#include "values/json.h"

namespace plan::agent {
namespace {

constexpr std::int64_t kFormat = 1;
// Tokens within their own limits, many of them, and the engine's structure around them.
constexpr std::size_t kMaxStateBytes = 256 * 1024 * 1024;
constexpr int kMaxStateDepth = values::kMaxJsonDepth + 16;

const boost::json::value* member(const boost::json::value& json, std::string_view name) {
  const auto* object = json.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_of(const boost::json::value* json) {
  return json != nullptr && json->is_string() ? std::string(json->as_string()) : std::string();
}

}  // namespace

std::string write_state(StateText state) {
  const boost::json::object json{
      {"format", kFormat},
      {"process", boost::json::object{{"certname", state.process.certname}, {"resource", state.process.resource}}},
      {"plan", state.plan},
      {"bundle", state.bundle},
      {"conversation", std::move(state.conversation)},
      {"engine", std::move(state.engine)}};
  return boost::json::serialize(json);
}

Result<StateText> read_state(std::string_view text) {
  auto json = values::parse_json(text, kMaxStateBytes, kMaxStateDepth);
  if (!json) return Error{"agent.state", "the state is no JSON: " + json.error().message};
  const auto* format = member(*json, "format");
  if (format == nullptr || !format->is_int64() || format->as_int64() != kFormat) {
    return Error{"agent.state", "the state is of another format than " + std::to_string(kFormat)};
  }
  const auto* process = member(*json, "process");
  const auto* conversation = member(*json, "conversation");
  const auto* engine = member(*json, "engine");
  if (process == nullptr || conversation == nullptr || engine == nullptr) {
    return Error{"agent.state", "the state lacks its process, conversation or engine"};
  }
  return StateText{{text_of(member(*process, "certname")), text_of(member(*process, "resource"))},
                   text_of(member(*json, "plan")),
                   text_of(member(*json, "bundle")),
                   *conversation,
                   *engine};
}

}  // namespace plan::agent
