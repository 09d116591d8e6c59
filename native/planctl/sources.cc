#include "planctl/sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/code.h"

namespace plan::planctl {

namespace fs = std::filesystem;

namespace {

bool is_source(const fs::path& path) {
  return path.extension() == ".plan" || (path.extension() == ".pp" && path.parent_path().filename() == "types");
}

Status find_files(const std::string& path, std::vector<fs::path>& files) {
  std::error_code problem;
  if (!fs::is_directory(path, problem)) {
    files.emplace_back(path);
    return Done{};
  }
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, problem)) {
    if (entry.is_regular_file() && is_source(entry.path())) files.push_back(entry.path());
  }
  if (problem) return Error{"planctl.read", path + ": " + problem.message(), {}};
  return Done{};
}

Result<std::string> read_file(const fs::path& path) {
  std::error_code problem;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || fs::is_directory(path, problem)) return Error{"planctl.read", path.string() + " cannot be opened", {}};
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) return Error{"planctl.read", path.string() + " cannot be read", {}};
  return text;
}

}  // namespace

Result<engine::Bundle> read_sources(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (Status found = find_files(path, files); !found) return found.error();
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  engine::Bundle bundle;
  for (const fs::path& file : files) {
    Result<std::string> text = read_file(file);
    if (!text) return text.error();
    bundle.files.push_back({file.string(), std::move(*text)});
  }
  return bundle;
}

void complain(const Error& error) {
  std::cerr << "planctl: " << error.message << '\n';
  if (!error.help.empty()) std::cerr << "help: " << error.help << '\n';
}

std::optional<engine::Compilation> compile_sources(const std::vector<std::string>& paths, bool json, int& code) {
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

const engine::PlanCode* find_plan(const engine::Program& program, const std::string& name) {
  if (const engine::PlanCode* plan = program.find(name)) return plan;
  std::vector<std::string_view> names;
  for (const auto& plan : program.data().plans) names.push_back(plan->name);
  const std::string_view near = diagnostics::nearest(name, names);
  complain({"planctl.plan", "the files hold no plan '" + name + "'", near.empty() ? "" : "did you mean '" + std::string(near) + "'?"});
  return nullptr;
}

}  // namespace plan::planctl
