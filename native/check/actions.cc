// Actions: arcs in their order, each seeing what the earlier ones bind; then the body.
#include <algorithm>

#include "check/checker.h"

namespace plan::check {

using diagnostics::Code;
using syntax::ArcKind;
using syntax::CountKind;
using syntax::SourceKind;
using types::TypeKind;
using types::TypePtr;

void PlanChecker::action(const syntax::ActionDecl& decl) {
  begin(Purpose::guard, decl.span);
  ActionFacts facts;
  facts.decl = &decl;
  facts.owner = &shape_;
  action_ = &facts;
  bool has_arcs = false;
  bool supplies = false;
  for (const syntax::ActionItem& item : decl.items) {
    if (item.arc == nullptr || diagnostics_.is_full()) continue;
    arc(*item.arc);
    has_arcs = true;
    supplies |= item.arc->kind != ArcKind::inhibit;
  }
  if (has_arcs && !supplies && !model_.has_unread(decl.span)) {
    report(Code::invalid_arc, decl.name.span, "action " + quoted(decl.name.text) + " only has inhibitors, which supply nothing to fire with",
           "add an arc that takes or reads something");
  }
  purpose_ = Purpose::body;
  std::vector<const syntax::Expr*> body;
  for (const syntax::ActionItem& item : decl.items) {
    if (item.statement != nullptr) body.push_back(item.statement);
  }
  statements(body, false);
  if (body.empty()) empty_body(decl);
  else report_unused(root_);
  action_ = nullptr;
  facts_.plans[&shape_].actions.push_back(std::move(facts));
}

void PlanChecker::empty_body(const syntax::ActionDecl& decl) {
  if (model_.has_unread(decl.span)) return;
  report(Code::empty_body, decl.name.span, "action " + quoted(decl.name.text) + " does nothing",
         decl.items.empty() ? "leave it out, or say what it does"
                            : "its tokens are lost: remember or send something, or send them to `drain` to say that this is meant");
}

void PlanChecker::arc(const syntax::Arc& arc) {
  arc_count(arc);
  const TypePtr element = source(arc);
  const bool many = arc.source.count.kind != CountKind::one;
  // An array takes apart all that were taken; a name is one of them in the clauses.
  const bool apart = many && arc.pattern != nullptr && arc.pattern->kind == syntax::PatternKind::array;
  if (arc.pattern != nullptr) pattern(*arc.pattern, apart && element ? types::array(element) : element);
  if (!arc.from.empty()) bind(arc.from, sender(arc.source), Local::Origin::pattern);
  for (const syntax::Clause& one : arc.clauses) {
    clause(one);
    if (one.kind == syntax::ClauseKind::where && many && arc.pattern != nullptr &&
        arc.pattern->kind != syntax::PatternKind::variable) {
      report(Code::invalid_arc, arc.pattern->span, "`where` is asked of each of several tokens, which needs a name",
             "write `$name <- " + std::string(arc.source.name.text) + "[…] where …`");
    }
  }
  if (!many || arc.pattern == nullptr || arc.pattern->kind != syntax::PatternKind::variable) return;
  // In the clauses the name was one token; in the body it is all that were taken.
  const auto local = scope_->locals.find(arc.pattern->name.text);
  if (local != scope_->locals.end()) local->second.type = element ? types::array(element) : nullptr;
}

// An operator goes by a name, all else that sends is a process.
TypePtr PlanChecker::sender(const syntax::ArcSource& source) const {
  const QueueSymbol* queue = source.kind == SourceKind::queue ? symbols_.queue(source.name.text) : nullptr;
  return queue != nullptr && queue->decl != nullptr && takes_operator(*queue->decl) ? types::string() : types::process(nullptr);
}

void PlanChecker::arc_count(const syntax::Arc& arc) {
  const syntax::Count& count = arc.source.count;
  const bool range = count.kind == CountKind::range;
  if (arc.kind == syntax::ArcKind::inhibit && (range || count.kind == CountKind::all)) {
    report(Code::invalid_arc, arc.source.span, "an inhibitor names one number: so many tokens there must not be",
           "write `! <- " + std::string(arc.source.name.text) + "[n]`");
  }
  for (const syntax::Expr* bound : {count.minimum, count.maximum}) {
    if (bound == nullptr) continue;
    accepts(types::integer(range && bound == count.minimum ? 0 : 1), *bound, expression(*bound), "the number of tokens is");
  }
  if (!range) return;
  const auto least = constant_value(*count.minimum, model_, &shape_);
  const auto most = constant_value(*count.maximum, model_, &shape_);
  if (!least || !most || !least->is(values::Kind::integer) || !most->is(values::Kind::integer)) return;
  if (least->as_integer() > most->as_integer()) {
    report(Code::invalid_arc, count.minimum->span.to(count.maximum->span), "the least number of tokens is greater than the most",
           "write `[least, most]`");
  }
}

TypePtr PlanChecker::source(const syntax::Arc& arc) {
  switch (arc.source.kind) {
    case SourceKind::queue: return queue_source(arc);
    case SourceKind::parameter: return parameter_source(arc.source);
    case SourceKind::state: return state_source(arc);
    case SourceKind::reference: return reference_source(arc.source);
  }
  PLAN_ASSERT(false);
}

TypePtr PlanChecker::queue_source(const syntax::Arc& arc) {
  bool guessed = false;
  const QueueSymbol* queue = known_queue(arc.source.name.text, arc.source.name.span, &guessed);
  if (queue == nullptr) return nullptr;
  if (arc.kind != ArcKind::inhibit) {
    action_->taken.push_back({queue->name, &arc, arc.kind == ArcKind::receive});
  }
  if (queue->decl == nullptr && (queue->name == "end" || queue->name == "fail" || queue->name == "drain" ||
                                 queue->name == "resources_to_sync")) {
    report(Code::invalid_arc, arc.source.span, "nothing can be received from " + quoted(queue->name), "it can only be sent to");
  }
  return guessed ? nullptr : type_of(*queue);
}

TypePtr PlanChecker::parameter_source(const syntax::ArcSource& source) {
  const VariableSymbol* known = symbols_.variable(source.name.text);
  if (known != nullptr && known->parameter) return type_of(*known);
  if (known == nullptr && model_.is_unread(source.name.text, shape_.decl->span)) return nullptr;
  std::vector<std::string_view> parameters;
  for (const auto& [name, variable] : symbols_.variables) {
    if (variable.parameter) parameters.push_back(name);
  }
  std::string help = did_you_mean(source.name.text, parameters, "$");
  if (symbols_.queue(source.name.text) != nullptr) help = "did you mean the queue `" + std::string(source.name.text) + "`?";
  report(known == nullptr ? Code::unknown_variable : Code::invalid_arc, source.span,
         "'$" + std::string(source.name.text) + "' is no parameter (public variable) of the plan, so that nothing arrives there", help);
  return nullptr;
}

TypePtr PlanChecker::state_source(const syntax::Arc& arc) {
  const syntax::ArcSource& source = arc.source;
  if (symbols_.own_states == nullptr && symbols_.input_states == nullptr && source.states.empty()) {
    if (!model_.has_unread(shape_.decl->span)) {
      report(Code::unknown_state, source.span, "the plan has no states", "declare them: `state waiting, done`");
    }
    return nullptr;
  }
  ActionFacts::StateArc fact{&arc, symbols_.own_states == nullptr, {}};
  bool own = false;
  for (const syntax::Name& name : source.states) {
    const bool in_own = symbols_.own_state_names.contains(name.text);
    const bool in_input = symbols_.input_state_names.contains(name.text);
    if (!in_own && !in_input) {
      if (model_.is_unread(name.text, shape_.decl->span)) continue;
      std::vector<std::string_view> names(symbols_.own_state_names.begin(), symbols_.own_state_names.end());
      names.insert(names.end(), symbols_.input_state_names.begin(), symbols_.input_state_names.end());
      const std::string help = did_you_mean(name.text, names);
      report(Code::unknown_state, name.span, "unknown state " + quoted(name.text),
             help.empty() ? "declare it: `state " + std::string(name.text) + "`" : help);
      continue;
    }
    if (!fact.states.empty() && own != in_own) {
      report(Code::invalid_arc, name.span, "one arc looks at states of one region: input states, or the plan's own",
             "write two arcs");
      continue;
    }
    own = in_own;
    fact.states.push_back(name);
  }
  if (!fact.states.empty()) fact.input = !own;
  if (arc.kind != ArcKind::inhibit && fact.states.size() == source.states.size() && !source.states.empty()) {
    action_->states.push_back(std::move(fact));
  }
  return types::string();
}

TypePtr PlanChecker::reference_source(const syntax::ArcSource& source) {
  const TypePtr receiver = expression(*source.reference);
  const types::Type* type = bare(receiver);
  if (type == nullptr) return nullptr;
  if ((kinds_of(*type) & (kProcess | kHash)) == 0) {
    report(Code::invalid_arc, source.reference->span, kind_of(receiver) + " is no reference to a process",
           "tokens are received from queues, states, parameters, and outputs of references");
    return nullptr;
  }
  if (type->kind != TypeKind::process || !type->plan) return nullptr;
  const Shape* plan = model_.shape(type->plan->name);
  if (plan == nullptr) return nullptr;
  const syntax::MethodCall access{{syntax::ExprKind::method_call, source.span}, source.reference, source.name, {}, nullptr, false, false};
  const TypePtr member = process_member(access, *type);
  const QueueSymbol* queue = model_.symbols(*plan).queue(source.name.text);
  if (queue == nullptr || queue->decl == nullptr) return member;
  facts_.received_through_references.insert(queue->name);
  if (queue->decl->direction != syntax::Direction::output) {
    report(Code::invalid_arc, source.name.span,
           quoted(source.name.text) + " of plan " + quoted(plan->lineage->name) + " is no output", "declare it as `output`");
  }
  return member_type(*plan, source.name.text);
}

void PlanChecker::pattern(const syntax::Pattern& pattern, const TypePtr& type) {
  switch (pattern.kind) {
    case syntax::PatternKind::wildcard: return;
    case syntax::PatternKind::variable: return bind(pattern.name, type, Local::Origin::pattern);
    case syntax::PatternKind::array: return array_pattern(pattern, type);
  }
}

void PlanChecker::array_pattern(const syntax::Pattern& pattern, const TypePtr& type) {
  const types::Type* whole = bare(type);
  if (type && (kinds_of(*type) & (kArray | kHash)) == 0) {
    report(Code::type_mismatch, pattern.span,
           "this takes an Array or a Hash apart, and the tokens are " + kind_of(type), "write `$name`");
  } else if (whole != nullptr && (whole->kind == TypeKind::tuple || whole->kind == TypeKind::array)) {
    const types::SizeRange size = types::size_range(*whole);
    const auto wanted = static_cast<std::int64_t>(pattern.items.size());
    if (wanted < size.min || wanted > size.max) {
      report(Code::type_mismatch, pattern.span, "there are " + std::to_string(wanted) + " names for the " +
                                                    std::to_string(wanted < size.min ? size.min : size.max) + " values of " + spelled(type),
             "`_` throws a value away");
    }
  }
  std::vector<std::string_view> names;
  if (whole != nullptr && whole->kind == TypeKind::struct_) {
    for (const types::StructMember& member : whole->members) names.push_back(member.name);
  }
  const std::set<std::string_view> known(names.begin(), names.end());
  std::size_t position = 0;
  for (const syntax::Pattern* item : pattern.items) {
    const bool named = item->kind == syntax::PatternKind::variable;
    const std::string_view name = named ? item->name.text : std::string_view();
    if (named && !names.empty() && !known.contains(name)) {
      report(Code::unknown_member, item->span, "the Struct has no member " + quoted(name), did_you_mean(name, names, "$"));
    }
    this->pattern(*item, part_type(type, position++, name));
  }
}

void PlanChecker::clause(const syntax::Clause& clause) {
  bare_name(*clause.expression);
  const TypePtr type = expression(*clause.expression);
  switch (clause.kind) {
    case syntax::ClauseKind::where: {
      const std::optional<values::Value> constant = constant_value(*clause.expression, model_, &shape_);
      if (constant && !constant->truthy()) action_->impossible = clause.expression;
      return;
    }
    case syntax::ClauseKind::after:
      accepts(types::variant({types::make(TypeKind::timespan), types::integer(0), types::floating(0.0, std::nullopt)}),
              *clause.expression, type, "`after` takes");
      return;
    case syntax::ClauseKind::awaiting: return awaiting(*clause.expression, type);
  }
}

void PlanChecker::awaiting(const syntax::Expr& reason, const TypePtr& type) {
  if (type && (kinds_of(*type) & (kString | kHash)) == 0) {
    report(Code::type_mismatch, reason.span, "the reason is a String, or a Struct with 'for', 'risk' and 'next', got " +
                                                 kind_of(type));
  }
  if (reason.kind != syntax::ExprKind::hash) return;
  for (const syntax::HashEntry& entry : as<syntax::Hash>(reason).entries) {
    const std::optional<values::Value> key = constant_value(*entry.key, model_, &shape_);
    if (!key || !key->is(values::Kind::string)) continue;
    const std::string_view name = key->as_string();
    if (name == "for" || name == "risk" || name == "next") continue;
    report(Code::unknown_member, entry.key->span, "a reason has no " + quoted(name), "its keys are 'for', 'risk' and 'next'");
  }
}

}  // namespace plan::check
