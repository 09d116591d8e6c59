// The directory of declared clusters: a file for each.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "orchestrator/service.h"

namespace plan::orchestrator {

struct Declarations {
  std::vector<Declaration> read;      // in the order of file names
  std::vector<Refusal> unreadable;    // origin: the file
};

// Every *.json, *.yaml and *.yml of the directory. An error only when the directory itself cannot be read.
[[nodiscard]] Result<Declarations> read_declarations(const std::string& directory);

// Error config.unreadable.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

}  // namespace plan::orchestrator
