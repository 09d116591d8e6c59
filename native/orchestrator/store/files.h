// Files that survive a power cut.
#pragma once

#include <string>
#include <string_view>

namespace plan::orchestrator {

// All of it, or false with errno.
[[nodiscard]] bool write_all(int file, std::string_view bytes);

// Syncs the directory of the file, and so its name. False with errno.
[[nodiscard]] bool sync_directory_of(const std::string& file);

}  // namespace plan::orchestrator
