// Virtual time, chance and the trace. Everything that happens is an event at an instant; events at one instant happen in
// the order in which they were made.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace plan::simulator {

using engine::Instant;
using std::chrono::milliseconds;
using std::chrono::seconds;

class World {
 public:
  // `trace`: where every line goes, or null. The hash is made of them in any case.
  explicit World(std::uint64_t seed, std::ostream* trace = nullptr);

  [[nodiscard]] Instant now() const { return now_; }
  void after(milliseconds delay, std::function<void()> event);
  // Lets the next event happen; false when there is none.
  bool step();

  std::uint64_t random();
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  [[nodiscard]] milliseconds between(milliseconds least, milliseconds most);
  [[nodiscard]] bool chance(unsigned percent);

  void note(std::string_view who, std::string_view what);
  // Noted too, and the simulation fails: something that must not happen even when everything crashes.
  void wrong(std::string_view who, std::string_view what);
  // What holds this text is expected from now on, and only noted.
  void expect(std::string text) { expected_.push_back(std::move(text)); }
  [[nodiscard]] const std::string& first_wrong() const { return first_wrong_; }
  [[nodiscard]] std::uint64_t trace_hash() const { return hash_; }

 private:
  struct Event {
    Instant at;
    std::uint64_t order;
    std::function<void()> happen;
    bool operator<(const Event& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  Instant now_{seconds(1'700'000'000)};
  std::uint64_t state_;
  std::uint64_t made_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::priority_queue<Event> events_;
  std::ostream* trace_;
  std::string first_wrong_;
  std::vector<std::string> expected_;
};

}  // namespace plan::simulator
