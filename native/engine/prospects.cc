// Whether what is waited for can still come, once the catalog is done.
//
// A net has no more to hope for than its sources bring: messages of other processes, the results of batches, time, and
// whatever follows from these. Which actions that may reach is found as the least fixpoint: nothing may happen, but for
// what a source may bring; an action may fire when something it depends on may change and none of its arcs is out of
// question; and what its body may do, may happen too. What cannot be told is taken as possible.
#include <algorithm>

#include "engine/state.h"

namespace plan::engine {

using syntax::ArcKind;
using syntax::Direction;
using syntax::SourceKind;
using values::EvaluationError;
using values::Value;

namespace {

// What may still change in a process.
struct Prospect {
  explicit Prospect(const Process& process)
      : variables(process.variables.size()), arrivals(process.places.size()), departures(process.places.size()),
        actions(process.actions.size()), timed(process.actions.size()) {}
  std::vector<bool> variables, arrivals, departures, actions;
  std::vector<bool> timed;       // actions that look again by themselves
  bool any_variable = false;
  bool regions[kRegions] = {};
};

// Reads what is there, and notes whether that may still change.
class PresentView final : public ReadOnlyView {
 public:
  PresentView(Engine::State& state, Process& process, const Prospect& prospect)
      : ReadOnlyView(state, process), prospect_(prospect) {}
  [[nodiscard]] const Value& variable(std::uint32_t slot) const override {
    uncertain_ = uncertain_ || prospect_.variables[slot];
    return ReadOnlyView::variable(slot);
  }
  [[nodiscard]] Value member(const Value& process, std::string_view name) const override {
    uncertain_ = true;
    return ReadOnlyView::member(process, name);
  }
  [[nodiscard]] bool uncertain() const { return uncertain_; }

 private:
  const Prospect& prospect_;
  mutable bool uncertain_ = false;
};

class Prospects {
 public:
  explicit Prospects(Engine::State& state) : state_(state) {
    for (const auto& process : state.processes) {
      prospects_.push_back(process && !process->ended ? std::make_unique<Prospect>(*process) : nullptr);
    }
    if (state.orchestrating || !state.remotes.empty() || !state.held.empty()) messages_may_come();
    for (const PendingBatch& pending : state.unsynced) {
      results_may_come(pending.process);
      // Its resources may notify an `event` of the catalog. Those of a batch that is not wanted yet are no reason to wait.
      if (prospects_.front()) prospects_.front()->arrivals[kEvents] = true;
    }
    time_may_pass();
    while (spread()) {}
  }

  [[nodiscard]] bool may_fire(const Process& process, std::uint32_t action) const {
    return anything_ || prospects_[process.number]->actions[action];
  }

 private:
  template <class F>
  void each_process(F&& body) {
    for (const auto& process : state_.processes) {
      if (process && prospects_[process->number]) body(*process, *prospects_[process->number]);
    }
  }

  // ---------------------------------------------------------------------------------------- sources

  void messages_may_come() {
    others_ = true;
    each_process([&](const Process& process, Prospect& prospect) {
      each_input(process, [&](std::uint32_t place) { prospect.arrivals[place] = true; });
      prospect.regions[kInputRegion] = true;
    });
    if (!state_.orchestrator && !state_.root().ended) variable_may_change(state_.root(), kOrchestrator);
  }

  void results_may_come(std::uint32_t process) {
    if (process < prospects_.size() && prospects_[process]) prospects_[process]->arrivals[kSynced] = true;
  }

  void time_may_pass() {
    for (const auto& [at, number, action] : state_.timers) {
      if (!prospects_[number]) continue;
      if (action == kNone) tokens_may_expire(*state_.processes[number]);
      else if (action < prospects_[number]->timed.size()) prospects_[number]->timed[action] = true;
    }
  }

  void tokens_may_expire(const Process& process) {
    for (std::uint32_t place = 0; place < process.places.size(); ++place) {
      if (process.code->places[place].ttl) prospects_[process.number]->departures[place] = true;
    }
  }

  // ---------------------------------------------------------------------------------------- what follows

  // Once through all actions; false when none was found that may fire.
  bool spread() {
    bool found = false;
    each_process([&](Process& process, Prospect& prospect) {
      for (std::uint32_t action = 0; action < prospect.actions.size(); ++action) {
        if (prospect.actions[action] || !may_be_enabled(process, prospect, action)) continue;
        prospect.actions[action] = found = true;
        follow(process, prospect, process.code->actions[action]);
      }
    });
    return found;
  }

  bool may_be_enabled(Process& process, const Prospect& prospect, std::uint32_t action) {
    const ActionCode& code = process.code->actions[action];
    if (!prospect.timed[action] && !may_change(prospect, code.dependencies)) return false;
    return std::all_of(code.arcs.begin(), code.arcs.end(), [&](const ArcCode& arc) {
      return source_may_give(process, prospect, arc) && guard_may_hold(process, prospect, arc, code.slots);
    });
  }

  // Nothing is enabled now: only a change can make it so.
  [[nodiscard]] bool may_change(const Prospect& prospect, const Dependencies& on) const {
    const auto any = [](const std::set<std::uint32_t>& slots, const std::vector<bool>& changing) {
      return std::any_of(slots.begin(), slots.end(), [&](std::uint32_t slot) { return changing[slot]; });
    };
    return any(on.variables, prospect.variables) || any(on.arrivals, prospect.arrivals) ||
           any(on.departures, prospect.departures) || any(on.room, prospect.departures) ||
           (on.all_variables && prospect.any_variable) || (on.references && others_) ||
           (on.own_region && prospect.regions[kOwnRegion]) || (on.input_region && prospect.regions[kInputRegion]);
  }

