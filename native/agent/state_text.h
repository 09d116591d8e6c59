// The state file's text: {"format": 1, "process": {"certname", "resource"}, "plan", "bundle", "conversation", "engine"}.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "values/value.h"

namespace plan::agent {

struct StateText {
  values::ProcessIdentity process;
  std::string plan;
  std::string bundle;               // digest of the bundle that wrote it, for people
  boost::json::value conversation;
  boost::json::value engine;
};

[[nodiscard]] std::string write_state(StateText state);
// Errors "agent.state": no JSON, another format, a field missing.
[[nodiscard]] Result<StateText> read_state(std::string_view text);

}  // namespace plan::agent
