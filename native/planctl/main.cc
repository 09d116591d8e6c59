#include <iostream>

#include <CLI/CLI.hpp>

#include "base/assert.h"
#include "planctl/check.h"
#include "planctl/completion.h"
#include "planctl/eval.h"
#include "planctl/graph.h"
#include "planctl/orchestrator.h"
#include "planctl/phases.h"
#include "planctl/run.h"

int main(int argc, char** argv) {
  CLI::App app{"Checks, runs and shows plans: actors that run in Puppet agents and in the plan orchestrator.", "planctl"};
  app.set_version_flag("--version", std::string("planctl ") + PLAN_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 nothing wrong, 1 mistakes in the plans, 2 wrong usage or an unreadable file.");

  int code = 0;
  plan::planctl::add_check(app, code);
  plan::planctl::add_run(app, code);
  plan::planctl::add_graph(app, code);
  plan::planctl::add_tokens(app, code);
  plan::planctl::add_ast(app, code);
  plan::planctl::add_bundle(app, code);
  plan::planctl::add_eval(app, code);
  plan::planctl::add_orchestrator(app, code);
  plan::planctl::add_completion(app, code);

  try {
    app.parse(argc, argv);
    return code;
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  } catch (const plan::Bug& bug) {
    std::cerr << "planctl: " << bug.what() << '\n';
    return 70;
  }
}
