// The witness of the daemon: a file with a line for each process that was ever declared, written through to the disk.
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
  Status remember(std::string_view resource) override;

 private:
  explicit FileWitness(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace plan::orchestrator
