// G1: one token between two queues; G6: the same with more actions in the plan, and with more processes in the engine.
#include <algorithm>

#include "bench/fixture.h"
#include "bench/workloads.h"

namespace plan::bench {

namespace {

using values::Value;

// The game, and `actions` - 2 further actions that wait in front of a token their guard refuses.
std::string text_with(std::int64_t actions) {
  std::string text = plan_text("ping_pong.plan");
  const std::size_t close = text.rfind('}');
  std::string more;
  for (std::int64_t i = 2; i < actions; ++i) {
    const std::string queue = "bench_" + std::to_string(i);
    more += "  queue Integer " + queue + " { entries => 0 }\n";
    more += "  action wait_" + std::to_string(i) + " {\n    $n <- " + queue + " where $n > 0\n    $n - 1 -> " + queue + "\n  }\n";
  }
  return text.insert(close, more);
}

void play(benchmark::State& state, std::int64_t actions, std::int64_t firings) {
  const auto program = compile(text_with(actions), "ping_pong");
  for (auto _ : state) {
    state.PauseTiming();
    Actor actor(program, "ping_pong");
    actor.start();
    state.ResumeTiming();
    actor.send("ping", Value::integer(firings));
    state.PauseTiming();
    if (!expect(state, "the queue at the end", actor.queue(firings % 2 == 0 ? "ping" : "pong"), "[0]")) return;
    state.ResumeTiming();
  }
  set_rate(state, static_cast<double>(state.iterations() * firings), "firings/s");
}

void play_in_pairs(benchmark::State& state, std::int64_t pairs, std::int64_t firings) {
  const auto program = compile(plan_text("pairs.plan"), "pairs");
  const std::int64_t strikes = std::max<std::int64_t>(firings / pairs, 2);
  for (auto _ : state) {
    state.PauseTiming();
    Actor actor(program, "pairs");
    actor.send("pairs", Value::integer(pairs));
    state.ResumeTiming();
    actor.send("games", Value::integer(strikes));
    state.PauseTiming();
    const std::string over = std::to_string(actor.count("balls", "[0]"));
    if (!expect(state, "the number of games that are over", over, std::to_string(pairs))) return;
    state.ResumeTiming();
  }
  set_rate(state, static_cast<double>(state.iterations() * (pairs * (strikes + 1) + 1)), "firings/s");
}

}  // namespace

void register_ping_pong(const Sizes& sizes) {
  add("G1", [firings = sizes.firings](benchmark::State& state) { play(state, 2, firings); });
  for (const std::int64_t actions : sizes.actions) {
    add("G6/actions/" + std::to_string(actions),
        [actions, firings = sizes.firings](benchmark::State& state) { play(state, actions, firings); });
  }
  for (const std::int64_t pairs : sizes.pairs) {
    add("G6/pairs/" + std::to_string(pairs),
        [pairs, firings = sizes.firings](benchmark::State& state) { play_in_pairs(state, pairs, firings); });
  }
}

}  // namespace plan::bench
