#include "simulator/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "base/assert.h"
#include "diagnostics/diagnostic.h"
#include "simulator/member_node.h"

namespace plan::simulator {
namespace {

namespace fs = std::filesystem;

constexpr auto kLimit = std::chrono::hours(3);
constexpr seconds kOperatorLooks{45};

std::shared_ptr<const engine::Program> compile_host(engine::Bundle bundle) {
  bundle.plan = "galera::host";
  auto compilation = engine::compile(bundle);
  if (compilation.program == nullptr) {
    throw Bug(diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources));
  }
  return compilation.program;
}

orchestrator::Declaration declare(engine::Bundle bundle, std::size_t members) {
  bundle.plan = "galera::cluster";
  return {"Galera::Cluster[cluster_1]", "cluster_1", "galera::cluster",
          boost::json::object{{"cluster_size", members}}, engine::write_bundle(bundle), "simulation"};
}

class Simulation {
 public:
  Simulation(const engine::Bundle& bundle, std::uint64_t seed, const Options& options, std::ostream* trace)
      : world_(seed, trace),
        options_(options),
        galera_(world_, options.members),
        orchestrator_(world_, declare(bundle, options.members)),
        network_(world_, orchestrator_) {
    const auto program = compile_host(bundle);
    for (std::size_t i = 0; i < options.members; ++i) {
      members_.push_back(std::make_unique<MemberNode>(world_, network_, galera_, program, i, options.refreshes));
    }
  }

  Formation run() {
    begin_ = world_.now();
    schedule();
    Formation formation;
    while (formation.problem.empty()) {
      if (stands()) {
        if (outages_ == options_.outages) break;
        ++outages_;
        cut_power();
      }
      if (!world_.step()) formation.problem = "nothing happens any more";
      if (galera_.births() > 1) formation.problem = "a second birth";
      if (!world_.first_wrong().empty()) formation.problem = world_.first_wrong();
      if (world_.now() - begin_ > kLimit) formation.problem = "no cluster within the time: " + describe();
    }
    if (formation.problem.empty() && galera_.births() != 1) formation.problem = "no birth";
    formation.births = galera_.births();
    formation.restarts = galera_.restarts();
    formation.words = words_;
    for (const auto& member : members_) formation.runs += member->runs();
    formation.time = world_.now() - begin_;
    formation.trace_hash = world_.trace_hash();
    formation.record = orchestrator_.record();
    return formation;
  }

 private:
  // Members begin together, or minutes apart; then each runs its agent every half minute or so.
  void schedule() {
    const milliseconds spread = world_.chance(70) ? seconds(5) : seconds(600);
    world_.after(world_.between(milliseconds(0), spread / 2), [this] { orchestrator_.start(); });
    crash_once(spread, [this] { orchestrator_.crash(); });
    if (options_.losses) world_.after(kOperatorLooks, [this] { decide(); });
    if (options_.set_back) set_back_once(spread);
    for (auto& member : members_) {
      world_.after(world_.between(milliseconds(0), spread), [this, &member] { run_again(*member); });
      crash_once(spread, [&member] { member->crash(); });
    }
  }

  void run_again(MemberNode& member) {
    member.run_agent();
    world_.after(world_.between(seconds(20), seconds(60)), [this, &member] { run_again(member); });
  }

  template <class F>
  void crash_once(milliseconds spread, F crash) {
    if (!options_.crashes) return;
    ++crashes_to_come_;
    // Most in the middle of the formation, some when it is done.
    const milliseconds window = spread + (world_.chance(70) ? seconds(12) : seconds(60));
    world_.after(world_.between(milliseconds(0), window), [this, crash] {
      --crashes_to_come_;
      crash();
    });
  }

  // All at one instant, or one after the other; now and then some are spared.
  void cut_power() {
    world_.note("power", "outage " + std::to_string(outages_));
    const milliseconds spread = world_.chance(40) ? milliseconds(0) : milliseconds(seconds(world_.chance(50) ? 10 : 90));
    const bool some_are_spared = world_.chance(25);
    const bool in_order = world_.chance(30);
    away_.reset();
    if (options_.losses && !some_are_spared && world_.chance(60)) away_ = world_.below(members_.size());
    for (auto& member : members_) {
      if (away_ && member == members_[*away_]) continue;
      if (some_are_spared && world_.chance(50)) continue;
      ++crashes_to_come_;
      world_.after(world_.between(milliseconds(0), spread), [this, &member, in_order] {
        --crashes_to_come_;
        in_order ? member->reboot() : member->crash();
      });
    }
    if (!away_) return;
    ++crashes_to_come_;
    world_.after(world_.between(milliseconds(0), spread), [this] {
      --crashes_to_come_;
      take_away(*members_[*away_]);
    });
  }

