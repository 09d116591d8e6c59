// Always-on assertions for bugs: a broken invariant throws Bug, which the shells turn into "stop the daemon" or
// "a Ruby error, and the run goes on". Never used for bad input.
#pragma once

#include <stdexcept>
#include <string>

namespace plan {

class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_assertion(const char* condition, const char* file, int line);

}  // namespace plan

#define PLAN_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::plan::fail_assertion(#condition, __FILE__, __LINE__))
