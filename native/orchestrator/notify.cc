#include "orchestrator/notify.h"

#include <ctime>

#include <systemd/sd-daemon.h>

namespace plan::orchestrator {

namespace {

// A manager that cannot be reached is its own problem: the service works without it.
void notify(const std::string& message) { static_cast<void>(sd_notify(0, message.c_str())); }

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }

void notify_reloading() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  const long long microseconds = static_cast<long long>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000;
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void notify_stopping() { notify("STOPPING=1"); }

void notify_alive() { notify("WATCHDOG=1"); }

std::chrono::microseconds watchdog_time() {
  std::uint64_t time = 0;
  if (sd_watchdog_enabled(0, &time) <= 0) return {};
  return std::chrono::microseconds(time);
}

std::vector<int> passed_sockets() {
  std::vector<int> sockets;
  const int count = sd_listen_fds(1);
  for (int i = 0; i < count; ++i) sockets.push_back(SD_LISTEN_FDS_START + i);
  return sockets;
}

}  // namespace plan::orchestrator
