#include "planctl/run.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "engine/code.h"
#include "planctl/sources.h"
#include "planctl/trace.h"
#include "values/json.h"

namespace plan::planctl {

using engine::Instant;
using values::Value;

namespace {

constexpr std::string_view kHelp = R"(Values are JSON; what JSON lacks is written in Puppet's rich data form, e.g.
{"__ptype": "Timespan", "__pvalue": "0-00:00:10.0"}.

The clock is virtual: it starts at 0 and jumps to the next time at which something can happen. There is no machine: what
a plan sends to 'resources_to_sync' stays there, and 'events', 'synced', 'leaving' and 'main::catalog_done' hold what
--send puts into them. What is sent to an operator's queue is said by 'operator' when nothing else can happen at 0 ms,
and is an error when no action takes it.

Examples:
  planctl run examples/elevator.plan --plan elevator --send calls=3 --trace text
  planctl run shop.plan --plan shop --set customers=5 --for 10m --trace json --state

Exit codes: 0 fine, 1 mistakes in the plan or a value that its types refuse, 2 wrong usage, 3 the process ended by 'fail'
or there are dead letters.)";

constexpr std::chrono::milliseconds kYear = std::chrono::hours(365 * 24);
// A sanitizer keeps what is freed for a while, and shadows of all there is.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kMemoryMiB = 4096;
#else
constexpr std::uint64_t kMemoryMiB = 448;
#endif
constexpr std::size_t kLettersTold = 20;

struct RunOptions {
  Paths paths;
  std::vector<std::string> set, send, limits;
  std::string plan, title = "0", duration, trace;
  bool state = false;
};

// What ends the command before the plan runs: the error was told, and this is what to exit with.
struct Stop {
  int code;
};

[[noreturn]] void stop(int code, const Error& error) {
  complain(error);
  throw Stop{code};
}

struct Assignment {
  std::string name;
  Value value;
};

Assignment assignment(const std::string& text, std::string_view option, const values::NameResolver& names) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    stop(kUsage, {"planctl.usage", std::string(option) + " " + text + ": NAME=JSON is wanted", {}});
  }
  const Result<boost::json::value> json = values::parse_json(std::string_view(text).substr(equals + 1));
  if (!json) {
    stop(kUsage, {"planctl.json", std::string(option) + " " + text + ": " + json.error().message,
                  "values are JSON: a string is written in double quotes, '" + std::string(option) + " " + text.substr(0, equals) + "=\"text\"'"});
  }
  Result<Value> value = values::from_json(json.value(), &names);
  if (!value) stop(kUsage, {"planctl.json", std::string(option) + " " + text + ": " + value.error().message, {}});
  return {text.substr(0, equals), std::move(*value)};
}

Value parameters(const RunOptions& options, const engine::Program& program, const engine::PlanCode& plan) {
  values::HashBuilder given;
  std::vector<std::string_view> known;
  for (const engine::VariableCode& variable : plan.variables) {
    if (variable.parameter) known.push_back(variable.name);
  }
  for (const std::string& text : options.set) {
    Assignment one = assignment(text, "--set", program);
    if (std::find(known.begin(), known.end(), one.name) == known.end()) {
      const std::string_view near = diagnostics::nearest(one.name, known);
      stop(kUsage, {"planctl.parameter", "plan '" + plan.name + "' has no parameter '" + one.name + "'",
                    near.empty() ? "" : "did you mean '" + std::string(near) + "'?"});
    }
    given.set(one.name, std::move(one.value));
  }
  for (const engine::VariableCode& variable : plan.variables) {
    if (variable.parameter && !variable.initial && !given.find(Value::string(variable.name))) {
      stop(kUsage, {"planctl.parameter", "plan '" + plan.name + "' needs a value for '" + variable.name + "'",
                    "give it with --set " + variable.name + "=JSON"});
    }
  }
  return given.build();
}

