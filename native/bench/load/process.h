// What a process takes of memory and processor, as the kernel tells it; 0 when it is gone.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace plan::load {

[[nodiscard]] std::size_t resident_bytes(pid_t process);
[[nodiscard]] double cpu_seconds(pid_t process);

}  // namespace plan::load
