#include "planctl/check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/program.h"

namespace plan::planctl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxBundleBytes = 64 * 1024 * 1024;

Result<std::string> read_all(std::istream& stream, const std::string& name) {
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) return Error{"planctl.read", name + " cannot be read", {}};
  return text;
}

Result<std::string> read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream || fs::is_directory(path)) return Error{"planctl.read", path.string() + " cannot be opened", {}};
  return read_all(stream, path.string());
}

bool is_source(const fs::path& path) {
  return path.extension() == ".plan" || (path.extension() == ".pp" && path.parent_path().filename() == "types");
}

Result<engine::Bundle> bundle_of_paths(const std::vector<std::string>& paths) {
  engine::Bundle bundle;
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
      files.emplace_back(path);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, problem)) {
      if (entry.is_regular_file() && is_source(entry.path())) files.push_back(entry.path());
    }
    if (problem) return Error{"planctl.read", path + ": " + problem.message(), {}};
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    Result<std::string> text = read_file(file);
    if (!text) return text.error();
    bundle.files.push_back({file.string(), std::move(*text)});
  }
  return bundle;
}

Result<engine::Bundle> bundle_of_file(const std::string& name) {
  Result<std::string> text = Error{};
  if (name == "-") text = read_all(std::cin, "standard input");
  else text = read_file(name);
  if (!text) return text.error();
  Result<boost::json::value> json = values::parse_json(*text, kMaxBundleBytes);
  if (!json) return json.error();
  return engine::read_bundle(*json);
}

}  // namespace

int check(const CheckOptions& options) {
  Result<engine::Bundle> bundle = options.bundle.empty() ? bundle_of_paths(options.paths) : bundle_of_file(options.bundle);
  if (!bundle) {
    std::cerr << "planctl: " << bundle.error().message << '\n';
    return 2;
  }
  const engine::Compilation compilation = engine::compile(*bundle);
  const std::vector<diagnostics::Diagnostic> found = compilation.diagnostics.sorted();
  if (options.json) std::cout << diagnostics::render_json(found, *compilation.sources) << '\n';
  else std::cout << diagnostics::render_text(found, *compilation.sources);
  return compilation.diagnostics.has_errors() ? 1 : 0;
}

}  // namespace plan::planctl
