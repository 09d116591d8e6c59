// Who may be in a cluster: the compiler of a node's catalog says so by an admission, which the node shows when it begins
// to talk. Everybody else is refused, whoever signed their certificate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plan::orchestrator {

struct Admission {
  std::string certname;           // of the node, as the compiler's TLS peer had it
  std::string cluster;            // title
  std::string resource;           // of the node's process: "Galera::Host[cluster_member]"
  std::uint64_t compiled_us = 0;  // when, by the compiler's clock; compared only for one node, cluster and resource
  std::string compiler;           // certname of who signed it
  friend bool operator==(const Admission&, const Admission&) = default;
};

class Admissions {
 public:
  virtual ~Admissions() = default;
  // Error admission_refused: what the text is not, or whose word it is that does not count.
  [[nodiscard]] virtual Result<Admission> verify(std::string_view text) const = 0;
};

}  // namespace plan::orchestrator
