#include "bench/load/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "bench/load/process.h"

namespace plan::load {

void declare(const orchestrator::Declaration& declaration, std::ostream& to) {
  to << boost::json::serialize(boost::json::object{
      {"resource", declaration.resource}, {"title", declaration.title}, {"plan", declaration.plan},
      {"parameters", declaration.parameters}, {"bundle", declaration.bundle}});
}

Daemon::Daemon(const std::string& program, const std::string& directory) {
  std::ofstream(directory + "/orchestrator.yaml")
      << "listen: 127.0.0.1:0\nstatus_listen: ''\ncertificate: localhost.pem\nprivate_key: localhost.key\nca: ca.pem\n"
      << "store: store.sqlite\nclusters: clusters\nlimits: {connections: 20000, idle_seconds: 600}\n";
  const std::string config = directory + "/orchestrator.yaml", log = directory + "/daemon.log";
  process_ = ::fork();
  PLAN_ASSERT(process_ >= 0);
  if (process_ == 0) {
    const int file = ::open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ::dup2(file, STDERR_FILENO);
    ::unsetenv("JOURNAL_STREAM");
    ::execl(program.c_str(), program.c_str(), "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  while (port_ == 0 && ::waitpid(process_, nullptr, WNOHANG) == 0) {
    std::ifstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      const auto at = line.rfind(", port ");
      if (at != std::string::npos) port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + 7)));
    }
  }
  if (port_ != 0) return;
  std::fprintf(stderr, "plan-load: the daemon did not start: see %s\n", log.c_str());
  std::exit(1);
}

Daemon::~Daemon() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

std::size_t Daemon::memory_bytes() const { return resident_bytes(process_); }

double Daemon::cpu_seconds() const { return load::cpu_seconds(process_); }

}  // namespace plan::load
