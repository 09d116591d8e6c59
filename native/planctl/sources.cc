#include "planctl/sources.h"

#include <iostream>

#include "engine/code.h"
#include "planctl/check_sources.h"

namespace plan::planctl {

Result<engine::Bundle> read_sources(const std::vector<std::string>& paths, Wanted wanted) {
  Result<std::vector<check::Text>> texts = read_for_check(paths, {});
  if (!texts) return texts.error();
  engine::Bundle bundle;
  for (check::Text& text : *texts) {
    if (wanted == Wanted::everything || text.judged) bundle.files.push_back({std::move(text.path), std::move(text.text)});
  }
  return bundle;
}

void complain(const Error& error) {
  std::cerr << "planctl: " << error.message << '\n';
  if (!error.help.empty()) std::cerr << "help: " << error.help << '\n';
}

std::optional<engine::Compilation> compile_sources(const std::vector<std::string>& paths, bool json, int& code) {
  const Result<engine::Bundle> bundle = read_sources(paths, Wanted::everything);
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

const engine::PlanCode* find_plan(const engine::Program& program, const std::string& name) {
  if (const engine::PlanCode* plan = program.find(name)) return plan;
  std::vector<std::string_view> names;
  for (const auto& plan : program.data().plans) names.push_back(plan->name);
  const std::string_view near = diagnostics::nearest(name, names);
  complain({"planctl.plan", "the files hold no plan '" + name + "'", near.empty() ? "" : "did you mean '" + std::string(near) + "'?"});
  return nullptr;
}

}  // namespace plan::planctl
