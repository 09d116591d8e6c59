#include "planctl/sources.h"

#include <iostream>
#include <set>

#include "engine/code.h"
#include "planctl/check_sources.h"
#include "planctl/needed.h"

namespace plan::planctl {

void Paths::add_to(CLI::App& command) {
  command.add_option("FILE", files, "Files, or folders with *.plan and types/*.pp")->required();
  command.add_option("--modulepath", modulepath, "A folder of modules whose plans and types may be used")->allow_extra_args(false)->type_name("DIR");
}

Result<engine::Bundle> read_sources(const Paths& paths) {
  Result<std::vector<check::Text>> texts = read_for_check(paths.files, paths.modulepath);
  if (!texts) return texts.error();
  engine::Bundle all;
  std::set<std::size_t> given;
  for (check::Text& text : *texts) {
    if (text.judged) given.insert(all.files.size());
    all.files.push_back({std::move(text.path), std::move(text.text)});
  }
  engine::Bundle bundle;
  for (const std::size_t file : NameIndex(all).needed_by(std::move(given))) bundle.files.push_back(all.files[file]);
  return bundle;
}

void complain(const Error& error) {
  std::cerr << "planctl: " << error.message << '\n';
  if (!error.help.empty()) std::cerr << "help: " << error.help << '\n';
}

std::optional<engine::Compilation> compile_sources(const Paths& paths, bool json, int& code) {
  const Result<engine::Bundle> bundle = read_sources(paths);
  if (!bundle) {
    complain(bundle.error());
    code = kUsage;
    return std::nullopt;
  }
  engine::Compilation compilation = engine::compile(bundle.value());
  if (compilation.program) return compilation;
  const std::vector<diagnostics::Diagnostic> found = compilation.diagnostics.sorted();
  if (json) std::cout << diagnostics::render_json(found, *compilation.sources) << '\n';
  else std::cerr << diagnostics::render_text(found, *compilation.sources);
  code = kMistakes;
  return std::nullopt;
}

int show_files(const std::vector<std::string>& paths, const ShowFile& show, const std::function<void()>& finish) {
  const Result<std::vector<check::Text>> texts = read_for_check(paths, {});
  if (!texts) {
    complain(texts.error());
    return kUsage;
  }
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  for (const check::Text& text : *texts) {
    if (text.judged) show(sources.add(text.path, text.text), sources, found);
  }
  finish();
  std::cerr << diagnostics::render_text(found.sorted(), sources);
  return found.has_errors() ? kMistakes : kFine;
}

const engine::PlanCode* find_plan(const engine::Program& program, const std::string& name) {
  if (const engine::PlanCode* plan = program.find(name)) return plan;
  std::vector<std::string_view> names;
  for (const auto& plan : program.data().plans) names.push_back(plan->name);
  const std::string_view near = diagnostics::nearest(name, names);
  complain({"planctl.plan", "the files hold no plan '" + name + "'", near.empty() ? "" : "did you mean '" + std::string(near) + "'?"});
  return nullptr;
}

}  // namespace plan::planctl
