// Is a process's memory flat? Told by the line that fits its samples best.
#pragma once

#include <vector>

namespace plan::load {

struct MemorySample {
  double at_seconds = 0;
  double bytes = 0;
};

// What an hour at that slope would add, as a share of the mean. Of fewer than two samples: 0.
[[nodiscard]] double growth_per_hour(const std::vector<MemorySample>& samples);

}  // namespace plan::load
