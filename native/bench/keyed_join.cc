// G2: tokens of two queues joined by their key. A batch is D tokens of one side in order, then D of the other shuffled.
#include <algorithm>
#include <numeric>
#include <random>

#include "bench/fixture.h"
#include "bench/workloads.h"

namespace plan::bench {

namespace {

using values::Value;

constexpr std::uint32_t kSeed = 20240506;

Value token(const Value& name, std::int64_t key, std::int64_t value) {
  values::HashBuilder builder;
  builder.set(Value::string("k"), Value::integer(key));
  builder.set(name, Value::integer(value));
  return builder.build();
}

struct Batch {
  std::vector<Value> left, right;
};

Batch make_batch(std::int64_t size) {
  std::vector<std::int64_t> keys(static_cast<std::size_t>(size));
  std::iota(keys.begin(), keys.end(), 0);
  Batch batch;
  for (const std::int64_t key : keys) batch.left.push_back(token(Value::string("v"), key, 1));
  std::shuffle(keys.begin(), keys.end(), std::mt19937(kSeed));
  for (const std::int64_t key : keys) batch.right.push_back(token(Value::string("w"), key, 1));
  return batch;
}

void join(benchmark::State& state, std::int64_t size, std::int64_t joins) {
  const Batch batch = make_batch(size);
  const std::int64_t batches = (joins + size - 1) / size;
  Actor actor(compile(plan_text("keyed_join.plan"), "keyed_join"), "keyed_join");
  actor.start();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batches; ++i) {
      for (const Value& token : batch.left) actor.send("left", token);
      for (const Value& token : batch.right) actor.send("right", token);
    }
  }
  const std::int64_t joined = state.iterations() * batches * size;
  if (expect(state, "$sum", actor.variable("sum"), std::to_string(2 * joined))) set_rate(state, static_cast<double>(joined), "joins/s");
}

}  // namespace

void register_keyed_join(const Sizes& sizes) {
  for (const std::int64_t size : sizes.batches) {
    add("G2/" + std::to_string(size),
        [size, joins = sizes.joins](benchmark::State& state) { join(state, size, joins); });
  }
}

}  // namespace plan::bench
