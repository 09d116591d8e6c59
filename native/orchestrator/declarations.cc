#include "orchestrator/declarations.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "orchestrator/yaml.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kMaxFileBytes = 64 * 1024 * 1024;
constexpr int kMaxFileDepth = 4 * values::kMaxJsonDepth;

Result<boost::json::value> read_document(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  if (path.ends_with(".json")) return values::parse_json(*text, kMaxFileBytes, kMaxFileDepth);
  return yaml_to_json(*text, kMaxFileDepth);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return Error{"config.unreadable", path + ": cannot be read"};
  return std::move(text).str();
}

Result<Declarations> read_declarations(const std::string& directory) {
  std::error_code failed;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".json" || extension == ".yaml" || extension == ".yml") files.push_back(entry.path().string());
  }
  if (failed) return Error{"config.unreadable", "clusters: " + directory + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  Declarations result;
  for (const auto& file : files) {
    auto json = read_document(file);
    auto declaration = json ? read_declaration(*json, file) : Result<Declaration>(json.error());
    if (declaration) result.read.push_back(std::move(declaration).value());
    else result.unreadable.push_back({"", file, declaration.error()});
  }
  return result;
}

}  // namespace plan::orchestrator
