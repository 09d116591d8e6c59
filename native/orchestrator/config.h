// The daemon's configuration file (YAML), and the directory of declared clusters.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "orchestrator/service.h"

namespace plan::orchestrator {

struct Config {
  std::string listen = "0.0.0.0:8146";
  std::string status_listen = "127.0.0.1:8147";   // "" turns it off
  std::string control;                            // path of a Unix socket; "" when there is none
  std::string certificate, private_key, ca;
  std::string crl;                                // "" when there is none
  std::string store;
  std::string witness;                            // default: beside the store
  std::string clusters;                           // directory
  std::string certname;                           // default: the certificate's
  std::size_t connections = 10'000;
  friend bool operator==(const Config&, const Config&) = default;
};

// Relative paths are taken from the file's directory. Error config.*: names file, line and key, and what is near to an
// unknown key.
[[nodiscard]] Result<Config> read_config(const std::string& path);

struct Declarations {
  std::vector<Declaration> read;      // in the order of file names
  std::vector<Refusal> unreadable;    // origin: the file
};

// Every *.json, *.yaml and *.yml of the directory. An error only when the directory itself cannot be read.
[[nodiscard]] Result<Declarations> read_declarations(const std::string& directory);

}  // namespace plan::orchestrator
