#include "orchestrator/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
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

Result<FileWitness> FileWitness::open(std::string path) {
  FileWitness witness(path);
  if (!std::filesystem::exists(path)) return witness;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty()) witness.known_.insert(line);
  }
  if (!file.eof()) return witness_error(path);
  return witness;
}

Status FileWitness::remember(std::string_view resource) {
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return write_error(path_);
  // The leading newline ends a line that a crash or a full disk has cut.
  Status status = Done{};
  if (!write_all(file, "\n" + std::string(resource) + "\n")) status = write_error(path_);
  else if (::fsync(file) != 0) status = witness_error(path_);
  ::close(file);
  if (!status) return status;
  if (!sync_directory_of(path_)) return witness_error(path_);
  known_.insert(std::string(resource));
  return Done{};
}

}  // namespace plan::orchestrator
