// plan-orchestrator: the command line of the daemon.
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/daemon.h"
#include "orchestrator/log_sink.h"
#include "orchestrator/version.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;   // of the command line or the configuration: starting it again would not help

constexpr std::string_view kUsage =
    "Usage: plan-orchestrator [--config FILE] [--check-config]\n"
    "\n"
    "Keeps the processes of the declared clusters and talks with their members.\n"
    "\n"
    "  --config FILE    configuration (default: /etc/plan-orchestrator/orchestrator.yaml)\n"
    "  --check-config   read configuration, certificates and declared clusters, say whether they are well, and end\n"
    "  --version        print the version and end\n"
    "  --help           print this and end\n"
    "\n"
    "SIGHUP reads configuration, certificates and clusters anew; SIGTERM stops. See plan-orchestrator(8).\n";

struct Arguments {
  std::string config = "/etc/plan-orchestrator/orchestrator.yaml";
  bool check = false;
};

int wrong_use(const std::string& what) {
  std::cerr << "plan-orchestrator: " << what << "\nTry 'plan-orchestrator --help'.\n";
  return kWrongUse;
}

int run(const Arguments& arguments) {
  const auto log = plan::orchestrator::standard_error_sink();
  if (arguments.check) return plan::orchestrator::check_config(arguments.config, log) ? 0 : kWrongUse;
  const auto done = plan::orchestrator::run_daemon(arguments.config, log);
  if (done) return 0;
  const auto& error = done.error();
  log({.level = plan::orchestrator::LogLevel::error, .message = plan::orchestrator::text_of(error)});
  const bool config = error.code.starts_with("config.") || error.code.starts_with("tls.") ||
                      error.code == "listen.address" || error.code == "store.newer";
  return config ? kWrongUse : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);   // until the daemon is up: it reads everything anyway
  Arguments arguments;
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--help" || word == "-h") {
      std::cout << kUsage;
      return 0;
    }
    if (word == "--version") {
      std::cout << "plan-orchestrator " << plan::orchestrator::kVersion << '\n';
      return 0;
    }
    if (word == "--check-config") {
      arguments.check = true;
    } else if (word.starts_with("--config=")) {
      arguments.config = word.substr(9);
    } else if (word == "--config") {
      if (++i == words.size()) return wrong_use("--config needs a file");
      arguments.config = words[i];
    } else {
      return wrong_use("unknown argument '" + std::string(word) + "'");
    }
  }
  return run(arguments);
}
