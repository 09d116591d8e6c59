// The workloads of plan-bench. Each registers its benchmarks under the name of its row ("G2/1000"): the counter `rate` is
// the figure, the label its unit. A workload that finds its own result wrong ends with an error instead of a figure.
#pragma once

#include <cstdint>
#include <vector>

namespace plan::bench {

struct Sizes {
  std::int64_t firings = 1'000'000;                                // G1 and G6, an iteration
  std::int64_t joins = 10'000;                                     // G2, an iteration, at least
  std::vector<std::int64_t> batches = {1, 10, 100, 1'000, 10'000}; // G2: tokens of each side that wait at a time
  std::int64_t rounds = 100;                                       // G3, an iteration
  std::vector<std::int64_t> crowds = {1, 2, 4, 8, 16, 32};         // G3: pairs of tokens before one light
  std::int64_t evaluations = 1'000;                                // G4, in one body
  std::int64_t elements = 1'000;                                   // G4: of the long array
  std::int64_t repetitions = 20;                                   // G4: of the parsed text
  std::int64_t processes = 100'000;                                // G5
  std::vector<std::int64_t> actions = {10, 100, 1'000};            // G6: in the plan
  std::vector<std::int64_t> pairs = {1, 1'000, 10'000};            // G6: of processes
};

void register_ping_pong(const Sizes& sizes);    // G1, G6
void register_keyed_join(const Sizes& sizes);   // G2
void register_smart_house(const Sizes& sizes);  // G3
void register_expressions(const Sizes& sizes);  // G4
void register_processes(const Sizes& sizes);    // G5

}  // namespace plan::bench
