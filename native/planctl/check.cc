#include "planctl/check.h"

#include <algorithm>
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

int complain(const std::string& message, int code) {
  std::cerr << "planctl: " << message << '\n';
  return code;
}

int explain(const std::string& id) {
  const std::string_view page = page_of(id);
  if (page.empty()) return complain("there is no diagnostic '" + id + "': codes look like P0201", 2);
  std::cout << page;
  return 0;
}

int tell(const check::Findings& findings, bool json) {
  std::cout << (json ? diagnostics::render_json(findings.diagnostics, *findings.sources)
                     : diagnostics::render_text(findings.diagnostics, *findings.sources));
  return findings.has_errors() ? 1 : 0;
}

int check_plans(const Options& options) {
  Result<std::vector<check::Text>> texts = read_for_check(options.paths, options.modulepath);
  if (!texts) return complain(texts.error().message, 2);
  return tell(check::check_texts(std::move(*texts)), options.json);
}

int check_bundle(const Options& options) {
  Result<engine::Bundle> bundle = read_bundle_for_check(options.bundle);
  if (!bundle) return complain(bundle.error().message, 2);
  std::vector<check::Text> texts;
  for (engine::SourceFile& file : bundle->files) texts.push_back({std::move(file.path), std::move(file.text)});
  const check::Findings findings = check::check_texts(std::move(texts));
  const int code = tell(findings, options.json);
  const std::string wanted = check::lower_case(bundle->plan);
  if (code != 0 || std::find(findings.plans.begin(), findings.plans.end(), wanted) != findings.plans.end()) return code;
  return complain("the bundle has no plan '" + bundle->plan + "'", 1);
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
    code = !options->explain.empty() ? explain(options->explain) : !options->bundle.empty() ? check_bundle(*options) : check_plans(*options);
  });
}

}  // namespace plan::planctl
