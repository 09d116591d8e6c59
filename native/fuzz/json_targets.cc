// What is read from a catalog or a disk: JSON that is a bundle, or the state of an engine.
#include <memory>
#include <string>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "engine/engine.h"
#include "fuzz/targets.h"
#include "values/json.h"

namespace plan::fuzz {

namespace {

constexpr std::size_t kMaxBytes = 1024 * 1024;
constexpr int kMaxDepth = 8 * values::kMaxJsonDepth;

// The plan whose states are read: everything that a state can hold is in it.
constexpr std::string_view kPlan = R"(plan t {
  public Integer $n = 3
  state a, b, c
  input state idle, busy
  Hash[String, Any] $memory = {}
  queue Any work { entries => *[1, 'a', undef, [2, { 'k' => 1.5 }]] }
  queue Integer clock { entries => *[0], ttl => 20s, capacity => 5 }
  input Integer level { latched => true }
  output Integer newest { latched => true }
  action make { _ <- start
    $child = T::Small.new { size => 2 }
    $child -> work
    File.new { title => '/x', content => "${n}" } -> resources_to_sync }
  action take { $x <- work where $x =~ Integer
    10 / ($x - 1) -> newest
    $memory = $memory + { "k${x}" => $x } }
  action tick { $x <- clock after 1s
    if $x < 3 { $x + 1 -> clock }
    next_state() }
  action look { $s <- state b, c
    if $s == 'c' { become(T::Special) } }
  action wait { $x <- level
    $y <- newest where $y > $x awaiting "more than ${x}"
    $y -> drain }
}
plan t::special inherits t {
  queue Integer more { entries => *[7, 8] }
  action own { $x <- more after 500ms
    $x -> drain }
}
plan t::small {
  public Integer $size = 1
  queue Integer own { entries => *Integer[1, $size] }
  action drop { $x <- own
    if $x == $size { $x -> end } }
})";

std::shared_ptr<const engine::Program> program() {
  static const engine::Compilation compilation = engine::compile({"t", "digest", {{"t.plan", std::string(kPlan)}}});
  PLAN_ASSERT(compilation.program != nullptr);
  return compilation.program;
}

Result<std::unique_ptr<engine::Engine>> restore(const boost::json::value& state) {
  constexpr engine::Limits kLimits{20'000, 200, 64, 64 * 1024, 100};
  const engine::Setup setup{"t", {"c", "T[x]"}, "x", {}, {}, {}, {}};
  return engine::Engine::restore(program(), setup, state, engine::Instant{}, kLimits);
}

// Read back what it writes, it must write the same.
void expect_written_again(const engine::Engine& engine) {
  const boost::json::value written = engine.snapshot();
  const auto again = restore(written);
  PLAN_ASSERT(again.ok());
  PLAN_ASSERT(boost::json::serialize((*again)->snapshot()) == boost::json::serialize(written));
}

}  // namespace

// A bundle is written as it was read. What it holds is compiled, or there is an error.
void fuzz_bundle(std::string_view input) {
  const Result<boost::json::value> json = values::parse_json(input, kMaxBytes, kMaxDepth);
  if (!json) return;
  const Result<engine::Bundle> bundle = engine::read_bundle(*json);
  if (!bundle) {
    PLAN_ASSERT(!bundle.error().code.empty() && !bundle.error().message.empty());
    return;
  }
  const boost::json::value written = engine::write_bundle(*bundle);
  const Result<engine::Bundle> again = engine::read_bundle(written);
  PLAN_ASSERT(again.ok() && boost::json::serialize(engine::write_bundle(*again)) == boost::json::serialize(written));
  const engine::Compilation compilation = engine::compile(*bundle);
  PLAN_ASSERT(compilation.diagnostics.has_errors() == (compilation.program == nullptr));
}

// A state is refused, or an engine goes on from it; what that writes is read and written the same again, at every point.
void fuzz_state(std::string_view input) {
  const Result<boost::json::value> json = values::parse_json(input, kMaxBytes, kMaxDepth);
  if (!json) return;
  const auto engine = restore(*json);
  if (!engine) {
    PLAN_ASSERT(!engine.error().code.empty() && !engine.error().message.empty());
    return;
  }
  expect_written_again(**engine);
  engine::Instant now{};
  for (int steps = 0; steps < 20; ++steps) {
    static_cast<void>((*engine)->step(engine::Tick{}, now, 1));
    expect_written_again(**engine);
    now = std::max(now, (*engine)->next_wakeup().value_or(now));
  }
}

}  // namespace plan::fuzz
