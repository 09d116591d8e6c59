// A state that is written down and read back after any firing goes on exactly as the one that was not: same firings, same
// state at the end.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

namespace fs = std::filesystem;

struct Course {
  std::string name;
  Bundle bundle;
  std::vector<std::pair<std::string, std::string>> sent;
};

Course example(std::string name, std::vector<std::pair<std::string, std::string>> sent = {}) {
  std::ifstream stream(fs::path(PLAN_MODULE_ROOT) / "examples" / (name + ".plan"));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return {name, bundle_of(text, name), std::move(sent)};
}

Course plan(std::string name, std::string_view text) { return {std::move(name), bundle_of(text), {}}; }

std::vector<Course> courses() {
  return {
      example("producer_consumer"),
      example("elevator", {{"calls", "3"}, {"calls", "5"}, {"calls", "3"}, {"calls", "2"}}),
      example("rate_limiter", {{"requests", "\"a\""}, {"requests", "\"b\""}, {"requests", "\"c\""}, {"requests", "\"d\""}, {"requests", "\"e\""}}),
      example("three_tier"),
      example("worker_pool"),
      plan("letters_and_guards", R"(plan t {
        queue Any q { entries => *[1, 'a', 0, undef, 5] }
        queue Any kept { entries => *[1, 2, 3] }
        queue Integer clock { entries => *[0], ttl => 5s }
        action divide { $x <- q where $x =~ Integer
          [1 / $x, Timespan({ 'seconds' => $x }), Sensitive($x), /x/] -> kept }
        action guard { $x <- q where $x + 1 > 100
          $x -> drain }
        action look { $x <-> kept
          $y <-> kept where $x != $y
          $x -> drain }
        action tick { $n <- clock after 2s
          if $n < 3 { $n + 1 -> clock } }
        action wait { _ <- start
          $x <- never awaiting { 'for' => "nothing, ${q_size()}" }
          $x -> drain }
        function q_size() { 3 }
        input Integer never
      })"),
      plan("becoming", R"(plan t {
        state a, b, c
        public Integer $n = 3
        queue Integer go { entries => *[1, 2, 3, 4] }
        output Integer newest { latched => true }
        action step { $x <- go after 1s
          next_state()
          $x -> newest
          if $x == 2 { become(T::Special) } }
        action seen { $s <- state
          $s -> drain }
        action size { $s <- $n
          $s -> drain }
        action once { 'once' -> drain }
      }
      plan t::special inherits t {
        queue Integer more { entries => *[7, 8] }
        action own { $x <- more after 500ms
          $x -> drain }
        action again { 'again' -> drain }
      })"),
  };
}

std::string trace_of(const Effects& effects) {
  std::string text;
  for (const Firing& firing : effects.firings) {
    text += std::to_string(firing.at.time_since_epoch().count()) + " " + firing.process + " " + firing.action;
    for (const QueuedValue& one : firing.received) text += " " + one.queue + "=" + json_of(one.value);
    text += " ->";
    for (const QueuedValue& one : firing.sent) text += " " + one.queue + "=" + json_of(one.value);
    text += "\n";
  }
  for (const DeadLetter& letter : effects.dead_letters) text += "dead letter " + letter.message + " at " + letter.place.text() + "\n";
  return text;
}

// Runs a course one firing at a time; with `reload` the state is written down and read back after each of them.
std::string run(const Course& course, bool reload) {
  const auto program = program_of(course.bundle);
  const Setup setup{course.bundle.plan, {"c", "Root[x]"}, "x", value_of("{}"), {}, {}, {}};
  auto engine = std::move(*Engine::create(program, setup, at(0)));
  std::string trace;
  Instant now{};
  const auto step = [&](const Input& input, std::uint64_t firings) {
    if (reload) {
      const std::string text = boost::json::serialize(engine->snapshot());
      engine = std::move(*Engine::restore(program, setup, values::parse_json(text, 64 * 1024 * 1024).value(), now));
    }
    engine->trace(true);
    trace += trace_of(engine->step(input, now, firings));
  };
  for (const auto& [queue, value] : course.sent) step(Posted{queue, value_of(value)}, 0);
  for (int steps = 0; steps < 2000; ++steps) {
    step(Tick{}, 1);
    const auto next = engine->next_wakeup();
    if (engine->ended() || !next || *next > at(200'000)) break;
    now = *next;
  }
  return trace + boost::json::serialize(engine->describe()) + "\n";
}

class Reload : public testing::TestWithParam<Course> {};

TEST_P(Reload, AfterEveryFiringGoesOnExactly) {
  const std::string straight = run(GetParam(), false);
  EXPECT_GT(std::count(straight.begin(), straight.end(), '\n'), 5);
  EXPECT_EQ(straight, run(GetParam(), true));
}

INSTANTIATE_TEST_SUITE_P(All, Reload, testing::ValuesIn(courses()), [](const auto& course) { return course.param.name; });

}  // namespace
}  // namespace plan::engine::test
