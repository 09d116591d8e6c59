// Second pass: actions. Arcs are compiled in order, each seeing what the earlier ones bind; then the body.
#include <algorithm>
#include <utility>

#include "engine/compiler.h"

namespace plan::engine {

using syntax::ArcKind;
using syntax::CountKind;
using syntax::SourceKind;

namespace {

bool is_target(const syntax::Expr& target, std::string_view name) {
  if (target.kind == syntax::ExprKind::variable) return static_cast<const syntax::Variable&>(target).name == name;
  if (target.kind != syntax::ExprKind::array) return false;
  const auto& items = static_cast<const syntax::Array&>(target).items;
  return std::any_of(items.begin(), items.end(), [&](const syntax::Expr* item) { return is_target(*item, name); });
}

}  // namespace

void PlanCompiler::compile_action(const syntax::ActionDecl& decl, const Shape& owner) {
  begin();
  ActionCode code;
  code.name = decl.name.text;
  code.owner = owner.lineage->name;
  code.span = decl.span;
  dependencies_ = &code.dependencies;
  for (const syntax::ActionItem& item : decl.items) {
    if (!item.arc) continue;
    used_locals_.clear();
    code.arcs.push_back(arc(*item.arc));
    note_alternatives(code);
    code.has_awaiting |= code.arcs.back().awaiting != nullptr;
  }
  collect_targets(decl, code);
  dependencies_ = nullptr;
  consequences_ = &code.consequences;
  for (const syntax::ActionItem& item : decl.items) {
    if (item.statement) code.statements.push_back(expression(*item.statement));
  }
  consequences_ = nullptr;
  find_joins(code);
  index_places(code);
  code.slots = slots_;
  code_.actions.push_back(std::move(code));
}

// Another choice of an earlier arc's tokens can matter to the newest arc only if that uses what the earlier one binds,
// or takes from the same queue; and always to a read arc, for which tokens may be stale.
void PlanCompiler::note_alternatives(ActionCode& code) {
  ArcCode& newest = code.arcs.back();
  newest.alternatives = newest.kind == ArcKind::read;
  for (ArcCode& earlier : code.arcs) {
    if (&earlier == &newest || earlier.count == CountKind::one) continue;
    if (earlier.place == newest.place && earlier.source == newest.source) earlier.alternatives = true;
    if (uses(earlier.pattern)) earlier.alternatives = true;
  }
}

bool PlanCompiler::uses(const PatternCode& pattern) const {
  return used_locals_.contains(pattern.slot) ||
         std::any_of(pattern.items.begin(), pattern.items.end(), [&](const PatternCode& item) { return uses(item); });
}

// Called before the body is compiled: what it binds is not known when the action is looked at.
void PlanCompiler::collect_targets(const syntax::ActionDecl& decl, ActionCode& code) {
  for (const syntax::ActionItem& item : decl.items) {
    if (!item.statement || item.statement->kind != syntax::ExprKind::send) continue;
    const auto& send = static_cast<const syntax::Send&>(*item.statement);
    if (!send.splat && send.target->kind == syntax::ExprKind::method_call) collect_reference(decl, send, code);
    if (send.splat || send.target->kind != syntax::ExprKind::name) continue;
    const std::uint32_t place = code_.place(static_cast<const syntax::NameExpr&>(*send.target).name);
    if (place == kNone || code_.places[place].latched) continue;
    code.unconditional_targets.push_back(place);
    code.dependencies.room.insert(place);
    if (code_.places[place].capacity && !code_.places[place].capacity->constant()) code.dependencies.all_variables = true;
  }
}

// Which tokens that come or go may change whether the action is enabled, or what it waits for.
void PlanCompiler::index_places(ActionCode& code) {
  code.incremental = !code.arcs.empty() && !code.has_awaiting;
  for (std::uint32_t i = 0; i < code.arcs.size(); ++i) {
    ArcCode& arc = code.arcs[i];
    code.incremental &= !arc.after && arc.count == CountKind::one && arc.source != SourceKind::reference;
    if (arc.source != SourceKind::queue) continue;
    const bool inhibits = arc.kind == ArcKind::inhibit;
    arc.takes_tokens = !inhibits && !code_.places[arc.place].latched;
    if (arc.takes_tokens) code.token_arcs.push_back({i, arc.place});
    if (!inhibits || code.has_awaiting || code_.places[arc.place].latched) code.dependencies.arrivals.insert(arc.place);
    if (inhibits || code.has_awaiting) code.dependencies.departures.insert(arc.place);
  }
}

void PlanCompiler::collect_reference(const syntax::ActionDecl& decl, const syntax::Send& send, ActionCode& code) {
  const auto& target = static_cast<const syntax::MethodCall&>(*send.target);
  if (target.has_parentheses || target.lambda || target.receiver->kind != syntax::ExprKind::variable) return;
  const std::string_view name = static_cast<const syntax::Variable&>(*target.receiver).name;
  if (!scope_->locals.contains(name) && code_.variable(name) == kNone) return;      // of the body
  const bool assigned = std::any_of(decl.items.begin(), decl.items.end(), [&](const syntax::ActionItem& item) {
    return item.statement && item.statement->kind == syntax::ExprKind::assign &&
           is_target(*static_cast<const syntax::Assign&>(*item.statement).target, name);
  });
  if (assigned) return;
  code.unconditional_references.push_back({expression(*target.receiver), std::string(target.name.text)});
  code.dependencies.references = true;
}

ArcCode PlanCompiler::arc(const syntax::Arc& arc) {
  ArcCode code;
  code.kind = arc.kind;
  code.source = arc.source.kind;
  code.span = arc.span;
  code.count = arc.source.count.kind;
  if (arc.source.count.minimum) code.minimum = fold(expression(*arc.source.count.minimum));
  if (arc.source.count.maximum) code.maximum = fold(expression(*arc.source.count.maximum));
  arc_source(arc, code);
  if (arc.pattern) {
    code.has_pattern = true;
    code.pattern = pattern(*arc.pattern);
  }
  if (!arc.from.empty()) code.from_slot = bind_local(arc.from.text);
  clauses(arc, code);
  return code;
}

void PlanCompiler::arc_source(const syntax::Arc& arc, ArcCode& code) {
  const syntax::ArcSource& source = arc.source;
  code.name = source.name.text;
  switch (source.kind) {
    case SourceKind::queue:
      code.place = code_.place(source.name.text);
      code.mark = "queue " + code.name;
      PLAN_ASSERT(code.place != kNone);
      return;
    case SourceKind::parameter:
      code.variable = code_.variable(source.name.text);
      code.mark = "parameter " + code.name;
      PLAN_ASSERT(code.variable != kNone);
      return depends_on_variable(code.variable);
    case SourceKind::state: return state_source(source, code);
    case SourceKind::reference:
      code.mark = "reference " + code.name;
      code.reference = expression(*source.reference);
      dependencies_->references = true;
      return;
  }
  PLAN_ASSERT(false);
}

void PlanCompiler::state_source(const syntax::ArcSource& source, ArcCode& code) {
  const RegionCode& own = code_.regions[kOwnRegion];
  code.region = own.states.empty() ? kInputRegion : kOwnRegion;
  for (const syntax::Name& name : source.states) {
    if (own.find(name.text) == kNone) code.region = kInputRegion;
    code.states.push_back(code_.regions[code.region].find(name.text));
    PLAN_ASSERT(code.states.back() != kNone);
  }
  code.mark = code.region == kInputRegion ? "input state" : "state";
  (code.region == kOwnRegion ? dependencies_->own_region : dependencies_->input_region) = true;
}

PatternCode PlanCompiler::pattern(const syntax::Pattern& pattern) {
  PatternCode code;
  code.kind = pattern.kind;
  switch (pattern.kind) {
    case syntax::PatternKind::wildcard: return code;
    case syntax::PatternKind::variable:
      code.slot = bind_local(pattern.name.text);
      code.key = values::Value::string(pattern.name.text);
      return code;
    case syntax::PatternKind::array:
      for (const syntax::Pattern* item : pattern.items) code.items.push_back(this->pattern(*item));
      return code;
  }
  PLAN_ASSERT(false);
}

void PlanCompiler::clauses(const syntax::Arc& arc, ArcCode& code) {
  for (const syntax::Clause& clause : arc.clauses) {
    switch (clause.kind) {
      case syntax::ClauseKind::where: guard(*clause.expression, code); break;
      case syntax::ClauseKind::after: code.after = fold(expression(*clause.expression)); break;
      case syntax::ClauseKind::awaiting: code.awaiting = fold(expression(*clause.expression)); break;
    }
  }
}

// Part by part: what `and` joins must all hold, and a part without names of the action is the same for all tokens.
void PlanCompiler::guard(const syntax::Expr& expr, ArcCode& code) {
  if (expr.kind == syntax::ExprKind::binary && as<syntax::Binary>(expr).op == syntax::BinaryOp::and_) {
    guard(*as<syntax::Binary>(expr).left, code);
    guard(*as<syntax::Binary>(expr).right, code);
    return;
  }
  const std::set<std::uint32_t> used_before = std::exchange(used_locals_, {});
  NodePtr part = fold(code.where ? branch(expr) : expression(expr));
  if (used_locals_.empty()) code.premises.push_back(part);
  used_locals_.insert(used_before.begin(), used_before.end());
  code.where = code.where ? std::make_shared<BinaryNode>(expr.span, syntax::BinaryOp::and_, code.where, part, kNone) : part;
}

}  // namespace plan::engine
