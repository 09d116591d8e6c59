// plan-orchestrator: the command line of the daemon.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/daemon.h"
#include "orchestrator/version.h"

namespace {

using plan::orchestrator::LogLevel;

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

// To standard error; under systemd with the level that the journal understands. What others sent cannot begin a line
// of its own: continuation lines are indented, other control characters are replaced.
void log(LogLevel level, std::string_view text) {
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string prefix;
  switch (level) {
    case LogLevel::info: prefix = journal ? "<6>" : ""; break;
    case LogLevel::warning: prefix = journal ? "<4>" : "warning: "; break;
    case LogLevel::error: prefix = journal ? "<3>" : "error: "; break;
  }
  std::string line = prefix;
  while (text.ends_with('\n')) text.remove_suffix(1);
  for (const char c : text) {
    if (c == '\n') line += "\n" + (journal ? prefix : "") + "  ";
    else line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  line += '\n';
  std::cerr << line << std::flush;
}

struct Arguments {
  std::string config = "/etc/plan-orchestrator/orchestrator.yaml";
  bool check = false;
};

int wrong_use(const std::string& what) {
  std::cerr << "plan-orchestrator: " << what << "\nTry 'plan-orchestrator --help'.\n";
  return kWrongUse;
}

int run(const Arguments& arguments) {
  if (arguments.check) return plan::orchestrator::check_config(arguments.config, log) ? 0 : kWrongUse;
  const auto done = plan::orchestrator::run_daemon(arguments.config, log);
  if (done) return 0;
  const auto& error = done.error();
  log(LogLevel::error, plan::orchestrator::text_of(error));
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
