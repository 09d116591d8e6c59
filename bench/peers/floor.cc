// The floor: what the same work costs in C++ that knows everything beforehand. G1 with deques, G2 with a hash index.
//
//   floor G1|G2 [--tiny]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <numeric>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

// Passes until the figure rests on half a second.
constexpr double kSeconds = 0.5;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void print(const std::string& workload, double rate, const char* unit) {
  std::printf("{\"workload\": \"%s\", \"rate\": %.1f, \"unit\": \"%s\"}\n", workload.c_str(), rate, unit);
}

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "floor: wrong result: %s\n", what);
  std::exit(1);
}

// Keeps the compiler from knowing what a value is.
template <class T>
void hide(T& value) { asm volatile("" : "+m"(value)); }

template <class Pass>
void measure(const std::string& workload, const char* unit, double seconds, std::int64_t count, Pass pass) {
  std::int64_t passes = 0;
  const double from = cpu_seconds();
  do {
    pass();
    ++passes;
  } while (cpu_seconds() - from < seconds);
  print(workload, static_cast<double>(passes * count) / (cpu_seconds() - from), unit);
}

void play(std::int64_t firings) {
  std::deque<std::int64_t> ping{firings}, pong;
  hide(ping);
  for (bool fired = true; fired;) {
    fired = false;
    if (!ping.empty() && ping.front() > 0) {
      pong.push_back(ping.front() - 1);
      ping.pop_front();
      fired = true;
    }
    if (!pong.empty() && pong.front() > 0) {
      ping.push_back(pong.front() - 1);
      pong.pop_front();
      fired = true;
    }
  }
  require(ping.size() + pong.size() == 1, "one token remains");
  require((ping.empty() ? pong : ping).front() == 0, "the token is 0");
}

struct Token {
  std::int64_t key, value;
};

class Join {
 public:
  void left(Token token) {
    if (!match(right_, token)) left_.emplace(token.key, token.value);
  }
  void right(Token token) {
    if (!match(left_, token)) right_.emplace(token.key, token.value);
  }
  [[nodiscard]] std::int64_t sum() const { return sum_; }

 private:
  using Index = std::unordered_map<std::int64_t, std::int64_t>;
  bool match(Index& other, Token token) {
    const auto found = other.find(token.key);
    if (found == other.end()) return false;
    sum_ += token.value + found->second;
    other.erase(found);
    return true;
  }
  Index left_, right_;
  std::int64_t sum_ = 0;
};

void join(std::int64_t size, std::int64_t joins, double seconds) {
  std::vector<std::int64_t> keys(static_cast<std::size_t>(size));
  std::iota(keys.begin(), keys.end(), 0);
  std::vector<std::int64_t> shuffled = keys;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(20240506));
  const std::int64_t batches = (joins + size - 1) / size;
  measure("G2/" + std::to_string(size), "joins/s", seconds, batches * size, [&] {
    Join both;
    for (std::int64_t i = 0; i < batches; ++i) {
      for (const std::int64_t key : keys) both.left({key, 1});
      for (const std::int64_t key : shuffled) both.right({key, 1});
    }
    require(both.sum() == 2 * batches * size, "the sum of all joins");
  });
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc == 3 && std::strcmp(argv[2], "--tiny") == 0;
  const std::string workload = argc > 1 ? argv[1] : "";
  const double seconds = tiny ? 0 : kSeconds;
  if (workload == "G1") {
    const std::int64_t firings = tiny ? 100 : 1'000'000;
    measure("G1", "firings/s", seconds, firings, [firings] { play(firings); });
    return 0;
  }
  if (workload == "G2") {
    const std::vector<std::int64_t> full = {1, 10, 100, 1'000, 10'000}, few = {1, 10};
    for (const std::int64_t size : tiny ? few : full) join(size, tiny ? 20 : 10'000, seconds);
    return 0;
  }
  std::fprintf(stderr, "usage: floor G1|G2 [--tiny]\n");
  return 2;
}
