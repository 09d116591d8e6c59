#include "orchestrator/config_reader.h"

#include <algorithm>
#include <charconv>

#include <yaml-cpp/yaml.h>

#include "diagnostics/diagnostic.h"

namespace plan::orchestrator {

void ConfigReader::wrong(const YAML::Node& node, const std::string& what, const std::string& help) {
  const YAML::Mark mark = node.Mark();
  const std::string line = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1);
  mistakes_.push_back(Error{"config.invalid", file_ + line + ": " + what, help});
}

std::optional<Error> ConfigReader::error() const {
  if (mistakes_.empty()) return std::nullopt;
  if (mistakes_.size() == 1) return mistakes_.front();
  std::string all;
  for (const auto& mistake : mistakes_) {
    all += (all.empty() ? "" : "\n") + mistake.message + (mistake.help.empty() ? "" : ". " + mistake.help);
  }
  return Error{"config.invalid", all};
}

void ConfigReader::unknown_key(const YAML::Node& node, const std::string& where, const std::string& name,
                               const std::vector<Key>& keys) {
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& key : keys) {
    names.push_back(key.name);
    list += (list.empty() ? "" : ", ") + std::string(key.name);
  }
  const auto near = diagnostics::nearest(name, names);
  wrong(node, "unknown key '" + where + name + "'",
        near.empty() ? "Known are " + list + "." : "Did you mean '" + std::string(near) + "'?");
}

void ConfigReader::map(const YAML::Node& node, const std::string& where, const std::vector<Key>& keys) {
  if (!node.IsMap()) {
    return wrong(node, (where.empty() ? "" : where.substr(0, where.size() - 1) + ": ") + "expected keys with values");
  }
  std::vector<std::string> seen;
  for (const auto& entry : node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& one) { return one.name == name; });
    if (key == keys.end()) {
      unknown_key(entry.first, where, name, keys);
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      wrong(entry.first, "the key '" + where + name + "' stands there twice");
    } else {
      seen.push_back(name);
      key->read(entry.second);
    }
  }
  for (const auto& key : keys) {
    if (!key.required || std::find(seen.begin(), seen.end(), key.name) != seen.end()) continue;
    wrong(node, "the key '" + where + std::string(key.name) + "' is missing");
  }
}

void ConfigReader::list(const YAML::Node& node, const std::function<void(const YAML::Node& item)>& read) {
  if (!node.IsSequence()) return read(node);
  for (const auto& item : node) read(item);
}

std::optional<std::string> ConfigReader::text(const YAML::Node& node, const std::string& where) {
  if (node.IsScalar()) return node.Scalar();
  wrong(node, where + ": expected a single value");
  return std::nullopt;
}

std::optional<std::size_t> ConfigReader::number(const YAML::Node& node, const std::string& where, std::size_t least,
                                                std::size_t most) {
  const auto text = this->text(node, where);
  if (!text) return std::nullopt;
  std::size_t value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failed == std::errc() && end == text->data() + text->size() && value >= least && value <= most) return value;
  wrong(node, where + ": expected a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                  ", found '" + *text + "'");
  return std::nullopt;
}

}  // namespace plan::orchestrator
