#include "orchestrator/config.h"

#include <chrono>
#include <filesystem>

#include <yaml-cpp/yaml.h>

#include "orchestrator/config_reader.h"
#include "orchestrator/declarations.h"
#include "orchestrator/yaml.h"

namespace plan::orchestrator {

namespace {

using Key = ConfigReader::Key;
using YAML::Node;

constexpr std::size_t kMaxConnections = 1'000'000;
constexpr std::size_t kMaxSeconds = 24 * 60 * 60;

// Reads the parts of the file into a Config; what is wrong is with the reader.
class Parts {
 public:
  Parts(ConfigReader& reader, const std::string& file, Config& config)
      : reader_(reader), directory_(std::filesystem::path(file).parent_path()), config_(config) {}

  void read(const Node& root);

 private:
  Key text(std::string_view name, std::string& into, bool required = false);
  Key path(std::string_view name, std::string& into, bool required = false);
  Key count(std::string_view name, std::size_t& into, std::size_t least, std::size_t most);
  Key seconds(std::string_view name, std::chrono::milliseconds& into);
  void texts(const Node& node, const std::string& where, std::vector<std::string>& into);
  void limits(const Node& node);
  void rules(const Node& node);
  void patterns(const Node& node, const std::string& where, std::vector<Pattern>& into);
  void extensions(const Node& node, const std::string& where, std::vector<Pattern>& into);

  ConfigReader& reader_;
  std::filesystem::path directory_;
  Config& config_;
};

Key Parts::text(std::string_view name, std::string& into, bool required) {
  return {name, [this, name, &into, required](const Node& value) {
            const auto read = reader_.text(value, std::string(name));
            if (!read) return;
            if (required && read->empty()) return reader_.wrong(value, std::string(name) + ": must not be empty");
            into = *read;
          }, required};
}

Key Parts::path(std::string_view name, std::string& into, bool required) {
  Key key = text(name, into, required);
  key.read = [this, read = key.read, &into](const Node& value) {
    read(value);
    if (!into.empty() && into.front() != '/') into = (directory_ / into).string();
  };
  return key;
}

Key Parts::count(std::string_view name, std::size_t& into, std::size_t least, std::size_t most) {
  return {name, [=, this, &into](const Node& value) {
            into = reader_.number(value, "limits." + std::string(name), least, most).value_or(into);
          }};
}

Key Parts::seconds(std::string_view name, std::chrono::milliseconds& into) {
  return {name, [=, this, &into](const Node& value) {
            const auto read = reader_.number(value, "limits." + std::string(name), 1, kMaxSeconds);
            if (read) into = std::chrono::seconds(*read);
          }};
}

void Parts::texts(const Node& node, const std::string& where, std::vector<std::string>& into) {
  reader_.list(node, [&](const Node& item) {
    const auto read = reader_.text(item, where);
    if (!read) return;
    if (read->empty()) return reader_.wrong(item, where + ": must not be empty");
    into.push_back(*read);
  });
}

void Parts::limits(const Node& node) {
  auto& limits = config_.limits;
  reader_.map(node, "limits.",
              {count("connections", limits.connections, 1, kMaxConnections),
               count("connections_per_certname", limits.connections_per_certname, 1, kMaxConnections),
               count("header_bytes", limits.request.header_bytes, 1024, 1024 * 1024),
               seconds("handshake_seconds", limits.handshake), seconds("header_seconds", limits.header),
               seconds("body_seconds", limits.body), seconds("answer_seconds", limits.write),
               seconds("idle_seconds", limits.idle)});
}

void Parts::extensions(const Node& node, const std::string& where, std::vector<Pattern>& into) {
  std::map<std::string, std::string> wanted;
  if (!node.IsMap() || node.size() == 0) {
    return reader_.wrong(node, where + ".extensions: expected extensions with their values, as {pp_cli_auth: 'true'}");
  }
  for (const auto& entry : node) {
    const auto name = reader_.text(entry.first, where + ".extensions");
    const auto value = reader_.text(entry.second, where + ".extensions");
    if (name && value) wanted[*name] = *value;
  }
  into.push_back(Pattern::of_extensions(std::move(wanted)));
}

void Parts::patterns(const Node& node, const std::string& where, std::vector<Pattern>& into) {
  reader_.list(node, [&](const Node& item) {
    if (item.IsMap()) {
      return reader_.map(item, where + ".",
                         {{"extensions", [&](const Node& value) { extensions(value, where, into); }, true}});
    }
    const auto name = reader_.text(item, where);
    if (!name) return;
    auto pattern = Pattern::of_name(*name);
    if (pattern) into.push_back(*std::move(pattern));
    else reader_.wrong(item, where + ": " + pattern.error().message);
  });
}

void Parts::rules(const Node& node) {
  reader_.list(node, [&](const Node& item) {
    Rule rule;
    const std::string where = "authorization";
    reader_.map(item, where + ".",
                {text("name", rule.name, true),
                 {"routes", [&](const Node& value) { texts(value, where + ".routes", rule.routes); }, true},
                 {"allow", [&](const Node& value) { patterns(value, where + ".allow", rule.allow); }},
                 {"deny", [&](const Node& value) { patterns(value, where + ".deny", rule.deny); }}});
    if (item.IsMap() && rule.allow.empty() && rule.deny.empty()) {
      reader_.wrong(item, where + ": the rule '" + rule.name + "' neither allows nor denies anybody");
    }
    config_.authorization.push_back(std::move(rule));
  });
}

void Parts::read(const Node& root) {
  reader_.map(root, "",
              {text("listen", config_.listen),
               text("status_listen", config_.status_listen),
               path("control", config_.control),
               path("certificate", config_.certificate, true),
               path("private_key", config_.private_key, true),
               path("ca", config_.ca, true),
               path("crl", config_.crl),
               path("store", config_.store, true),
               path("witness", config_.witness),
               path("clusters", config_.clusters, true),
               text("certname", config_.certname),
               {"compilers", [&](const Node& value) { texts(value, "compilers", config_.compilers); }},
               {"authorization", [&](const Node& value) { rules(value); }},
               {"limits", [&](const Node& value) { limits(value); }}});
}

}  // namespace

Result<Config> read_config(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  return parse_config(path, *text);
}

Result<Config> parse_config(const std::string& path, const std::string& text) {
  auto document = load_yaml(text);
  if (!document) return Error{"config.invalid", path + ": " + document.error().message};
  Config config;
  ConfigReader reader(path);
  Parts(reader, path, config).read(*document);
  if (auto error = reader.error()) return *error;
  if (config.witness.empty()) config.witness = config.store + ".witness";
  return config;
}

}  // namespace plan::orchestrator
