// `planctl bundle`: a plan with all it needs, as a catalog carries it.
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "base/sha256.h"
#include "check/model.h"
#include "planctl/needed.h"
#include "planctl/phases.h"
#include "planctl/sources.h"

namespace plan::planctl {

namespace {

struct Options {
  Paths paths;
  std::string plan;
  bool json = false;
};

int print_bundle(const Options& options) {
  int code = kFine;
  if (!compile_sources(options.paths, options.json, code)) return code;
  const Result<engine::Bundle> all = read_sources(options.paths);
  const Result<engine::Bundle> bundle = all ? bundle_of(all.value(), options.plan) : all;
  if (!bundle) {
    complain(bundle.error());
    return kUsage;
  }
  if (options.json) {
    std::cout << boost::json::serialize(engine::write_bundle(bundle.value())) << '\n';
    return kFine;
  }
  std::cout << "plan    " << bundle.value().plan << "\ndigest  " << bundle.value().digest << '\n';
  for (const engine::SourceFile& file : bundle.value().files) std::cout << "file    " << file.path << "  " << file.text.size() << " bytes\n";
  return kFine;
}

}  // namespace

Result<engine::Bundle> bundle_of(const engine::Bundle& all, const std::string& plan) {
  const NameIndex index(all);
  const std::optional<std::size_t> first = index.file_of(plan);
  if (!first) return Error{"planctl.plan", "the files hold no plan '" + plan + "'", {}};
  engine::Bundle bundle;
  bundle.plan = check::lower_case(plan.starts_with("::") ? plan.substr(2) : plan);
  Sha256 sum;
  for (const std::size_t file : index.needed_by({*first})) {
    bundle.files.push_back(all.files[file]);
    sum.add(all.files[file].path).add(std::string_view("\0", 1)).add(all.files[file].text).add(std::string_view("\0", 1));
  }
  bundle.digest = sum.hex();
  return bundle;
}

void add_bundle(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bundle", "Print a plan with all it needs, as a catalog carries it");
  options->paths.add_to(*command);
  command->add_option("--plan", options->plan, "The plan")->required()->type_name("NAME");
  command->add_flag("--json", options->json, "The bundle itself instead of what is in it");
  command->footer("Of the files those are taken to which names lead, from the plan's own on.\n\nExample:\n"
                  "  planctl bundle plans types --plan galera::host --json | planctl check --bundle -\n\n"
                  "Exit codes: 0 fine, 1 mistakes in the plans, 2 wrong usage.");
  command->callback([options, &code] { code = print_bundle(*options); });
}

}  // namespace plan::planctl
