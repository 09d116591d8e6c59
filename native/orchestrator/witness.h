// The witness of the daemon: a file with a line for each process that was ever declared ("Galera::Cluster[cluster_1]")
// and each epoch ("epoch 1700000000001"), written through to the disk.
#pragma once

#include <set>
#include <string>

#include "orchestrator/service.h"

namespace plan::orchestrator {

class FileWitness final : public Witness {
 public:
  // The file need not be there. Error witness.*.
  static Result<FileWitness> open(std::string path);

  bool knows(std::string_view resource) const override { return known_.contains(resource); }
  std::uint64_t epoch() const override { return epoch_; }
  Status remember(std::string_view resource) override;
  Status remember_epoch(std::uint64_t epoch) override;

 private:
  explicit FileWitness(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Status append(const std::string& line) const;
  void take(const std::string& line);
  std::string path_;
  std::uint64_t epoch_ = 0;
  std::set<std::string, std::less<>> known_;
};

}  // namespace plan::orchestrator
