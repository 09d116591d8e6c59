#include "bench/load/restarts.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

namespace plan::load {

void Restarts::ended(int status) {
  process_ = 0;
  ++done_;
  if (status != 0) ++failed_;
}

void Restarts::finish() {
  int status = 0;
  if (under_way() && ::waitpid(process_, &status, 0) == process_) ended(status);
}

bool Restarts::look(Clock::time_point now) {
  int status = 0;
  if (under_way() && ::waitpid(process_, &status, WNOHANG) == process_) {
    ended(status);
    begin(now);
  }
  if (!wanted() || under_way() || now < next_) return false;
  process_ = ::fork();
  PLAN_ASSERT(process_ >= 0);
  if (process_ == 0) {
    ::execl("/bin/sh", "sh", "-c", command_.c_str(), nullptr);
    ::_exit(127);
  }
  return true;
}

}  // namespace plan::load
