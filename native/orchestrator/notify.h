// Telling systemd how the service is (Type=notify): one datagram to the socket named by NOTIFY_SOCKET, none without it.
#pragma once

#include <string>

namespace plan::orchestrator {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

}  // namespace plan::orchestrator
