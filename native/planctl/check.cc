#include "planctl/check.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "planctl/check_sources.h"
#include "planctl/pages.h"

namespace plan::planctl {

namespace {

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> modulepath;
  std::string bundle;
  std::string explain;
  bool json = false;
};

int explain(const std::string& id) {
  const std::string_view page = page_of(id);
  if (page.empty()) {
    std::cerr << "planctl: there is no diagnostic '" << id << "'\nhelp: codes look like P0201\n";
    return 2;
  }
  std::cout << page;
  return 0;
}

int check_plans(const Options& options) {
  Result<std::vector<check::Text>> texts = options.bundle.empty() ? read_for_check(options.paths, options.modulepath)
                                                                  : read_bundle_for_check(options.bundle);
  if (!texts) {
    std::cerr << "planctl: " << texts.error().message << '\n';
    return 2;
  }
  const check::Findings findings = check::check_texts(std::move(*texts));
  std::cout << (options.json ? diagnostics::render_json(findings.diagnostics, *findings.sources)
                             : diagnostics::render_text(findings.diagnostics, *findings.sources));
  return findings.has_errors() ? 1 : 0;
}

}  // namespace

void add_check(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* check = app.add_subcommand("check", "Tell every mistake in plans, with its place and what to do");
  check->add_option("PATH", options->paths, "Files, or folders with *.plan and types/*.pp");
  check->add_option("--modulepath", options->modulepath, "A folder of modules whose plans and types may be used")->allow_extra_args(false);
  check->add_option("--bundle", options->bundle, "A bundle as a catalog carries it, '-' for standard input");
  check->add_option("--explain", options->explain, "What a code means, with an example: --explain P0201");
  check->add_flag("--json", options->json, "An array of objects instead of text");
  check->footer("Exit codes: 0 no errors (there may be warnings), 1 errors, 2 wrong usage or an unreadable file.");
  check->callback([options, &code] {
    const int given = !options->paths.empty() + !options->bundle.empty() + !options->explain.empty();
    if (given != 1) throw CLI::ValidationError("give PATHs, --bundle, or --explain");
    code = options->explain.empty() ? check_plans(*options) : explain(options->explain);
  });
}

}  // namespace plan::planctl
