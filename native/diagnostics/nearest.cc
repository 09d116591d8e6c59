#include <algorithm>
#include <numeric>

#include "diagnostics/diagnostic.h"

namespace plan::diagnostics {
namespace {

// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_previous(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replaced, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_previous[j - 2] + 1);
      }
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

// The words of a name, in small letters: the_role, GaleraHost and Galera::Host have two.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  bool was_small = false;
  for (const char c : name) {
    const bool capital = c >= 'A' && c <= 'Z';
    const bool letter = capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if ((!letter || (capital && was_small)) && !words.back().empty()) words.emplace_back();
    if (letter) words.back() += capital ? static_cast<char>(c - 'A' + 'a') : c;
    was_small = letter && !capital;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The letters in words that both names have, as a part of all their letters: 0 to 1.
double shared_words(const std::vector<std::string>& a, std::vector<std::string> b) {
  std::size_t shared = 0;
  std::size_t all = 0;
  for (const std::string& word : b) all += word.size();
  for (const std::string& word : a) {
    all += word.size();
    const auto same = std::find(b.begin(), b.end(), word);
    if (same == b.end()) continue;
    shared += 2 * word.size();
    b.erase(same);
  }
  return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

constexpr std::size_t kMaxLength = 64;          // longer names get no suggestion: the search is quadratic
constexpr std::size_t kMaxCandidates = 2'000;

std::string_view nearest_by_words(std::string_view name, const std::vector<std::string_view>& candidates) {
  constexpr double kEnough = 0.7;
  const std::vector<std::string> words = words_of(name);
  std::string_view best;
  double most = kEnough;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kMaxLength || candidate == name) continue;
    const std::vector<std::string> others = words_of(candidate);
    double shared = shared_words(words, others);
    // The last word says what a thing is, those before it which one.
    if (!words.empty() && !others.empty() && words.back() == others.back()) shared += 0.2;
    if (shared <= most) continue;
    best = candidate;
    most = shared;
  }
  return best;
}

}  // namespace

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& all) {
  if (name.size() > kMaxLength) return {};
  const std::vector<std::string_view> candidates(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMaxCandidates)));
  std::string_view best;
  std::size_t best_distance = name.size() / 3 + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kMaxLength || candidate == name) continue;
    const std::size_t difference = std::max(candidate.size(), name.size()) - std::min(candidate.size(), name.size());
    if (difference >= best_distance) continue;
    const std::size_t edits = distance(name, candidate);
    if (edits < best_distance) {
      best = candidate;
      best_distance = edits;
    }
  }
  return best.empty() ? nearest_by_words(name, candidates) : best;
}

}  // namespace plan::diagnostics
