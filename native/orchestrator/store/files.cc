#include "orchestrator/store/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace plan::orchestrator {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

namespace {

int open_directory_of(const std::string& file) {
  return ::open(std::filesystem::absolute(file).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

}  // namespace

bool sync_directory_of(const std::string& file) {
  const int handle = open_directory_of(file);
  if (handle < 0) return false;
  const bool synced = ::fsync(handle) == 0;
  const int reason = errno;
  ::close(handle);
  errno = reason;
  return synced;
}

Result<StoreLock> StoreLock::take(const std::string& store) {
  StoreLock lock(open_directory_of(store));
  if (lock.directory_ < 0) return Error{"store.open", "the directory of the store " + store + ": " + std::strerror(errno)};
  if (::flock(lock.directory_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Error{"store.open", "locking the directory of the store " + store + ": " + std::strerror(errno)};
  return Error{"store.busy", "another process works in the directory of the store " + store,
               "Only one daemon, or one 'restore', may use it."};
}

StoreLock::~StoreLock() {
  if (directory_ >= 0) ::close(directory_);
}

}  // namespace plan::orchestrator
