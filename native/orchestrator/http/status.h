// The status of the service in the form of Puppet's own services (trapperkeeper-status, API version 1), so that what
// watches those can watch this one.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/json/value.hpp>

#include "orchestrator/http/routes.h"

namespace plan::orchestrator::http {

inline constexpr std::string_view kServiceName = "plan-orchestrator";

enum class ServiceState : std::uint8_t { running, error, stopping };

using Query = std::map<std::string, std::string>;

// `name` empty: all services. `details` is called for the levels info and debug, which ask for something under "status".
// `alert`: what is wrong with a service that is in `error`.
[[nodiscard]] Response services_status(ServiceState state, const std::string& alert, const std::string& name,
                                       const Query& query,
                                       const std::function<boost::json::object(bool debug)>& details);
[[nodiscard]] Response simple_status(ServiceState state, const std::string& name);

}  // namespace plan::orchestrator::http
