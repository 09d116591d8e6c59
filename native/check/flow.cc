// Whole plans: queues that nothing feeds or empties, states that nothing enters, actions that nothing can enable,
// variables that nothing uses. Members of a plan are used by its ancestors and heirs too, as far as these are known.
#include "check/flow.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "check/constants.h"
#include "check/graph.h"

namespace plan::check {

using diagnostics::Code;
using syntax::Direction;
using syntax::MemberKind;

namespace {

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

const syntax::Attribute* attribute(const syntax::QueueDecl& decl, std::string_view name) {
  const auto found = std::find_if(decl.attributes.begin(), decl.attributes.end(),
                                  [&](const syntax::Attribute& one) { return one.name.text == name; });
  return found == decl.attributes.end() ? nullptr : &*found;
}

class Flow {
 public:
  Flow(const Model& model, const Facts& facts, const Shape& shape, diagnostics::Diagnostics& diagnostics)
      : model_(model), facts_(facts), shape_(shape), diagnostics_(diagnostics) {
    for (const auto& other : model.shapes()) {
      if (!other->is_a(shape) && !shape.is_a(*other)) continue;
      family_.push_back(other.get());
      const auto known = facts.plans.find(other.get());
      if (known != facts.plans.end()) family_facts_.push_back(&known->second);
    }
  }

  void run() {
    collect_uses();
    for (const syntax::Member& member : shape_.decl->members) {
      if (member.kind == MemberKind::queue) queues(*member.queue);
    }
    starved_queues();
    for (const syntax::Member& member : shape_.decl->members) {
      if (member.kind == MemberKind::state) states(*member.state);
      else if (member.kind == MemberKind::variable) variable(*member.variable);
    }
    const auto own = facts_.plans.find(&shape_);
    if (own == facts_.plans.end()) return;
    for (const ActionFacts& action : own->second.actions) enabling(action);
  }

 private:
  void report(Code code, Span span, std::string message, std::string help) {
    diagnostics_.report(code, span, std::move(message), std::move(help));
  }

  // Is the name in a text of the family that could not be read?
  [[nodiscard]] bool is_unread(std::string_view name) const {
    return std::any_of(family_.begin(), family_.end(),
                       [&](const Shape* plan) { return model_.is_unread(name, plan->decl->span); });
  }

  // What the actions of the family do with each queue.
  struct Uses {
    std::vector<const ActionFacts*> feeders;
    std::vector<const ActionFacts*> takers;
    bool consumed = false;
  };
  void collect_uses() {
    for (const PlanFacts* plan : family_facts_) {
      for (const ActionFacts& action : plan->actions) {
        for (const std::string_view sent : action.sent) uses_[sent].feeders.push_back(&action);
        for (const ActionFacts::Taken& taken : action.taken) {
          uses_[taken.queue].takers.push_back(&action);
          uses_[taken.queue].consumed |= taken.consumes;
        }
      }
    }
  }

  [[nodiscard]] const Uses& uses(std::string_view queue) const {
    static const Uses kNone;
    const auto known = uses_.find(queue);
    return known == uses_.end() ? kNone : known->second;
  }

  [[nodiscard]] bool is_fed(std::string_view queue) const { return !uses(queue).feeders.empty(); }

  [[nodiscard]] bool is_emptied(std::string_view queue, bool latched) const {
    if (facts_.received_through_references.contains(queue)) return true;
    return latched ? !uses(queue).takers.empty() : uses(queue).consumed;
  }

  // A queue that an ancestor declares is judged there.
  [[nodiscard]] bool is_inherited_queue(std::string_view name) const {
    return shape_.parent != nullptr && model_.symbols(*shape_.parent).queue(name) != nullptr;
  }

  void queues(const syntax::QueueDecl& decl) {
    for (const syntax::Name& name : decl.names) {
      if (is_inherited_queue(name.text) || is_unread(name.text)) continue;
      const bool fed = decl.direction == Direction::input || takes_operator(decl) || attribute(decl, "entries") != nullptr || is_fed(name.text);
      const bool emptied = decl.direction == Direction::output || attribute(decl, "ttl") != nullptr ||
                           is_emptied(name.text, attribute(decl, "latched") != nullptr);
      if (!fed) never_fed_.insert(name.text);
      if (!fed && !emptied) {
        report(Code::never_fed, name.span, "nothing is sent to queue " + quoted(name.text) + ", and nothing is received from it",
               "leave it out, or use it");
      } else if (!fed) {
        report(Code::never_fed, name.span, "nothing is sent to queue " + quoted(name.text),
               "send to it, give it `entries`, or declare it as `input`");
      } else if (!emptied) {
        report(Code::never_emptied, name.span, "nothing is received from queue " + quoted(name.text),
               takes_operator(decl) ? "receive from it: what no action takes is refused"
                                    : "receive from it, give it a `ttl`, or declare it as `output` or `latched`");
      }
    }
  }

