#include "fuzz/mutation.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

namespace plan::fuzz {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPieces[] = {
    "plan ", "inherits ", "action ", "function ", "queue ", "input ", "output ", "state ", "public ", "type ", "T = ", "Integer", "$x",
    "$title", "$", "_", "self", " where ", " after ", " awaiting ", " from ", "if ", " else ", "case ", "default", "undef", " and ", " in ",
    ".new", "1", "-1", "9223372036854775807", "1e308", "5s", "'s'", "\"${", "}\"", "\"", "'", "/re/", "@(E)\n", "| E\n", "{", "}", "[", "]",
    " [", "(", ")", ",", ":", "::", ".", "?", "|", "|$x| {", "=>", " -> ", " <- ", " <-> ", " = ", " == ", "=~", "!", "+", "*", "<<", "&&",
    "++", "\\", "\n", "#", "/*", "\xC3\xA4", "\xFF", "Struct[{", "Variant[", "Optional[", "entries => ", "latched => true", "operator => true", "next_state()",
    "become(", "orchestrator[", "drain", "events", "main::catalog_done", "Hash[", "*Integer[0, ", "state ", ".map ", "return(", "Enum[",
};

}  // namespace

std::vector<std::string> read_corpus(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return texts;
}

std::string Mutation::text() {
  std::string text = corpus_[below(corpus_.size())];
  for (std::size_t steps = 1 + below(6); steps > 0; --steps) mutate(text);
  return text;
}

void Mutation::mutate(std::string& text) {
  const std::size_t at = below(text.size() + 1);
  switch (below(6)) {
    case 0: text.erase(at, 1 + below(16)); return;
    case 1: text.insert(at, kPieces[below(std::size(kPieces))]); return;
    case 2: text.insert(at, text.substr(below(text.size()), below(64))); return;
    case 3: {
      const std::string& other = corpus_[below(corpus_.size())];
      text.insert(at, other.substr(below(other.size()), below(128)));
      return;
    }
    case 4:
      if (at < text.size()) text[at] = static_cast<char>(below(256));
      return;
    default: text.resize(at); return;
  }
}

}  // namespace plan::fuzz
