// The daemon's configuration file (YAML).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "orchestrator/access/rules.h"
#include "orchestrator/http/server.h"

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
  std::string own_certname;                       // of the certificate itself; not a key of the file
  std::vector<std::string> compilers;             // certnames whose admissions count; default: the certificate's
  std::vector<Rule> authorization;
  http::ServerLimits limits;
};

// Relative paths are taken from the file's directory. Error config.*: names file, line and key of each mistake, and what
// is near to an unknown key.
[[nodiscard]] Result<Config> read_config(const std::string& path);
[[nodiscard]] Result<Config> parse_config(const std::string& path, const std::string& text);   // of a file of that path

}  // namespace plan::orchestrator