std::chrono::milliseconds duration(const std::string& text) {
  static const std::map<std::string_view, std::chrono::milliseconds> kUnits = {
      {"ms", std::chrono::milliseconds(1)}, {"s", std::chrono::seconds(1)}, {"m", std::chrono::minutes(1)},
      {"h", std::chrono::hours(1)}, {"d", std::chrono::hours(24)}};
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = kUnits.find(std::string_view(end, text.data() + text.size()));
  constexpr std::int64_t kMost = 1'000'000;
  if (problem != std::errc() || count < 0 || unit == kUnits.end() || count > kMost * (std::chrono::hours(24) / unit->second)) {
    stop(kUsage, {"planctl.usage", "--for " + text + ": a duration is wanted", "for example 500ms, 10s, 5m, 2h or 1d"});
  }
  return count * unit->second;
}

struct RunLimits {
  engine::Limits engine;
  std::uint64_t memory_mib = kMemoryMiB;
};

RunLimits limits(const RunOptions& options) {
  RunLimits all;
  engine::Limits& result = all.engine;
  for (const std::string& text : options.limits) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string name = text.substr(0, equals);
    std::uint64_t number = 0;
    const char* begin = text.data() + std::min(equals + 1, text.size());
    const auto [end, problem] = std::from_chars(begin, text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || number == 0) {
      stop(kUsage, {"planctl.usage", "--limit " + text + ": NAME=N is wanted, N a number from 1", {}});
    }
    if (name == "firings") result.firings_per_instant = number;
    else if (name == "steps") result.steps_per_firing = number;
    else if (name == "calls") result.call_depth = number;
    else if (name == "token") result.token_bytes = number;
    else if (name == "capacity") result.capacity = number;
    else if (name == "memory") all.memory_mib = number;
    else stop(kUsage, {"planctl.usage", "--limit " + text + ": there is no limit '" + name + "'", "the limits are firings, steps, calls, token, capacity and memory"});
  }
  return all;
}

std::uint64_t used_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr long kKibInMib = 1024;
  return static_cast<std::uint64_t>(usage.ru_maxrss / kKibInMib);
}

TraceForm trace_form(const std::string& name) {
  if (name.empty()) return TraceForm::none;
  return name == "json" ? TraceForm::json : TraceForm::text;
}

std::string end_text(const engine::Ended& ended) {
  const std::string how = ended.failed ? "failed" : "ended";
  if (ended.value.is_undef()) return how;
  constexpr std::size_t kWidth = 200;
  return how + ": " + (ended.value.is(values::Kind::string) ? values::to_string(ended.value) : short_text(ended.value, kWidth));
}

// One run: feeds the engine with time until nothing more can happen.
class Run {
 public:
  Run(const RunOptions& options, const RunLimits& limits, const engine::Program& program, std::unique_ptr<engine::Engine> engine)
      : options_(options), limits_(limits), program_(program), engine_(std::move(engine)), trace_(make_trace(trace_form(options.trace), std::cout)) {
    engine_->trace(!options.trace.empty());
  }

  int go() {
    post();
    const Instant end{options_.duration.empty() ? kYear : duration(options_.duration)};
    Instant now{};
    for (;;) {
      step(engine::Tick{}, now, 1);
      if (!words_.empty() && (engine_->ended() || engine_->next_wakeup().value_or(Instant::max()) > now)) {
        hear(now);
        continue;
      }
      if (engine_->ended()) break;
      if (used_mib() > limits_.memory_mib) {
        too_large_ = true;
        over_ = "stopped: it needs more than " + std::to_string(limits_.memory_mib) + " MiB (limit 'memory')";
        break;
      }
      const std::optional<Instant> next = engine_->next_wakeup();
      if (!next) {
        over_ = "nothing more can happen";
        break;
      }
      if (*next > end) {
        over_ = "the time is over";
        now = end;
        break;
      }
      now = *next;
    }
    return finish(now);
  }

 private:
  void post() {
    const std::vector<engine::OperatorInput> inputs = engine_->operator_inputs();
    for (const std::string& text : options_.send) {
      Assignment token = assignment(text, "--send", program_);
      if (std::any_of(inputs.begin(), inputs.end(), [&](const engine::OperatorInput& one) { return one.name == token.name; })) {
        words_.push_back(std::move(token));
        continue;
      }
      if (const Status accepted = engine_->accepts(token.name, token.value); !accepted) {
        stop(accepted.error().code == "engine.queue" ? kUsage : kMistakes, accepted.error());
      }
      step(engine::Posted{token.name, std::move(token.value)}, Instant{}, 0);
    }
  }

