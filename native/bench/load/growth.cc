#include "bench/load/growth.h"

namespace plan::load {

double growth_per_hour(const std::vector<MemorySample>& samples) {
  const auto count = static_cast<double>(samples.size());
  double at = 0, bytes = 0, spread = 0, slope = 0;
  for (const auto& sample : samples) {
    at += sample.at_seconds / count;
    bytes += sample.bytes / count;
  }
  for (const auto& sample : samples) {
    spread += (sample.at_seconds - at) * (sample.at_seconds - at);
    slope += (sample.at_seconds - at) * (sample.bytes - bytes);
  }
  return spread == 0 || bytes == 0 ? 0 : slope / spread * 3600 / bytes;
}

}  // namespace plan::load
