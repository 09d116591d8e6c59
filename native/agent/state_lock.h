// One run at a time for one state: a lock beside the state file, which lasts as long as the process that holds it.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/result.h"

namespace plan::agent {

class StateLock {
 public:
  // Error "agent.busy" when another run holds it, naming that process; "agent.file" when there can be no such file.
  // A file that a killed process left behind is no obstacle.
  static Result<StateLock> take(const std::string& state_file, const std::string& resource);
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&&) = delete;
  // Gives it back and removes the file. In a forked child: nothing, the lock is the parent's.
  ~StateLock();

 private:
  StateLock(std::string path, int descriptor);
  std::string path_;
  int descriptor_;
  pid_t owner_;
};

}  // namespace plan::agent
