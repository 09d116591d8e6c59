#include "agent/state_lock.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plan::agent {
namespace {

constexpr int kAttempts = 100;     // each lost to a run that ended at that very moment

Error failure(const char* what, const std::string& path) {
  return {"agent.file", std::string("cannot ") + what + " '" + path + "': " + std::strerror(errno),
          "check that the directory may be written by the agent"};
}

int open_file(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const int descriptor = open(path.c_str(), kFlags, 0600);
  if (descriptor >= 0 || errno != ENOENT) return descriptor;
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return -1;
  return open(path.c_str(), kFlags, 0600);
}

// Who held it before may have removed the file after it was opened here: a lock on that is none.
bool is_in_place(int descriptor, const std::string& path) {
  struct stat held{}, there{};
  return fstat(descriptor, &held) == 0 && lstat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

std::string holder(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  const std::string_view written(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::string_view pid = written.substr(0, written.find('\n'));
  return pid.empty() ? "another process" : "process " + std::string(pid);
}

Error busy(const std::string& resource, int descriptor, const std::string& path) {
  return {"agent.busy", "another run of " + resource + " is under way on this node: " + holder(descriptor) + " holds '" + path + "'",
          "run again when that one is over"};
}

bool write_holder(int descriptor) {
  const std::string text = std::to_string(getpid()) + "\n";
  return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

StateLock::StateLock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor), owner_(getpid()) {}

StateLock::StateLock(StateLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), owner_(other.owner_) {}

StateLock::~StateLock() {
  if (descriptor_ < 0) return;
  // A child that was forked shares the lock: to close the descriptor there releases nothing, and here it would not
  // suffice as long as the child lives.
  if (getpid() == owner_) {
    unlink(path_.c_str());
    flock(descriptor_, LOCK_UN);
  }
  close(descriptor_);
}

Result<StateLock> StateLock::take(const std::string& state_file, const std::string& resource) {
  const std::string path = state_file + ".lock";
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int descriptor = open_file(path);
    if (descriptor < 0) return failure("open the lock", path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      Error error = errno == EWOULDBLOCK ? busy(resource, descriptor, path) : failure("lock", path);
      close(descriptor);
      return error;
    }
    if (!is_in_place(descriptor, path)) {
      close(descriptor);
      continue;
    }
    StateLock lock(path, descriptor);
    if (!write_holder(descriptor)) return failure("write", path);
    return lock;
  }
  return Error{"agent.busy", "other runs of " + resource + " begin and end on this node all the time", "see what starts them"};
}

}  // namespace plan::agent
