// fuzz_replay TARGET CORPUS COUNT: every file of the corpus, and COUNT mutations of them, through one target. The mutations
// are the same each time: a failure names the number of the one it happened in.
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "fuzz/mutation.h"
#include "fuzz/targets.h"

namespace plan::fuzz {
namespace {

namespace fs = std::filesystem;

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
