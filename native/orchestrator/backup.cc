#include "orchestrator/backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "orchestrator/http/control_client.h"
#include "orchestrator/memory_loss.h"
#include "orchestrator/store/files.h"
#include "orchestrator/store/sqlite.h"
#include "orchestrator/witness.h"

namespace plan::orchestrator {

namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& path) { return Error{"backup.file", path + ": " + std::strerror(errno)}; }

// A file beside `path` that takes its place when all of it is on the disk; gone when that does not come to pass.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)), name_(path_ + ".XXXXXX"), file_(::mkstemp(name_.data())) {}
  ~Draft() {
    if (file_ >= 0) ::close(file_);
    if (file_ >= 0 && !placed_) ::unlink(name_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] int file() const { return file_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Status place() {
    if (::fsync(file_) != 0) return file_error(name_);
    if (::rename(name_.c_str(), path_.c_str()) != 0) return file_error(path_);
    placed_ = true;
    if (!sync_directory_of(path_)) return file_error(path_);
    return Done{};
  }

 private:
  std::string path_, name_;
  int file_;
  bool placed_ = false;
};

std::string told(const std::string& path, const Inspection& found) {
  return path + ": epoch " + std::to_string(found.epoch) + ", " + std::to_string(found.clusters) +
         (found.clusters == 1 ? " cluster, " : " clusters, ") + std::to_string(fs::file_size(path)) + " bytes\n";
}

// The epoch of the store that is there; 0 when none is, or it cannot be read.
std::uint64_t epoch_of_store(const std::string& path) {
  if (!fs::exists(path)) return 0;
  const auto store = open_sqlite(path, {});
  if (!store) return 0;
  const auto contents = (*store)->load();
  return contents ? contents->epoch : 0;
}

// With its log, which is there after a crash or damage.
Result<std::string> put_aside(const std::string& path) {
  if (!fs::exists(path)) return std::string();
  std::string aside;
  for (int number = 1; aside.empty() || fs::exists(aside); ++number) aside = path + ".replaced-" + std::to_string(number);
  for (const char* ending : {"-wal", ""}) {
    if (!fs::exists(path + ending)) continue;
    if (::rename((path + ending).c_str(), (aside + ending).c_str()) != 0) return file_error(path + ending);
  }
  return aside;
}

// The new epoch.
Result<std::uint64_t> raise_epoch(const std::string& path, std::uint64_t known_epoch) {
  const auto store = open_sqlite(path, {});
  if (!store) return store.error();
  const auto contents = (*store)->load();
  if (!contents) return contents.error();
  const Transaction transaction = restoration(*contents, known_epoch);
  if (auto done = (*store)->commit(transaction); !done) return done.error();
  return *transaction.new_epoch;
}

// Root restores, the daemon's user serves: the store belongs to whom its directory belongs.
Status give_to_owner_of_directory(int file, const std::string& path) {
  struct stat directory {};
  if (::stat(fs::absolute(path).parent_path().c_str(), &directory) != 0 ||
      ::fchown(file, directory.st_uid, directory.st_gid) != 0) {
    return file_error(path);
  }
  return Done{};
}

}  // namespace

Result<std::string> back_up(const Config& config, const std::string& file, bool force) {
  if (config.control.empty()) {
    return Error{"config.control", "the configuration names no 'control' socket, by which the daemon is asked for a backup"};
  }
  if (!force && fs::exists(file)) return Error{"backup.exists", file + " is there already", "Give --force to replace it."};
  Draft draft(file);
  if (draft.file() < 0) return file_error(file);
  if (auto done = http::download(config.control, "/plan/v1/backup", draft.file()); !done) return done.error();
  const auto found = inspect_sqlite(draft.name());
  if (!found) return found.error();
  if (auto done = draft.place(); !done) return done.error();
  return told(file, *found);
}

Result<std::string> restore(const Config& config, const std::string& file) {
  auto found = inspect_sqlite(file);
  if (!found) return found.error();
  const auto lock = StoreLock::take(config.store);
  if (!lock) return Error{lock.error().code, lock.error().message, "Stop the daemon first, and its socket, which would start it."};
  const std::uint64_t epoch = epoch_of_store(config.store);
  const auto witness = FileWitness::open(config.witness);
  if (!witness) return witness.error();
  Draft draft(config.store);
  if (draft.file() < 0) return file_error(config.store);
  std::error_code failed;
  fs::copy_file(file, draft.name(), fs::copy_options::overwrite_existing, failed);
  if (failed) return Error{"backup.file", draft.name() + ": " + failed.message()};
  const auto raised = raise_epoch(draft.name(), std::max(epoch, witness->epoch()));
  if (!raised) return raised.error();
  if (auto done = give_to_owner_of_directory(draft.file(), config.store); !done) return done.error();
  const auto aside = put_aside(config.store);
  if (!aside) return aside.error();
  if (auto done = draft.place(); !done) return done.error();
  found->epoch = *raised;
  return told(config.store, *found) + (aside->empty() ? "" : "what was the store before is kept as " + *aside + "\n") +
         "no right to bootstrap is given until all members of a cluster have reported\n";
}

}  // namespace plan::orchestrator
