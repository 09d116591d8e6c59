// `planctl bundle`: a plan with all it needs, as a catalog carries it.
#include <algorithm>
#include <cctype>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "base/sha256.h"
#include "planctl/phases.h"
#include "planctl/sources.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

namespace plan::planctl {

namespace {

struct Options {
  std::vector<std::string> files;
  std::string plan;
  bool json = false;
};

std::string lower(std::string_view text) {
  std::string result(text.starts_with("::") ? text.substr(2) : text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Which file declares what, and which names each file mentions.
class Index {
 public:
  explicit Index(const engine::Bundle& all) : all_(all) {
    for (std::size_t i = 0; i < all.files.size(); ++i) {
      const SourceId id = sources_.add(all.files[i].path, all.files[i].text);
      const syntax::ParsedFile file = syntax::parse_file(id, sources_, diagnostics_);
      for (const syntax::PlanDecl* plan : file.plans) files_.emplace(lower(plan->name.text), i);
      for (const syntax::TypeAlias* alias : file.aliases) files_.emplace(lower(alias->name.text), i);
    }
  }

  [[nodiscard]] std::optional<std::size_t> file_of(const std::string& name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
  }

  // A name, or what it stands in: `galera::cluster::requests` is a queue of the plan galera::cluster.
  [[nodiscard]] std::set<std::size_t> files_mentioned(std::size_t file) {
    std::set<std::size_t> result;
    Arena arena;
    diagnostics::Diagnostics ignored;      // they were told when the files were parsed
    for (const syntax::Token& token : syntax::Lexer(static_cast<SourceId>(file), all_.files[file].text, arena, ignored).run()) {
      if (token.kind != syntax::TokenKind::name && token.kind != syntax::TokenKind::class_ref) continue;
      std::string name = lower(token.text);
      for (;;) {
        if (const auto found = file_of(name)) result.insert(*found);
        const std::size_t colons = name.rfind("::");
        if (colons == std::string::npos) break;
        name.erase(colons);
      }
    }
    return result;
  }

 private:
  const engine::Bundle& all_;
  diagnostics::Sources sources_;
  diagnostics::Diagnostics diagnostics_;
  std::map<std::string, std::size_t> files_;
};

int print_bundle(const Options& options) {
  int code = kFine;
  if (!compile_sources(options.files, options.json, code)) return code;
  const Result<engine::Bundle> all = read_sources(options.files, Wanted::everything);
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
  Index index(all);
  const std::optional<std::size_t> first = index.file_of(lower(plan));
  if (!first) return Error{"planctl.plan", "the files hold no plan '" + plan + "'", {}};
  std::set<std::size_t> needed{*first};
  for (std::deque<std::size_t> open{*first}; !open.empty(); open.pop_front()) {
    for (const std::size_t file : index.files_mentioned(open.front())) {
      if (needed.insert(file).second) open.push_back(file);
    }
  }
  engine::Bundle bundle;
  bundle.plan = lower(plan);
  Sha256 sum;
  for (const std::size_t file : needed) {
    bundle.files.push_back(all.files[file]);
    sum.add(all.files[file].path).add(std::string_view("\0", 1)).add(all.files[file].text).add(std::string_view("\0", 1));
  }
  bundle.digest = sum.hex();
  return bundle;
}

void add_bundle(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bundle", "Print a plan with all it needs, as a catalog carries it");
  command->add_option("FILE", options->files, "Files, or folders with *.plan and types/*.pp")->required();
  command->add_option("--plan", options->plan, "The plan")->required()->type_name("NAME");
  command->add_flag("--json", options->json, "The bundle itself instead of what is in it");
  command->footer("Of the files those are taken to which names lead, from the plan's own on.\n\nExample:\n"
                  "  planctl bundle plans types --plan galera::host --json | planctl check --bundle -\n\n"
                  "Exit codes: 0 fine, 1 mistakes in the plans, 2 wrong usage.");
  command->callback([options, &code] { code = print_bundle(*options); });
}

}  // namespace plan::planctl