  // The queues of this plan that have no token as long as no action fires that waits for one of them.
  [[nodiscard]] std::vector<std::string_view> empty_queues() const {
    std::set<std::string_view> empty;
    for (const auto& [name, queue] : model_.symbols(shape_).queues) {
      if (queue.decl == nullptr || queue.decl->direction == Direction::input || never_fed_.contains(name)) continue;
      if (attribute(*queue.decl, "entries") == nullptr && !is_unread(name) && is_fed(name)) empty.insert(name);
    }
    std::map<const ActionFacts*, std::size_t> waits;      // for how many of its arcs
    std::vector<const ActionFacts*> able;
    for (const PlanFacts* plan : family_facts_) {
      for (const ActionFacts& action : plan->actions) {
        const auto count = std::count_if(action.taken.begin(), action.taken.end(),
                                         [&](const ActionFacts::Taken& taken) { return empty.contains(taken.queue); });
        waits[&action] = static_cast<std::size_t>(count);
        if (count == 0) able.push_back(&action);
      }
    }
    while (!able.empty()) {
      const ActionFacts* action = able.back();
      able.pop_back();
      for (const std::string_view sent : action->sent) {
        if (empty.erase(sent) == 0) continue;
        for (const ActionFacts* taker : uses(sent).takers) {
          if (--waits[taker] == 0) able.push_back(taker);
        }
      }
    }
    return {empty.begin(), empty.end()};
  }

  // Queues that only actions feed which need a token of theirs first: there is never a first one.
  void starved_queues() {
    const std::vector<std::string_view> empty = empty_queues();
    std::map<std::string_view, std::size_t> numbers;
    for (const std::string_view name : empty) numbers.emplace(name, numbers.size());
    Graph needs(empty.size());
    for (std::size_t i = 0; i < empty.size(); ++i) {
      for (const ActionFacts* feeder : uses(empty[i]).feeders) {
        for (const ActionFacts::Taken& taken : feeder->taken) {
          if (const auto known = numbers.find(taken.queue); known != numbers.end()) needs[i].push_back(known->second);
        }
      }
    }
    const std::vector<bool> starves = circles(needs);
    for (std::size_t i = 0; i < empty.size(); ++i) {
      if (!starves[i]) continue;
      const std::string_view name = empty[i];
      starved_.insert(name);
      const QueueSymbol& queue = *model_.symbols(shape_).queue(name);
      if (queue.owner != &shape_ || is_inherited_queue(name)) continue;
      const auto declared = std::find_if(queue.decl->names.begin(), queue.decl->names.end(),
                                         [&](const syntax::Name& one) { return one.text == name; });
      report(Code::never_fed, declared->span,
             "queue " + quoted(name) + " never gets a first token: every action that sends to it needs one before",
             "give it `entries`, or send to it from an action that does not wait for it");
    }
  }

  [[nodiscard]] bool is_entered(std::string_view state) const {
    return is_unread(state) || std::any_of(family_facts_.begin(), family_facts_.end(), [&](const PlanFacts* plan) {
             return plan->enters_any || plan->entered.contains(state);
           });
  }

  void states(const syntax::StateDecl& decl) {
    if (decl.direction == Direction::input) return;       // set by others
    for (const syntax::Name& name : decl.names.subspan(1)) {
      if (is_entered(name.text)) continue;
      report(Code::never_entered, name.span, "nothing moves to state " + quoted(name.text),
             "write `" + std::string(name.text) + " -> state` in an action, or leave the state out");
    }
  }

  void variable(const syntax::VariableDecl& decl) {
    const VariableSymbol* known = model_.symbols(shape_).variable(decl.name.text);
    if (known == nullptr || known->decl == nullptr || known->parameter || is_unread(decl.name.text)) return;
    const bool used = std::any_of(family_facts_.begin(), family_facts_.end(),
                                  [&](const PlanFacts* plan) { return plan->variables.contains(decl.name.text); });
    if (used) return;
    report(Code::unused_variable, decl.name.span, "'$" + std::string(decl.name.text) + "' is declared and never used",
           "leave it out, or use it");
  }

  // ------------------------------------------------------------------------------------------ actions