  static bool source_may_give(const Process& process, const Prospect& prospect, const ArcCode& arc) {
    if (arc.kind == ArcKind::inhibit) return true;
    switch (arc.source) {
      case SourceKind::queue: return prospect.arrivals[arc.place] || !process.places[arc.place].empty();
      case SourceKind::state:
        return prospect.regions[arc.region] || arc.states.empty() ||
               std::find(arc.states.begin(), arc.states.end(), process.regions[arc.region].current) != arc.states.end();
      case SourceKind::parameter:
      case SourceKind::reference: return true;
    }
    PLAN_ASSERT(false);
  }

  // A part of a guard that is false whatever the token, and stays so, is the end of it.
  bool guard_may_hold(Process& process, const Prospect& prospect, const ArcCode& arc, std::uint32_t slots) {
    return arc.kind == ArcKind::inhibit || std::all_of(arc.premises.begin(), arc.premises.end(), [&](const NodePtr& premise) {
      PresentView view(state_, process, prospect);
      Evaluation evaluation(view, state_.limits.steps_per_firing, state_.limits.call_depth);
      Frame frame{evaluation, std::vector<Value>(slots)};
      try {
        const Work::Counted counted(evaluation);
        return premise->evaluate(frame).truthy() || view.uncertain();
      } catch (const EvaluationError&) {
        return true;           // told when the action itself is tried
      }
    });
  }

  void follow(const Process& process, Prospect& prospect, const ActionCode& code) {
    const Consequences& may = code.consequences;
    others_ = true;
    anything_ = anything_ || may.makes_processes;
    for (const ArcCode& arc : code.arcs) tokens_may_leave(process, prospect, arc);
    for (const std::uint32_t variable : may.variables) variable_may_change(process, variable);
    for (const std::uint32_t place : may.places) tokens_may_come(process, prospect, place);
    if (may.moves) prospect.regions[kOwnRegion] = true;
    if (may.joins) messages_may_come();
    if (may.leaves) variable_may_change(process, kOrchestrator);
    if (may.to_any_queue || !may.names.empty()) follow_references(process, may);
  }

  void tokens_may_leave(const Process& process, Prospect& prospect, const ArcCode& arc) {
    if (arc.source == SourceKind::queue && arc.takes_tokens && arc.kind == ArcKind::receive) prospect.departures[arc.place] = true;
    if (arc.source != SourceKind::reference) return;
    each_process([&](const Process& other, Prospect& theirs) {
      const std::uint32_t place = &other == &process ? kNone : other.code->place(arc.name);
      if (place != kNone) theirs.departures[place] = true;
    });
  }

  void variable_may_change(const Process& process, std::uint32_t variable) {
    Prospect& prospect = *prospects_[process.number];
    prospect.variables[variable] = prospect.any_variable = true;
    for (const std::uint32_t place : process.code->narrowed_by[variable]) prospect.departures[place] = true;
  }

  void tokens_may_come(const Process& process, Prospect& prospect, std::uint32_t place) {
    if (place == kResourcesToSync) return results_may_come(process.number);
    prospect.arrivals[place] = true;
    prospect.departures[place] = prospect.departures[place] || process.code->places[place].latched;
  }

  // To which process a reference leads is not known: to any that has such a queue.
  void follow_references(const Process& sender, const Consequences& may) {
    each_process([&](const Process& process, Prospect& prospect) {
      for (std::uint32_t place = 0; place < process.places.size(); ++place) {
        const PlaceCode& code = process.code->places[place];
        const bool reached = &process == &sender || code.direction == Direction::input;
        if (reached && (may.to_any_queue || may.names.contains(code.name))) tokens_may_come(process, prospect, place);
      }
      if (may.to_any_queue || may.names.contains("state")) prospect.regions[kInputRegion] = true;
    });
  }

  template <class F>
  static void each_input(const Process& process, F&& body) {
    for (std::uint32_t place = 0; place < process.places.size(); ++place) {
      const PlaceCode& code = process.code->places[place];
      if (code.direction == Direction::input && !code.operators) body(place);
    }
  }

  Engine::State& state_;
  std::vector<std::unique_ptr<Prospect>> prospects_;     // by number; null of what has ended
  bool others_ = false;          // what is read through references may change
  bool anything_ = false;        // a process may be made, or become another plan
};

}  // namespace

bool Engine::may_go_on() const {
  if (!state_->candidates.empty()) return true;
  std::vector<std::pair<const Process*, std::uint32_t>> held_up;
  for (const auto& process : state_->processes) {
    if (!process || process->ended) continue;
    for (std::uint32_t action = 0; action < process->actions.size(); ++action) {
      const auto& at = process->actions[action].held_up;
      if (at && !at->between_runs) held_up.emplace_back(process.get(), action);
    }
  }
  if (held_up.empty()) return false;
  const Prospects prospects(*state_);
  return std::any_of(held_up.begin(), held_up.end(), [&](const auto& one) { return prospects.may_fire(*one.first, one.second); });
}

}  // namespace plan::engine
