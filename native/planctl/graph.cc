#include "planctl/graph.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "planctl/sources.h"

namespace plan::planctl {

namespace {

constexpr std::string_view kHelp = R"(Queues are light boxes (blue: input, green: output), actions dark ones with their guards, states circles, the first with
a double line. A solid arc takes, a dashed grey one only looks, a red one with a ring wants absence; green ones send,
dashed where they do so only at times. svg is made by Graphviz' program 'dot' (Debian package graphviz).

Examples:
  planctl graph examples/elevator.plan --plan elevator --format svg > elevator.svg
  planctl graph plans types --plan galera::host | dot -Tpng > host.png

Exit codes: 0 fine, 1 mistakes in the plan, 2 wrong usage, or 'dot' is missing.)";

struct GraphOptions {
  Paths paths;
  std::string plan, format = "dot";
};

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string folders = path ? path : "/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    if (access((folders.substr(begin, end - begin) + "/" + program).c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

int draw(const std::string& dot) {
  if (!is_installed("dot")) {
    complain({"planctl.dot", "the program 'dot' is not installed, which draws SVG", "apt install graphviz, or take --format dot"});
    return kUsage;
  }
  std::FILE* pipe = popen("dot -Tsvg", "w");
  if (!pipe) {
    complain({"planctl.dot", "the program 'dot' cannot be started", {}});
    return kUsage;
  }
  const bool written = std::fwrite(dot.data(), 1, dot.size(), pipe) == dot.size();
  const int status = pclose(pipe);
  if (written && WIFEXITED(status) && WEXITSTATUS(status) == 0) return kFine;
  complain({"planctl.dot", "'dot' could not draw the picture", {}});
  return kUsage;
}

int graph(const GraphOptions& options) {
  int code = kFine;
  const std::optional<engine::Compilation> compilation = compile_sources(options.paths, false, code);
  if (!compilation) return code;
  const engine::PlanCode* plan = find_plan(*compilation->program, options.plan);
  if (!plan) return kUsage;
  const std::string dot = dot_of(net_of(*compilation->program, *plan));
  if (options.format == "svg") return draw(dot);
  std::cout << dot;
  return kFine;
}

}  // namespace

void add_graph(CLI::App& app, int& code) {
  auto options = std::make_shared<GraphOptions>();
  CLI::App* command = app.add_subcommand("graph", "Draw a plan as a Petri net");
  options->paths.add_to(*command);
  command->add_option("--plan", options->plan, "The plan to draw")->required()->type_name("NAME");
  command->add_option("--format", options->format, "dot, or svg")->check(CLI::IsMember({"dot", "svg"}))->capture_default_str()->type_name("FORM");
  command->footer(std::string(kHelp));
  command->callback([options, &code] { code = graph(*options); });
}

}  // namespace plan::planctl
