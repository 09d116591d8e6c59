#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

#include "simulator/scenario.h"

namespace {

using plan::simulator::Formation;

constexpr std::string_view kUsage = R"(plan-simulator: a cluster forms in one process, with every host crashing once

  plan-simulator [--seeds N] [--first SEED] [--members N] [--no-crashes] [--set-back]
                 [--outages N [--losses]] [--refreshes] [--again N] [--module DIR]
  plan-simulator --seed SEED [--trace] [--record FILE]

  --seeds N      this many seeds, from --first on (default 100, from 1)
  --seed SEED    only this one
  --trace        print all that happens
  --record FILE  write there what the members said, for tools/crash-sweep (with --no-crashes)
  --members N    members of the cluster (default 3)
  --no-crashes   everything stays up
  --set-back     the orchestrator's store is set back once to what it was before
  --outages N    when it stands, so many times power goes, most often everywhere (default 0)
  --losses       in an outage one member may stay away for long, or lose its disk: an operator
                 lets the others go on, or start with older data, when that is what they wait for
  --refreshes    now and then a catalog refreshes the service: members restart by turns
  --again N      of N seeds one is run twice, and must give the same trace (default 1: each)
  --module DIR   the module whose plans are run (default: the current directory)

The invariants are asked after every event. Exit code 0 when a cluster formed in every seed with one birth, 1 when not,
2 for wrong usage.
)";

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::uint64_t again = 1;
  bool trace = false;
  std::string module = ".";
  std::string record;
  plan::simulator::Options options;
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size();
}

bool read_arguments(const std::vector<std::string_view>& given, Arguments& arguments) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto name = given[i];
    if (name == "--trace") {
      arguments.trace = true;
      continue;
    }
    if (name == "--no-crashes") {
      arguments.options.crashes = false;
      continue;
    }
    if (name == "--set-back") {
      arguments.options.set_back = true;
      continue;
    }
    if (name == "--losses") {
      arguments.options.losses = true;
      continue;
    }
    if (name == "--refreshes") {
      arguments.options.refreshes = true;
      continue;
    }
    if (i + 1 == given.size()) return false;
    const auto value = given[++i];
    std::uint64_t number = 0;
    if (name == "--module") {
      arguments.module = value;
    } else if (name == "--record") {
      arguments.record = value;
    } else if (!read_number(value, number)) {
      return false;
    } else if (name == "--seeds") {
      arguments.seeds = number;
    } else if (name == "--again" && number > 0) {
      arguments.again = number;
    } else if (name == "--first") {
      arguments.first = number;
    } else if (name == "--seed") {
      arguments.first = number;
      arguments.seeds = 1;
    } else if (name == "--outages") {
      arguments.options.outages = number;
    } else if (name == "--members" && number > 0) {
      arguments.options.members = number;
    } else {
      return false;
    }
  }
  return true;
}

int simulate(const Arguments& arguments) {
  const auto bundle = plan::simulator::load_bundle(arguments.module, "galera::cluster");
  if (!bundle) {
    std::cerr << "plan-simulator: " << bundle.error().message << "\n";
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t failed = 0, runs = 0, restarts = 0, words = 0, seconds = 0;
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.seeds; ++seed) {
    const Formation one = form_cluster(*bundle, seed, arguments.options, arguments.trace ? &std::cout : nullptr);
    std::string problem = one.problem;
    if (problem.empty() && seed % arguments.again == 0 &&
        form_cluster(*bundle, seed, arguments.options).trace_hash != one.trace_hash) {
      problem = "two runs of the seed differ";
    }
    if (!problem.empty()) {
      ++failed;
      std::cout << "seed " << seed << ": " << problem << "\n";
    }
    if (!arguments.record.empty() && !(std::ofstream(arguments.record) << one.record << "\n")) {
      std::cerr << "plan-simulator: cannot write " << arguments.record << "\n";
      return 2;
    }
    runs += one.runs;
    restarts += one.restarts;
    words += one.words;
    seconds += static_cast<std::uint64_t>(one.time.count() / 1000);
  }
  std::cout << arguments.seeds << " seeds, " << failed << " failed; " << runs << " agent runs, " << restarts
            << " restarts of a cluster, " << words << " words of an operator, " << seconds << " virtual seconds, in "
            << std::chrono::duration_cast<std::chrono::minutes>(std::chrono::steady_clock::now() - begin).count() << " minutes\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string_view> given(values + 1, values + count);
  if (given.size() == 1 && (given[0] == "--help" || given[0] == "-h")) {
    std::cout << kUsage;
    return 0;
  }
  Arguments arguments;
  if (!read_arguments(given, arguments)) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    return simulate(arguments);
  } catch (const std::exception& bug) {
    std::cerr << "plan-simulator: " << bug.what() << "\n";
    return 1;
  }
}
