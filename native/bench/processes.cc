// G5: processes with two queues, two actions and a token each, made by one that is there already.
#include "bench/fixture.h"
#include "bench/workloads.h"

namespace plan::bench {

namespace {

using values::Value;

void bear(benchmark::State& state, std::int64_t processes) {
  const auto program = compile(plan_text("population.plan"), "population");
  for (auto _ : state) {
    state.PauseTiming();
    auto actor = std::make_unique<Actor>(program, "population");
    actor->start();
    state.ResumeTiming();
    actor->send("births", Value::integer(processes));
    state.PauseTiming();
    if (!expect(state, "$alive", actor->variable("alive"), std::to_string(processes))) return;
    actor.reset();
    state.ResumeTiming();
  }
  set_rate(state, static_cast<double>(state.iterations() * processes), "spawns/s");
}

void weigh(benchmark::State& state, std::int64_t processes) {
  const auto program = compile(plan_text("population.plan"), "population");
  double bytes = 0;
  for (auto _ : state) {
    Actor actor(program, "population");
    actor.start();
    const std::int64_t before = allocated_bytes();
    actor.send("births", Value::integer(processes));
    bytes = static_cast<double>(allocated_bytes() - before);
  }
  set_figure(state, bytes / static_cast<double>(processes), "B/process");
}

}  // namespace

void register_processes(const Sizes& sizes) {
  add("G5/spawn", [processes = sizes.processes](benchmark::State& state) { bear(state, processes); });
  add("G5/memory", [processes = sizes.processes](benchmark::State& state) { weigh(state, processes); })->Iterations(1);
}

}  // namespace plan::bench
