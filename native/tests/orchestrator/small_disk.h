// A real file system of a few pages, full when they are used: a tmpfs in a mount namespace of the test's own. Needs root.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

#include "tests/orchestrator/temporary_directory.h"

namespace plan::orchestrator {

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t bytes) {
    static const bool apart =
        ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    mounted_ = apart && ::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, size(bytes).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] bool resize(std::size_t bytes) const {
    return ::mount("tmpfs", directory_.path().c_str(), "tmpfs", MS_REMOUNT, size(bytes).c_str()) == 0;
  }
  [[nodiscard]] std::string file(const std::string& name) const { return directory_.file(name); }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

 private:
  static std::string size(std::size_t bytes) { return "size=" + std::to_string(bytes); }
  TemporaryDirectory directory_;
  bool mounted_ = false;
};

#define PLAN_NEEDS_ROOT() \
  if (::geteuid() != 0) GTEST_SKIP() << "mounts a file system: only root may"

}  // namespace plan::orchestrator
