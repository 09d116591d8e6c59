// What systemd and the service tell each other (Type=notify): nothing without NOTIFY_SOCKET, WATCHDOG_USEC and LISTEN_FDS.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace plan::orchestrator {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_alive();

// Within which notify_alive() is to be called again and again; 0: nobody waits for it.
[[nodiscard]] std::chrono::microseconds watchdog_time();
// The sockets that were passed. The first call takes them: they are not for a child of ours.
[[nodiscard]] std::vector<int> passed_sockets();

}  // namespace plan::orchestrator