  // Its disk is lost in more than half of the cases; else it comes back with what it had.
  void take_away(MemberNode& member) {
    member.crash(seconds(600) + world_.between(seconds(0), seconds(1800)));
    if (world_.chance(60)) member.lose_disk();
  }

  [[nodiscard]] std::string waits_for() const {
    std::string text;
    const auto told = orchestrator_.service()->describe("cluster_1");
    for (const auto& one : told.at("waiting").as_array()) {
      text += one.at("text").as_string();
    }
    return text;
  }

  // False when the plan refused it. When the orchestrator went down over it, it may have been heard.
  bool say(const std::string& input, std::size_t member) {
    const auto answer = orchestrator_.order(input, boost::json::value(members_[member]->certname()));
    if (answer && *answer) ++words_;
    return !answer || answer->ok();
  }

  // An operator looks what the cluster waits for, and does what it says there: an exclusion only of who is away, a start
  // with the newest data that is left; data that does not fit is moved away.
  void decide() {
    world_.after(kOperatorLooks, [this] { decide(); });
    if (!orchestrator_.up()) return;
    const std::string waits = waits_for();
    const auto says = [&waits](const std::string& text) { return waits.find(text) != std::string::npos; };
    if (away_ && says("puppet galera exclude") &&
        (!members_[*away_]->up() || says("a position of " + members_[*away_]->certname()))) {
      if (say("exclusions", *away_)) galera_.give_up(*away_);
    } else if (says("puppet galera bootstrap")) {
      const std::size_t newest = galera_.newest();
      if (say("accepted_losses", newest)) galera_.accept_loss_for(newest);
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const bool does_not_fit = members_[i]->waiting().find("to be made empty") != std::string::npos || galera_.beyond_the_others(i);
      if (does_not_fit && !galera_.running(i) && !members_[i]->in_run()) galera_.make_empty(i);
    }
  }

  void set_back_once(milliseconds spread) {
    ++crashes_to_come_;
    const milliseconds window = spread + seconds(40);
    const milliseconds copied = world_.between(milliseconds(0), window);
    world_.after(copied, [this, running = world_.chance(50)] { orchestrator_.back_up(running); });
    world_.after(copied + world_.between(milliseconds(100), seconds(30)), [this] {
      --crashes_to_come_;
      orchestrator_.set_back();
    });
  }

  [[nodiscard]] bool stands() const {
    return crashes_to_come_ == 0 && orchestrator_.up() && galera_.component_size() == options_.members &&
           std::all_of(members_.begin(), members_.end(), [](const auto& member) {
             return member->up() && !member->in_run() && member->settled() && member->changes() == 0;
           });
  }

  [[nodiscard]] std::string describe() const {
    std::string text = std::to_string(galera_.births()) + " births, component of " +
                       std::to_string(galera_.component_size());
    for (std::size_t i = 0; i < members_.size(); ++i) {
      text += "; db" + std::to_string(i + 1) + (members_[i]->settled() ? " settled" : " not settled") +
              (galera_.synced(i) ? ", Synced" : "") + ", last run " + std::to_string(members_[i]->changes()) +
              " changes, waits: " + members_[i]->waiting();
    }
    return text;
  }

  World world_;
  Options options_;
  FakeGalera galera_;
  OrchestratorNode orchestrator_;
  Network network_;
  std::vector<std::unique_ptr<MemberNode>> members_;
  std::size_t crashes_to_come_ = 0, outages_ = 0, words_ = 0;
  std::optional<std::size_t> away_;
  Instant begin_ = {};
};

}  // namespace

Result<engine::Bundle> load_bundle(const std::string& module_directory, const std::string& plan) {
  engine::Bundle bundle{plan, "of-the-module", {}};
  for (const char* folder : {"plans", "types"}) {
    const fs::path directory = fs::path(module_directory) / folder;
    std::error_code failure;
    for (const auto& entry : fs::recursive_directory_iterator(directory, failure)) {
      const auto extension = entry.path().extension();
      if (extension != ".plan" && extension != ".pp") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      bundle.files.push_back({"galera/" + entry.path().lexically_relative(module_directory).generic_string(), text.str()});
    }
    if (failure) return Error{"simulator.module", "cannot read " + directory.string() + ": " + failure.message()};
  }
  std::sort(bundle.files.begin(), bundle.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return bundle;
}

Formation form_cluster(const engine::Bundle& bundle, std::uint64_t seed, const Options& options, std::ostream* trace) {
  return Simulation(bundle, seed, options, trace).run();
}

}  // namespace plan::simulator
