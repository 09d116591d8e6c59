#include <iostream>

#include <CLI/CLI.hpp>

#include "base/assert.h"
#include "planctl/check.h"

int main(int argc, char** argv) {
  CLI::App app{"Checks plans: actors that run in Puppet agents and in the plan orchestrator.", "planctl"};
  app.set_version_flag("--version", std::string("planctl ") + PLAN_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 nothing wrong, 1 mistakes in the plans, 2 wrong usage or an unreadable file.");

  plan::planctl::CheckOptions options;
  CLI::App* check = app.add_subcommand("check", "Tell every mistake in plans, with its place and what to do");
  check->add_option("PATH", options.paths, "Files, or folders with *.plan and types/*.pp");
  check->add_option("--bundle", options.bundle, "A bundle as a catalog carries it, '-' for standard input");
  check->add_flag("--json", options.json, "An array of objects instead of text");
  check->callback([&] {
    if (options.paths.empty() == options.bundle.empty()) throw CLI::ValidationError("give either PATHs or --bundle");
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  try {
    return plan::planctl::check(options);
  } catch (const plan::Bug& bug) {
    std::cerr << "planctl: " << bug.what() << '\n';
    return 70;
  }
}
