// G3: three queues, a guard of inequalities, and tokens that are never used: p (motion, ambient), then one light. What
// partial matches would cost grows with the square of what has been left over.
#include "bench/fixture.h"
#include "bench/workloads.h"

namespace plan::bench {

namespace {

using values::Value;

Value at(std::int64_t time) {
  values::HashBuilder builder;
  builder.set(Value::string("t"), Value::integer(time));
  return builder.build();
}

class House {
 public:
  explicit House(const std::shared_ptr<const engine::Program>& program) : actor_(program, "smart_house") { actor_.start(); }

  void round(std::int64_t crowd) {
    for (std::int64_t i = 0; i < crowd; ++i) {
      actor_.send("motion", at(++time_));
      actor_.send("ambient", at(++time_));
    }
    actor_.send("light", at(++time_));
  }

  [[nodiscard]] std::string matches() const { return actor_.variable("matches"); }

 private:
  Actor actor_;
  std::int64_t time_ = 0;
};

// The rate is of tokens: how many come before a light is the row's size, and all of them have to be taken in.
void light_up(benchmark::State& state, std::int64_t crowd, std::int64_t rounds) {
  const auto program = compile(plan_text("smart_house.plan"), "smart_house");
  for (auto _ : state) {
    state.PauseTiming();
    auto house = std::make_unique<House>(program);
    state.ResumeTiming();
    for (std::int64_t i = 0; i < rounds; ++i) house->round(crowd);
    state.PauseTiming();
    if (!expect(state, "$matches", house->matches(), std::to_string(rounds))) return;
    house.reset();
    state.ResumeTiming();
  }
  set_rate(state, static_cast<double>(state.iterations() * rounds * (2 * crowd + 1)), "tokens/s");
}

// Bytes a token that was left over.
void fill_up(benchmark::State& state, std::int64_t crowd, std::int64_t rounds) {
  const auto program = compile(plan_text("smart_house.plan"), "smart_house");
  double bytes = 0;
  for (auto _ : state) {
    House house(program);
    house.round(crowd);
    const std::int64_t before = allocated_bytes();
    for (std::int64_t i = 0; i < rounds; ++i) house.round(crowd);
    bytes = static_cast<double>(allocated_bytes() - before);
  }
  set_figure(state, bytes / static_cast<double>(rounds * 2 * (crowd - 1)), "B/token");
}

}  // namespace

void register_smart_house(const Sizes& sizes) {
  for (const std::int64_t crowd : sizes.crowds) {
    add("G3/" + std::to_string(crowd),
        [crowd, rounds = sizes.rounds](benchmark::State& state) { light_up(state, crowd, rounds); });
  }
  for (const std::int64_t factor : {1, 10}) {
    add("G3/memory/" + std::to_string(factor), [factor, crowd = sizes.crowds.back(), rounds = sizes.rounds](benchmark::State& state) {
      fill_up(state, crowd, rounds * factor);
    })->Iterations(1);
  }
}

}  // namespace plan::bench
