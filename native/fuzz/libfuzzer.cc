// libFuzzer's entry for one target, PLAN_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plan::fuzz::Target* const target = plan::fuzz::find_target(PLAN_FUZZ_TARGET);
  PLAN_ASSERT(target != nullptr);
  target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
