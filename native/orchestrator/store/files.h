// Files that survive a power cut.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace plan::orchestrator {

// All of it, or false with errno.
[[nodiscard]] bool write_all(int file, std::string_view bytes);

// Syncs the directory of the file, and so its name. False with errno.
[[nodiscard]] bool sync_directory_of(const std::string& file);

// Held while the object lives: of all processes, one works with the store. More than SQLite's lock, which goes with the
// file when another one takes its place. It is on the directory, so that there is no file that belongs to the wrong user.
class StoreLock {
 public:
  // Errors: store.busy, store.open.
  [[nodiscard]] static Result<StoreLock> take(const std::string& store);
  ~StoreLock();
  StoreLock(StoreLock&& other) noexcept : directory_(std::exchange(other.directory_, -1)) {}
  StoreLock& operator=(StoreLock&& other) noexcept {
    std::swap(directory_, other.directory_);
    return *this;
  }
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int directory) : directory_(directory) {}
  int directory_;
};

}  // namespace plan::orchestrator
