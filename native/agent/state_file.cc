#include "agent/state_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plan::agent {
namespace {

Error failure(const char* what, const std::string& path) {
  return {"agent.file", std::string("cannot ") + what + " '" + path + "': " + std::strerror(errno),
          "check that there is room on the disk and that the directory may be written by the agent"};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(descriptor, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

StateFile::StateFile(std::string path)
    : path_(std::move(path)), directory_(std::filesystem::path(path_).parent_path().string()) {
  if (directory_.empty()) directory_ = ".";
}

Result<std::optional<std::string>> StateFile::read() const {
  const Descriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return failure("open the state file", path_);
  }
  std::string text;
  std::array<char, 65536> chunk;
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read the state file", path_);
    if (got == 0) return std::optional<std::string>(std::move(text));
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

Status StateFile::write(std::string_view text) const {
  const std::string temporary = path_ + ".new";
  int number = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (number < 0 && errno == ENOENT) {
    if (mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) return failure("make the directory", directory_);
    number = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  }
  const Descriptor file(number);
  if (file.get() < 0) return failure("write", temporary);
  if (fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text)) return failure("write", temporary);
  if (fsync(file.get()) != 0) return failure("make durable", temporary);
  if (rename(temporary.c_str(), path_.c_str()) != 0) return failure("put in place", path_);
  return sync_directory();
}

Status StateFile::sync_directory() const {
  const Descriptor directory(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return failure("make durable the directory", directory_);
  return Done{};
}

Result<std::optional<std::string>> StateFile::set_aside(std::string_view suffix) const {
  std::array<char, 32> time{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(time.data(), time.size(), "%Y%m%dT%H%M%SZ", &parts);
  const std::string name = path_ + "." + std::string(suffix) + "-" + time.data();
  if (rename(path_.c_str(), name.c_str()) != 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return failure("set aside", path_);
  }
  if (auto synced = sync_directory(); !synced) return synced.error();
  return std::optional<std::string>(name);
}

Status StateFile::remove() const {
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) return failure("remove", path_);
  return sync_directory();
}

}  // namespace plan::agent
