// plan-orchestrator: the command line of the daemon.
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/backup.h"
#include "orchestrator/daemon.h"
#include "orchestrator/log_sink.h"
#include "orchestrator/version.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;   // of the command line or the configuration: starting it again would not help

constexpr std::string_view kUsage =
    "Usage: plan-orchestrator [--config FILE] [--check-config]\n"
    "       plan-orchestrator [--config FILE] backup [--force] FILE\n"
    "       plan-orchestrator [--config FILE] restore FILE\n"
    "\n"
    "Keeps the processes of the declared clusters and talks with their members.\n"
    "\n"
    "  backup FILE      copy the store of the daemon that runs, by its control socket; --force: over an existing file\n"
    "  restore FILE     make the store of what a backup holds, while the daemon is stopped\n"
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
  bool force = false;
  std::string command;   // backup, restore; "" runs the daemon
  std::string file;
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

// Says what was done, or what went wrong.
int copy_store(const Arguments& arguments) {
  const auto config = plan::orchestrator::read_config(arguments.config);
  const auto done = !config                          ? plan::Result<std::string>(config.error())
                    : arguments.command == "backup" ? back_up(*config, arguments.file, arguments.force)
                                                    : restore(*config, arguments.file);
  if (done) {
    std::cout << *done;
    return 0;
  }
  std::cerr << "plan-orchestrator: " << plan::orchestrator::text_of(done.error()) << '\n';
  return config ? kFailed : kWrongUse;
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
    } else if (word == "--force") {
      arguments.force = true;
    } else if (arguments.command.empty() && (word == "backup" || word == "restore")) {
      arguments.command = word;
    } else if (!arguments.command.empty() && arguments.file.empty() && !word.starts_with('-')) {
      arguments.file = word;
    } else {
      return wrong_use("unknown argument '" + std::string(word) + "'");
    }
  }
  if (arguments.command.empty()) return arguments.force ? wrong_use("--force is for backup") : run(arguments);
  if (arguments.file.empty()) return wrong_use(arguments.command + " needs a file");
  return copy_store(arguments);
}
