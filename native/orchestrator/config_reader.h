// Reads the nodes of a configuration file and keeps every mistake with its place, so that all are said at once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace YAML {
class Node;
}

namespace plan::orchestrator {

class ConfigReader {
 public:
  explicit ConfigReader(std::string file) : file_(std::move(file)) {}

  struct Key {
    std::string_view name;
    std::function<void(const YAML::Node& value)> read;
    bool required = false;
  };
  // Each key at most once, none but these; `where` stands before them in messages ("limits."). What is near to an unknown
  // one is suggested.
  void map(const YAML::Node& node, const std::string& where, const std::vector<Key>& keys);
  // Each item; a single value stands for a list of it.
  void list(const YAML::Node& node, const std::function<void(const YAML::Node& item)>& read);
  [[nodiscard]] std::optional<std::string> text(const YAML::Node& node, const std::string& where);
  [[nodiscard]] std::optional<std::size_t> number(const YAML::Node& node, const std::string& where, std::size_t least,
                                                  std::size_t most);

  void wrong(const YAML::Node& node, const std::string& what, const std::string& help = {});
  // Error config.invalid: all mistakes, one a line.
  [[nodiscard]] std::optional<Error> error() const;

 private:
  void unknown_key(const YAML::Node& node, const std::string& where, const std::string& name, const std::vector<Key>& keys);

  std::string file_;
  std::vector<Error> mistakes_;
};

}  // namespace plan::orchestrator