  void enabling(const ActionFacts& action) {
    const std::string reason = why_never(action);
    if (reason.empty()) return;
    report(Code::never_enabled, action.decl->name.span,
           "action " + quoted(action.decl->name.text) + " can never be enabled: " + reason, "");
  }

  [[nodiscard]] std::string why_never(const ActionFacts& action) const {
    if (action.impossible != nullptr) return "its guard is always false";
    for (const ActionFacts::Taken& taken : action.taken) {
      if (never_fed_.contains(taken.queue) || starved_.contains(taken.queue)) {
        return "queue " + quoted(taken.queue) + " never has a token";
      }
      if (const std::string reason = over_capacity(taken); !reason.empty()) return reason;
      if (awaits_operator_twice(taken)) return "queue " + quoted(taken.queue) + " has one token at a time, which does not wait there";
    }
    const syntax::StateDecl* own = model_.symbols(shape_).own_states;
    for (const ActionFacts::StateArc& arc : action.states) {
      if (arc.input || own == nullptr) continue;
      const bool possible = std::any_of(arc.states.begin(), arc.states.end(), [&](const syntax::Name& state) {
        return state.text == own->names[0].text || is_entered(state.text);
      });
      if (!possible) return "nothing moves to state " + quoted(arc.states[0].text);
    }
    return exclusive_states(action);
  }

  [[nodiscard]] std::string over_capacity(const ActionFacts::Taken& taken) const {
    const QueueSymbol* queue = model_.symbols(shape_).queue(taken.queue);
    const syntax::Attribute* capacity = queue->decl ? attribute(*queue->decl, "capacity") : nullptr;
    if (capacity == nullptr || taken.arc->source.count.minimum == nullptr) return {};
    const auto least = constant_value(*taken.arc->source.count.minimum, model_, &shape_);
    const auto most = constant_value(*capacity->value, model_, queue->owner);
    if (!least || !most || !least->is(values::Kind::integer) || !most->is(values::Kind::integer)) return {};
    if (least->as_integer() <= most->as_integer()) return {};
    return "queue " + quoted(taken.queue) + " has a capacity of " + std::to_string(most->as_integer()) + ", and " +
           std::to_string(least->as_integer()) + " tokens are awaited";
  }

  // What an operator says is taken at once or refused.
  [[nodiscard]] bool awaits_operator_twice(const ActionFacts::Taken& taken) const {
    const QueueSymbol* queue = model_.symbols(shape_).queue(taken.queue);
    if (queue->decl == nullptr || !takes_operator(*queue->decl)) return false;
    const syntax::Count& count = taken.arc->source.count;
    const auto least = count.minimum != nullptr ? constant_value(*count.minimum, model_, &shape_) : std::nullopt;
    return (least && least->is(values::Kind::integer) && least->as_integer() > 1) ||
           std::any_of(taken.arc->clauses.begin(), taken.arc->clauses.end(),
                       [](const syntax::Clause& one) { return one.kind == syntax::ClauseKind::after; });
  }

  // Exactly one state of a region is current: two arcs that share none cannot both match.
  [[nodiscard]] static std::string exclusive_states(const ActionFacts& action) {
    for (std::size_t i = 0; i < action.states.size(); ++i) {
      for (std::size_t j = i + 1; j < action.states.size(); ++j) {
        const ActionFacts::StateArc& a = action.states[i];
        const ActionFacts::StateArc& b = action.states[j];
        if (a.input != b.input) continue;
        constexpr std::size_t kMaxCompared = 100;
        if (a.states.size() > kMaxCompared || b.states.size() > kMaxCompared) continue;
        const bool share = std::any_of(a.states.begin(), a.states.end(), [&](const syntax::Name& one) {
          return std::any_of(b.states.begin(), b.states.end(), [&](const syntax::Name& other) { return other.text == one.text; });
        });
        if (!share) {
          return "states " + quoted(a.states[0].text) + " and " + quoted(b.states[0].text) + " are never current at once";
        }
      }
    }
    return {};
  }

  const Model& model_;
  const Facts& facts_;
  const Shape& shape_;
  diagnostics::Diagnostics& diagnostics_;
  std::vector<const Shape*> family_;
  std::vector<const PlanFacts*> family_facts_;
  std::map<std::string_view, Uses> uses_;
  std::set<std::string_view> never_fed_, starved_;
};

}  // namespace

void check_flow(const Model& model, const Facts& facts, const Shape& shape, diagnostics::Diagnostics& diagnostics) {
  Flow(model, facts, shape, diagnostics).run();
}

}  // namespace plan::check
