// `planctl ast`: the trees of plans, in the notation in which Puppet's parser dumps its own (`puppet parser dump`).
#include <charconv>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "planctl/phases.h"
#include "planctl/sources.h"
#include "syntax/dump.h"

namespace plan::planctl {

namespace {

namespace json = boost::json;
constexpr std::size_t kWidth = 110;

struct Options {
  std::vector<std::string> files;
  bool json = false;
};

// One list, map, call, text or word of the notation.
struct Part {
  char opening = 0;               // '(', '[', '{'; '"' for a text, 0 for a word
  std::string text;               // of a text or a word, as written
  std::vector<Part> parts;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Part> all() {
    std::vector<Part> parts;
    while (skip_spaces()) parts.push_back(part());
    return parts;
  }

 private:
  bool skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size();
  }

  Part part() {
    const char c = text_[at_];
    if (c == '"') return text();
    if (c != '(' && c != '[' && c != '{') return word();
    const char closing = c == '(' ? ')' : (c == '[' ? ']' : '}');
    Part result{c, {}, {}};
    ++at_;
    while (skip_spaces() && text_[at_] != closing) result.parts.push_back(part());
    ++at_;
    return result;
  }

  Part text() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return {'"', std::string(text_.substr(begin, at_ - begin)), {}};
  }

  Part word() {
    const std::size_t end = std::min(text_.find_first_of(" \n()[]{}", at_), text_.size());
    Part result{0, std::string(text_.substr(at_, end - at_)), {}};
    at_ = end;
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string unescaped(std::string_view quoted) {
  std::string text;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] != '\\') text += quoted[i];
    else if (const char c = quoted[++i]; c == 'n' || c == 't' || c == 'r') text += c == 'n' ? '\n' : (c == 't' ? '\t' : '\r');
    else text += c;
  }
  return text;
}

// As `puppet parser dump --format json` writes it: a call is {"^": [name, …]}, a map {"#": [key, value, …]}.
json::value to_json(const Part& part) {
  if (part.opening == '"') return json::string(unescaped(part.text));
  if (part.opening == 0) {
    if (part.text == "nil") return nullptr;
    if (part.text == "true" || part.text == "false") return part.text == "true";
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(part.text.data(), part.text.data() + part.text.size(), number);
    if (problem == std::errc() && end == part.text.data() + part.text.size()) return number;
    return json::string(part.text.starts_with(":") ? part.text.substr(1) : part.text);
  }
  json::array list;
  for (const Part& one : part.parts) list.push_back(to_json(one));
  if (part.opening == '[') return list;
  return json::object{{part.opening == '(' ? "^" : "#", std::move(list)}};
}

std::string on_one_line(const Part& part) {
  if (part.opening == 0 || part.opening == '"') return part.text;
  std::string text;
  for (const Part& one : part.parts) text += (text.empty() ? "" : " ") + on_one_line(one);
  return part.opening + text + (part.opening == '(' ? ")" : (part.opening == '[' ? "]" : "}"));
}

// What does not fit into a line has each of its lists on a line of its own.
void print(const Part& part, std::size_t indent, std::string& out) {
  const std::string line = on_one_line(part);
  if (indent + line.size() <= kWidth || part.parts.empty()) {
    out += line;
    return;
  }
  out += part.opening;
  bool first = true;
  for (const Part& one : part.parts) {
    const bool is_list = one.opening != 0 && one.opening != '"';
    if (is_list) out += "\n" + std::string(indent + 2, ' ');
    else if (!first) out += ' ';
    print(one, indent + 2, out);
    first = false;
  }
  out += part.opening == '(' ? ")" : (part.opening == '[' ? "]" : "}");
}

int ast(const Options& options) {
  json::array all;
  const auto show = [&](SourceId id, const diagnostics::Sources& sources, diagnostics::Diagnostics& found) {
    const std::string dumped = syntax::dump(syntax::parse_file(id, sources, found));
    json::array trees;
    for (const Part& part : Reader(dumped).all()) {
      std::string text;
      print(part, 0, text);
      if (options.json) trees.push_back(to_json(part));
      else std::cout << text << '\n';
    }
    all.push_back({{"file", sources.path(id)}, {"tree", std::move(trees)}});
  };
  return show_files(options.files, show, [&] {
    if (options.json) std::cout << json::serialize(all) << '\n';
  });
}

}  // namespace

void add_ast(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("ast", "Print the trees that the parser makes of plans");
  command->add_option("FILE", options->files, "Files, or folders with *.plan and types/*.pp")->required();
  command->add_flag("--json", options->json, "An array of {file, tree} instead of text");
  command->footer("The notation is that of `puppet parser dump`, in JSON too.\n\nExample:\n  planctl ast examples/elevator.plan\n\n"
                  "Exit codes: 0 fine, 1 mistakes in the texts, 2 wrong usage.");
  command->callback([options, &code] { code = ast(*options); });
}

}  // namespace plan::planctl