  // What is sent to an operator's queue is said when nothing else can happen at 0 ms.
  void hear(Instant now) {
    Assignment word = std::move(words_.front());
    words_.pop_front();
    step(engine::Ordered{word.name, std::move(word.value), "operator"}, now, UINT64_MAX);
  }

  void step(const engine::Input& input, Instant now, std::uint64_t firings) {
    const engine::Effects effects = engine_->step(input, now, firings);
    if (effects.refused) stop(kMistakes, *effects.refused);
    trace_->effects(effects, now);
    for (const engine::DeadLetter& letter : effects.dead_letters) {
      if (++letters_ > kLettersTold || options_.trace == "text") continue;
      std::cerr << "planctl: dead letter of " << letter.process << (letter.action.empty() ? "" : ", action " + letter.action)
                << ": " << letter.message << (letter.place.file.empty() ? "" : ", at " + letter.place.text()) << '\n';
    }
  }

  int finish(Instant now) {
    const std::optional<engine::Ended> ended = engine_->ended();
    if (ended) over_ = end_text(*ended);
    trace_->over(clock_text(now) + "  " + over_);
    if (options_.state) trace_->state(*engine_);
    std::cout.flush();
    if (letters_ > kLettersTold && options_.trace != "text") std::cerr << "planctl: " << letters_ << " dead letters in all\n";
    const bool failed = (ended && ended->failed) || too_large_;
    if (failed && options_.trace != "text") std::cerr << "planctl: the process " << over_ << '\n';
    return failed || letters_ > 0 ? kFailed : kFine;
  }

  const RunOptions& options_;
  const RunLimits& limits_;
  const engine::Program& program_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<Trace> trace_;
  std::deque<Assignment> words_;       // for an operator's queues
  std::size_t letters_ = 0;
  bool too_large_ = false;
  std::string over_;
};

int run(const RunOptions& options) {
  try {
    if (!options.duration.empty()) static_cast<void>(duration(options.duration));      // before anything is read
    const RunLimits wanted = limits(options);
    int code = kFine;
    const std::optional<engine::Compilation> compilation = compile_sources(options.paths, options.trace == "json", code);
    if (!compilation) return code;
    const engine::Program& program = *compilation->program;
    const engine::PlanCode* plan = find_plan(program, options.plan);
    if (!plan) return kUsage;
    engine::Setup setup{plan->name, {"localhost", engine::resource_name(plan->name, options.title)}, options.title,
                        parameters(options, program, *plan), {}, {}, {}};
    Result<std::unique_ptr<engine::Engine>> made = engine::Engine::create(compilation->program, setup, Instant{}, wanted.engine);
    if (!made) stop(kMistakes, made.error());
    return Run(options, wanted, program, std::move(*made)).go();
  } catch (const Stop& reason) {
    return reason.code;
  }
}

}  // namespace

void add_run(CLI::App& app, int& code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a process of a plan in virtual time, until nothing more can happen");
  options->paths.add_to(*command);
  command->add_option("--plan", options->plan, "The plan to make a process of")->required()->type_name("NAME");
  command->add_option("--title", options->title, "The title of the process")->capture_default_str()->type_name("TITLE");
  const auto many = [&](const char* name, std::vector<std::string>& list, const char* type, const char* what) {
    command->add_option(name, list, what)->type_name(type)->allow_extra_args(false)->take_all();
  };
  many("--set", options->set, "NAME=JSON", "A parameter (public variable) of the plan");
  many("--send", options->send, "QUEUE=JSON", "A token, there at 0 ms: after the entries, before any firing; in order");
  command->add_option("--for", options->duration, "Stop after so much virtual time: 500ms 10s 5m 2h 1d (365d)")->type_name("DURATION");
  command->add_option("--trace", options->trace, "Print each firing: text, or json (a line each)")
      ->check(CLI::IsMember({"text", "json"}))->type_name("FORM");
  command->add_flag("--state", options->state, "Print the state last: JSON, or an outline with --trace text");
  many("--limit", options->limits, "NAME=N", "Another limit: firings (at one instant), steps (of a firing), calls (nested), token (bytes), capacity, memory (MiB)");
  command->footer(std::string(kHelp));
  command->callback([options, &code] { code = run(*options); });
}

}  // namespace plan::planctl
