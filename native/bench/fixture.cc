#include "bench/fixture.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <boost/json/serialize.hpp>

namespace plan::bench {

namespace {

// No workload is to meet a limit: they are there to stop mistakes.
engine::Limits no_limits() {
  engine::Limits limits;
  limits.steps_per_firing = UINT64_MAX;
  limits.firings_per_instant = UINT64_MAX;
  return limits;
}

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error(path + " cannot be opened");
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string plan_text(std::string_view file) { return read(std::string(PLAN_BENCH_PLANS) + "/" + std::string(file)); }
std::string workload_text(std::string_view file) { return read(std::string(PLAN_BENCH_WORKLOADS) + "/" + std::string(file)); }

std::shared_ptr<const engine::Program> compile(std::string text, std::string plan) {
  const engine::Bundle bundle{plan, "bench", {{plan + ".plan", std::move(text)}}};
  engine::Compilation compilation = engine::compile(bundle);
  if (!compilation.program) {
    throw std::runtime_error(diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources));
  }
  return compilation.program;
}

Actor::Actor(std::shared_ptr<const engine::Program> program, std::string plan) : title_("bench") {
  engine::Setup setup;
  setup.identity = {"bench.example", "Bench[" + title_ + "]"};
  setup.title = title_;
  setup.plan = std::move(plan);
  setup.parameters = values::HashBuilder().build();
  auto made = engine::Engine::create(std::move(program), setup, engine::Instant{}, no_limits());
  if (!made) throw std::runtime_error(made.error().message);
  engine_ = std::move(*made);
}

void Actor::step(const engine::Input& input) {
  const engine::Effects effects = engine_->step(input, engine::Instant{});
  if (!effects.dead_letters.empty()) throw std::runtime_error("a dead letter: " + effects.dead_letters.front().message);
}

boost::json::value Actor::root() const {
  const boost::json::value all = engine_->describe();
  for (const auto& [name, process] : all.at("processes").as_object()) {
    if (std::string_view(name).ends_with("[" + title_ + "]")) return process;
  }
  throw std::runtime_error("the engine has no process [" + title_ + "]");
}

std::string Actor::variable(std::string_view name) const { return boost::json::serialize(root().at("variables").at(name)); }
std::string Actor::queue(std::string_view name) const { return boost::json::serialize(root().at("queues").at(name)); }

std::int64_t Actor::count(std::string_view queue, std::string_view tokens) const {
  const boost::json::value all = engine_->describe();
  const boost::json::object& processes = all.at("processes").as_object();
  return std::count_if(processes.begin(), processes.end(), [&](const auto& process) {
    const boost::json::value* found = process.value().at("queues").as_object().if_contains(queue);
    return found != nullptr && boost::json::serialize(*found) == tokens;
  });
}

bool expect(benchmark::State& state, std::string_view what, std::string_view found, std::string_view wanted) {
  if (found == wanted) return true;
  const std::string message = std::string(what) + " is " + std::string(found) + " and must be " + std::string(wanted);
  state.SkipWithError(message.c_str());
  return false;
}

void set_rate(benchmark::State& state, double count, const std::string& unit) {
  state.counters["rate"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
  state.SetLabel(unit);
}

void set_figure(benchmark::State& state, double figure, const std::string& unit) {
  state.counters["rate"] = figure;
  state.SetLabel(unit);
}

std::int64_t allocated_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

}  // namespace plan::bench
