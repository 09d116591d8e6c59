#include "orchestrator/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "orchestrator/store/files.h"

namespace plan::orchestrator {

namespace {

Error witness_error(const std::string& path) {
  return Error{"witness.io", "the witness file " + path + ": " + std::strerror(errno),
               "Without it a lost store would be taken for a new one. May the daemon's user write there?"};
}

// No room, told by a write: nothing of it counts, and it may be tried again. Told by fsync it is a failure of the disk.
Error write_error(const std::string& path) {
  if (errno != ENOSPC && errno != EDQUOT) return witness_error(path);
  return Error{"store.full", "the witness file " + path + ": " + std::strerror(errno), "Make room on its file system."};
}

}  // namespace

// A name that a crash has cut is no process's; an epoch that was cut is a lower one.
void FileWitness::take(const std::string& line) {
  constexpr std::string_view kEpoch = "epoch ";
  if (!line.starts_with(kEpoch)) {
    known_.insert(line);
    return;
  }
  std::uint64_t epoch = 0;
  const char* end = line.data() + line.size();
  const auto read = std::from_chars(line.data() + kEpoch.size(), end, epoch);
  if (read.ec == std::errc() && read.ptr == end) epoch_ = std::max(epoch_, epoch);
}

Result<FileWitness> FileWitness::open(std::string path) {
  FileWitness witness(path);
  if (!std::filesystem::exists(path)) return witness;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty()) witness.take(line);
  }
  if (!file.eof()) return witness_error(path);
  return witness;
}

Status FileWitness::append(const std::string& line) const {
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return write_error(path_);
  // The leading newline ends a line that a crash or a full disk has cut.
  Status status = Done{};
  if (!write_all(file, "\n" + line + "\n")) status = write_error(path_);
  else if (::fsync(file) != 0) status = witness_error(path_);
  ::close(file);
  if (status && !sync_directory_of(path_)) status = witness_error(path_);
  return status;
}

Status FileWitness::remember(std::string_view resource) {
  const std::string line(resource);
  if (auto done = append(line); !done) return done;
  take(line);
  return Done{};
}

Status FileWitness::remember_epoch(std::uint64_t epoch) {
  const std::string line = "epoch " + std::to_string(epoch);
  if (auto done = append(line); !done) return done;
  take(line);
  return Done{};
}

}  // namespace plan::orchestrator
