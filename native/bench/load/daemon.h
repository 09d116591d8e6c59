// The real daemon as a child: configured for a run in a directory, and what it takes of memory and processor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <iosfwd>
#include <string>

#include "orchestrator/service.h"

namespace plan::load {

// As the files in clusters/ have it.
void declare(const orchestrator::Declaration& declaration, std::ostream& to);

class Daemon {
 public:
  // The directory holds localhost.pem, localhost.key, ca.pem and clusters/. Returns when it listens.
  Daemon(const std::string& program, const std::string& directory);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] std::size_t memory_bytes() const;   // resident
  [[nodiscard]] double cpu_seconds() const;

 private:
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace plan::load
