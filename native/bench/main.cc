// plan-bench [--tiny] [Google Benchmark's options]: the engine's figures of the workloads G1 to G6. --tiny: sizes that
// only show that everything works, its figures mean nothing.
#include <cstring>
#include <exception>
#include <iostream>

#include <benchmark/benchmark.h>

#include "bench/workloads.h"

namespace plan::bench {
namespace {

Sizes tiny_sizes() {
  Sizes sizes;
  sizes.firings = 100;
  sizes.joins = 20;
  sizes.batches = {1, 10};
  sizes.rounds = 5;
  sizes.crowds = {1, 3};
  sizes.evaluations = 10;
  sizes.elements = 20;
  sizes.repetitions = 1;
  sizes.processes = 50;
  sizes.actions = {10};
  sizes.pairs = {1, 5};
  return sizes;
}

// Takes `--tiny` out of the arguments; what remains is Google Benchmark's.
bool take_tiny(int& argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tiny") != 0) continue;
    for (int j = i; j < argc; ++j) argv[j] = argv[j + 1];
    --argc;
    return true;
  }
  return false;
}

int run(int argc, char** argv) {
  const Sizes sizes = take_tiny(argc, argv) ? tiny_sizes() : Sizes{};
  register_ping_pong(sizes);
  register_keyed_join(sizes);
  register_smart_house(sizes);
  register_expressions(sizes);
  register_processes(sizes);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}

}  // namespace
}  // namespace plan::bench

int main(int argc, char** argv) {
  try {
    return plan::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::cerr << "plan-bench: " << problem.what() << '\n';
    return 1;
  }
}
