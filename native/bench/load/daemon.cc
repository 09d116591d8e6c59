#include "bench/load/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/assert.h"

namespace plan::load {

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

std::size_t Daemon::memory_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(process_) + "/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double Daemon::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(process_) + "/stat");
  std::stringstream text;
  text << stat.rdbuf();
  std::string rest = text.str();
  rest.erase(0, rest.rfind(')') + 2);
  std::istringstream fields(rest);
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace plan::load
