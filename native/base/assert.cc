#include "base/assert.h"

namespace plan {

void fail_assertion(const char* condition, const char* file, int line) {
  throw Bug(std::string("internal error: ") + condition + " does not hold at " + file + ":" + std::to_string(line));
}

}  // namespace plan
