#include <iostream>

#include <CLI/CLI.hpp>

#include "base/assert.h"
#include "planctl/check.h"
#include "planctl/eval.h"

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

  plan::planctl::EvalOptions eval_options;
  CLI::App* eval = app.add_subcommand("eval", "Tell the value of Puppet code, as JSON in rich data form");
  eval->add_option("EXPR", eval_options.expression, "Puppet code: an expression, or several statements");
  eval->add_option("--batch", eval_options.batch, "A file with code as a JSON string a line, '-' for standard input");
  eval->callback([&] {
    if ((eval->count("EXPR") == 0) == eval_options.batch.empty()) throw CLI::ValidationError("give either EXPR or --batch");
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  try {
    return eval->parsed() ? plan::planctl::eval(eval_options) : plan::planctl::check(options);
  } catch (const plan::Bug& bug) {
    std::cerr << "planctl: " << bug.what() << '\n';
    return 70;
  }
}
