// What the workloads share: an engine of a plan's text, tokens in, what remains out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "engine/engine.h"
#include "values/json.h"

namespace plan::bench {

// The text of a file in plans/. Raises std::runtime_error when it cannot be read.
[[nodiscard]] std::string plan_text(std::string_view file);
// The same of bench/workloads, which the peers read too.
[[nodiscard]] std::string workload_text(std::string_view file);

// Compiles one text. Raises std::runtime_error with the diagnostics when there are mistakes.
[[nodiscard]] std::shared_ptr<const engine::Program> compile(std::string text, std::string plan);

// An engine of one root process without parameters, at time 0 from first to last.
class Actor {
 public:
  explicit Actor(std::shared_ptr<const engine::Program> program, std::string plan);
  void start() { step(engine::Tick{}); }
  void send(std::string queue, values::Value value) { step(engine::Posted{std::move(queue), std::move(value)}); }
  void step(const engine::Input& input);

  // Of the root process, as JSON. Raise std::runtime_error when there is none of the name, or anything went wrong in a
  // process: a figure of an actor that fails is none.
  [[nodiscard]] std::string variable(std::string_view name) const;
  [[nodiscard]] std::string queue(std::string_view name) const;
  // How many processes have a queue of this name and exactly these tokens in it.
  [[nodiscard]] std::int64_t count(std::string_view queue, std::string_view tokens) const;

 private:
  [[nodiscard]] boost::json::value root() const;
  std::string title_;
  std::unique_ptr<engine::Engine> engine_;
};

// Ends the benchmark with an error unless both are the same.
bool expect(benchmark::State& state, std::string_view what, std::string_view found, std::string_view wanted);

// The row's figure: how many of `unit` a second.
void set_rate(benchmark::State& state, double count, const std::string& unit);
// The row's figure where it is no rate.
void set_figure(benchmark::State& state, double figure, const std::string& unit);

// A benchmark by the name of its row. The clock is the thread's CPU time, as it is with the peers.
template <class Function>
benchmark::internal::Benchmark* add(const std::string& name, Function function) {
  return benchmark::RegisterBenchmark(name.c_str(), std::move(function))->Unit(benchmark::kMillisecond);
}

// Bytes that malloc has handed out and not got back.
[[nodiscard]] std::int64_t allocated_bytes();

}  // namespace plan::bench
