#include "simulator/world.h"

#include <ostream>

#include "base/assert.h"

namespace plan::simulator {

World::World(std::uint64_t seed, std::ostream* trace) : state_(seed), trace_(trace) {}

void World::after(milliseconds delay, std::function<void()> event) {
  PLAN_ASSERT(delay.count() >= 0);
  events_.push({now_ + delay, ++made_, std::move(event)});
}

bool World::step() {
  if (events_.empty()) return false;
  const Event next = events_.top();
  events_.pop();
  now_ = next.at;
  next.happen();
  return true;
}

std::uint64_t World::random() {   // SplitMix64
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t World::below(std::uint64_t bound) { return random() % bound; }

milliseconds World::between(milliseconds least, milliseconds most) {
  const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
  return least + milliseconds(static_cast<std::int64_t>(below(width)));
}

bool World::chance(unsigned percent) { return below(100) < percent; }

void World::note(std::string_view who, std::string_view what) {
  const auto time = (now_ - Instant(seconds(1'700'000'000))).count();
  std::string line = std::to_string(time) + " " + std::string(who) + ": " + std::string(what) + "\n";
  for (const char c : line) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  if (trace_ != nullptr) *trace_ << line;
}

void World::wrong(std::string_view who, std::string_view what) {
  note(who, what);
  for (const auto& text : expected_) {
    if (what.find(text) != std::string_view::npos) return;
  }
  if (first_wrong_.empty()) first_wrong_ = std::string(who) + ": " + std::string(what);
}

}  // namespace plan::simulator
