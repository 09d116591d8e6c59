#include "orchestrator/yaml.h"

#include <charconv>

#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

namespace plan::orchestrator {

namespace {

template <class Number>
bool parse_whole(const std::string& text, Number& number) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stopped, failed] = std::from_chars(begin, end, number);
  return failed == std::errc() && stopped == end && begin != end;
}

boost::json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return boost::json::string(text);   // quoted
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true" || text == "false") return text == "true";
  std::int64_t integer = 0;
  if (parse_whole(text, integer)) return integer;
  double number = 0;
  const bool digits = text.find_first_of("0123456789") != std::string::npos;   // not "inf"
  if (digits && parse_whole(text, number)) return number;
  return boost::json::string(text);
}

// Aliases (`*name`) stand for what may hold aliases again: a short text can mean more than any memory holds.
constexpr std::size_t kMaxNodes = 1'000'000;

Result<boost::json::value> convert(const YAML::Node& node, int depth, std::size_t& nodes) {
  if (depth == 0) return Error{"config.invalid", "is nested too deep"};
  if (++nodes > kMaxNodes) return Error{"config.invalid", "has more than " + std::to_string(kMaxNodes) + " values"};
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    boost::json::array array;
    for (const auto& item : node) {
      auto value = convert(item, depth - 1, nodes);
      if (!value) return value;
      array.push_back(std::move(value).value());
    }
    return boost::json::value(std::move(array));
  }
  if (!node.IsMap()) return boost::json::value(nullptr);
  boost::json::object object;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return Error{"config.invalid", "a key is no single value"};
    auto value = convert(entry.second, depth - 1, nodes);
    if (!value) return value;
    object[entry.first.Scalar()] = std::move(value).value();
  }
  return boost::json::value(std::move(object));
}

}  // namespace

Result<YAML::Node> load_yaml(const std::string& text) {
  try {   // the library's way of saying that a text is no YAML
    return YAML::Load(text);
  } catch (const YAML::Exception& wrong) {
    return Error{"config.invalid", wrong.what()};
  }
}

Result<boost::json::value> yaml_to_json(const std::string& text, int max_depth) {
  auto node = load_yaml(text);
  if (!node) return node.error();
  std::size_t nodes = 0;
  return convert(*node, max_depth, nodes);
}

}  // namespace plan::orchestrator
