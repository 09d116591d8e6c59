// Texts made of others, the same ones each time: pieces are cut out, doubled, moved, and put in from elsewhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace plan::fuzz {

// The files of a folder, in the order of their names.
[[nodiscard]] std::vector<std::string> read_corpus(const std::filesystem::path& folder);

class Mutation {
 public:
  Mutation(const std::vector<std::string>& corpus, std::uint32_t seed) : corpus_(corpus), random_(seed) {}
  [[nodiscard]] std::string text();

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  void mutate(std::string& text);

  const std::vector<std::string>& corpus_;
  std::mt19937 random_;
};

}  // namespace plan::fuzz
