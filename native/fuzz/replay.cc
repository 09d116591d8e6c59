// fuzz_replay TARGET CORPUS COUNT: every file of the corpus, and COUNT mutations of them, through one target. The mutations
// are the same each time: a failure names the number of the one it happened in.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets.h"

namespace plan::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPieces[] = {
    "plan ", "inherits ", "action ", "function ", "queue ", "input ", "output ", "state ", "public ", "type ", "T = ", "Integer", "$x",
    "$title", "$", "_", "self", " where ", " after ", " awaiting ", " from ", "if ", " else ", "case ", "default", "undef", " and ", " in ",
    ".new", "1", "-1", "9223372036854775807", "1e308", "5s", "'s'", "\"${", "}\"", "\"", "'", "/re/", "@(E)\n", "| E\n", "{", "}", "[", "]",
    " [", "(", ")", ",", ":", "::", ".", "?", "|", "|$x| {", "=>", " -> ", " <- ", " <-> ", " = ", " == ", "=~", "!", "+", "*", "<<", "&&",
    "++", "\\", "\n", "#", "/*", "\xC3\xA4", "\xFF", "Struct[{", "Variant[", "Optional[", "entries => ", "latched => true", "next_state()",
    "become(", "orchestrator[", "drain", "events", "main::catalog_done", "Hash[", "*Integer[0, ", "state ", ".map ", "return(", "Enum[",
};

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

class Mutation {
 public:
  Mutation(const std::vector<std::string>& corpus, std::uint32_t seed) : corpus_(corpus), random_(seed) {}

  std::string text() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t steps = 1 + below(6); steps > 0; --steps) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void mutate(std::string& text) {
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

  const std::vector<std::string>& corpus_;
  std::mt19937 random_;
};

int replay(const Target& target, const fs::path& folder, std::uint32_t count) {
  const std::vector<std::string> corpus = read_corpus(folder);
  if (corpus.empty()) {
    std::cerr << "fuzz_replay: " << folder << " is empty\n";
    return 2;
  }
  std::string what;
  try {
    for (std::size_t i = 0; i < corpus.size(); ++i) {
      what = "file " + std::to_string(i);
      target.run(corpus[i]);
    }
    for (std::uint32_t seed = 0; seed < count; ++seed) {
      what = "mutation " + std::to_string(seed);
      target.run(Mutation(corpus, seed).text());
    }
  } catch (const std::exception& error) {
    std::cerr << target.name << ", " << what << ": " << error.what() << '\n';
    return 1;
  }
  std::cout << target.name << ": " << corpus.size() << " files, " << count << " mutations\n";
  return 0;
}

}  // namespace
}  // namespace plan::fuzz

int main(int argc, char** argv) {
  const plan::fuzz::Target* target = argc == 4 ? plan::fuzz::find_target(argv[1]) : nullptr;
  if (target == nullptr) {
    std::cerr << "usage: fuzz_replay TARGET CORPUS COUNT\ntargets:";
    for (const plan::fuzz::Target& one : plan::fuzz::targets()) std::cerr << ' ' << one.name;
    std::cerr << '\n';
    return 2;
  }
  return plan::fuzz::replay(*target, argv[2], static_cast<std::uint32_t>(std::stoul(argv[3])));
}
