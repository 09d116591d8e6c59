#include "orchestrator/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "diagnostics/diagnostic.h"
#include "orchestrator/yaml.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kMaxFileBytes = 64 * 1024 * 1024;
constexpr int kMaxFileDepth = 4 * values::kMaxJsonDepth;
constexpr std::size_t kMaxConnections = 1'000'000;

// One key of the file: how its text gets into the configuration.
struct Key {
  std::string_view name;
  std::string Config::*text;   // null: a number
  bool required;
  bool is_path;
};

constexpr std::array<Key, 12> kKeys = {{
    {"listen", &Config::listen, false, false},
    {"status_listen", &Config::status_listen, false, false},
    {"control", &Config::control, false, true},
    {"certificate", &Config::certificate, true, true},
    {"private_key", &Config::private_key, true, true},
    {"ca", &Config::ca, true, true},
    {"crl", &Config::crl, false, true},
    {"store", &Config::store, true, true},
    {"witness", &Config::witness, false, true},
    {"clusters", &Config::clusters, true, true},
    {"certname", &Config::certname, false, false},
    {"connections", nullptr, false, false},
}};

Error config_error(const std::string& file, const YAML::Mark& mark, const std::string& what, std::string help = {}) {
  const std::string line = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1);
  return Error{"config.invalid", file + line + ": " + what, std::move(help)};
}

Error unknown_key(const std::string& file, const YAML::Node& node, const std::string& name) {
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& key : kKeys) {
    names.push_back(key.name);
    list += (list.empty() ? "" : ", ") + std::string(key.name);
  }
  const auto near = diagnostics::nearest(name, names);
  return config_error(file, node.Mark(), "unknown key '" + name + "'",
                      near.empty() ? "Known are " + list + "." : "Did you mean '" + std::string(near) + "'?");
}

std::optional<Error> set(Config& config, const Key& key, const std::string& file, const YAML::Node& value) {
  if (!value.IsScalar()) return config_error(file, value.Mark(), std::string(key.name) + ": expected a single value");
  const std::string& text = value.Scalar();
  if (key.text == nullptr) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), config.connections);
    const bool whole = failed == std::errc() && end == text.data() + text.size();
    if (whole && config.connections > 0 && config.connections <= kMaxConnections) return std::nullopt;
    return config_error(file, value.Mark(), std::string(key.name) + ": expected a whole number from 1 to " +
                                                std::to_string(kMaxConnections) + ", found '" + text + "'");
  }
  if (key.required && text.empty()) {
    return config_error(file, value.Mark(), std::string(key.name) + ": must not be empty");
  }
  const bool relative = key.is_path && !text.empty() && text.front() != '/';
  config.*key.text = relative ? (std::filesystem::path(file).parent_path() / text).string() : text;
  return std::nullopt;
}

std::optional<Error> missing_key(const Config& config, const std::string& file) {
  for (const auto& key : kKeys) {
    if (key.required && (config.*key.text).empty()) {
      return Error{"config.invalid", file + ": the key '" + std::string(key.name) + "' is missing"};
    }
  }
  return std::nullopt;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return Error{"config.unreadable", path + ": cannot be read"};
  return std::move(text).str();
}

Result<boost::json::value> read_document(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  if (path.ends_with(".json")) return values::parse_json(*text, kMaxFileBytes, kMaxFileDepth);
  return yaml_to_json(*text, kMaxFileDepth);
}

}  // namespace

Result<Config> read_config(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  auto document = load_yaml(*text);
  if (!document) return Error{"config.invalid", path + ": " + document.error().message};
  const YAML::Node& root = *document;
  if (!root.IsMap()) return config_error(path, root.Mark(), "expected keys with values");
  Config config;
  std::vector<std::string> seen;
  for (const auto& entry : root) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    const auto* key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& one) { return one.name == name; });
    if (key == kKeys.end()) return unknown_key(path, entry.first, name);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return config_error(path, entry.first.Mark(), "the key '" + name + "' stands there twice");
    }
    seen.push_back(name);
    if (auto error = set(config, *key, path, entry.second)) return *error;
  }
  if (auto error = missing_key(config, path)) return *error;
  if (config.witness.empty()) config.witness = config.store + ".witness";
  return config;
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
