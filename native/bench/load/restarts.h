// A command that restarts the daemon, again and again while the load goes on.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

namespace plan::load {

class Restarts {
 public:
  using Clock = std::chrono::steady_clock;

  // `command` empty: never.
  Restarts(std::string command, std::chrono::duration<double> every) : command_(std::move(command)), every_(every) {}

  void begin(Clock::time_point now) { next_ = now + std::chrono::duration_cast<Clock::duration>(every_); }
  // True when it was started now.
  bool look(Clock::time_point now);
  void finish();   // the one that is under way
  [[nodiscard]] bool under_way() const { return process_ > 0; }
  [[nodiscard]] bool wanted() const { return !command_.empty(); }
  [[nodiscard]] int done() const { return done_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  void ended(int status);

  std::string command_;
  std::chrono::duration<double> every_;
  Clock::time_point next_ = {};
  pid_t process_ = 0;
  int done_ = 0, failed_ = 0;
};

}  // namespace plan::load
