// Second pass: actions. Arcs are compiled in order, each seeing what the earlier ones bind; then the body.
#include <algorithm>

#include "engine/compiler.h"

namespace plan::engine {

using diagnostics::Code;
using syntax::ArcKind;
using syntax::CountKind;
using syntax::SourceKind;
using types::TypePtr;

namespace {

bool is_target(const syntax::Expr& target, std::string_view name) {
  if (target.kind == syntax::ExprKind::variable) return static_cast<const syntax::Variable&>(target).name == name;
  if (target.kind != syntax::ExprKind::array) return false;
  const auto& items = static_cast<const syntax::Array&>(target).items;
  return std::any_of(items.begin(), items.end(), [&](const syntax::Expr* item) { return is_target(*item, name); });
}

}  // namespace

void PlanCompiler::compile_action(const syntax::ActionDecl& decl, const Shape& owner) {
  begin(Purpose::guard);
  ActionCode code;
  code.name = decl.name.text;
  code.owner = owner.lineage->name;
  code.span = decl.span;
  dependencies_ = &code.dependencies;
  bool supplies = false;
  for (const syntax::ActionItem& item : decl.items) {
    if (!item.arc) continue;
    used_locals_.clear();
    code.arcs.push_back(arc(*item.arc));
    note_alternatives(code);
    supplies |= code.arcs.back().kind != ArcKind::inhibit;
    code.has_awaiting |= code.arcs.back().awaiting != nullptr;
  }
  if (!code.arcs.empty() && !supplies) {
    compiler_.report(Code::invalid_arc, decl.name.span,
                     "action '" + code.name + "' only has inhibitors, which supply nothing to fire with");
  }
  collect_targets(decl, code);
  dependencies_ = nullptr;
  purpose_ = Purpose::body;
  for (const syntax::ActionItem& item : decl.items) {
    if (item.statement) code.statements.push_back(expression(*item.statement).node);
  }
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
  code.unconditional_references.push_back({expression(*target.receiver).node, std::string(target.name.text)});
  code.dependencies.references = true;
}

ArcCode PlanCompiler::arc(const syntax::Arc& arc) {
  ArcCode code;
  code.kind = arc.kind;
  code.source = arc.source.kind;
  code.span = arc.span;
  code.count = arc.source.count.kind;
  if (arc.source.count.minimum) code.minimum = fold(expression(*arc.source.count.minimum)).node;
  if (arc.source.count.maximum) code.maximum = fold(expression(*arc.source.count.maximum)).node;
  const TypePtr element = arc_source(arc, code);
  const bool many = code.count != CountKind::one;
  if (many && arc.pattern && arc.pattern->kind == syntax::PatternKind::array && !arc.source.states.empty()) {
    compiler_.report(Code::invalid_arc, arc.span, "a state is one name");
  }
  // In `where`, the pattern's variable is one token; in the body it is what was taken.
  if (arc.pattern) {
    code.has_pattern = true;
    code.pattern = pattern(*arc.pattern, element);
  }
  if (!arc.from.empty()) {
    // A process of unknown plan: its queues are looked up when sent to.
    code.from_slot = bind_local(arc.from, types::process(nullptr));
  }
  clauses(arc, code, element);
  if (many && arc.pattern && arc.pattern->kind == syntax::PatternKind::variable && element) {
    scope_->locals[std::string(arc.pattern->name.text)].type = types::array(element);
  }
  return code;
}

TypePtr PlanCompiler::arc_source(const syntax::Arc& arc, ArcCode& code) {
  const syntax::ArcSource& source = arc.source;
  code.name = source.name.text;
  switch (source.kind) {
    case SourceKind::queue: {
      code.place = code_.place(source.name.text);
      code.mark = "queue " + code.name;
      if (code.place == kNone) {
        compiler_.report(Code::unknown_queue, source.name.span, "unknown queue '" + code.name + "'",
                         check::did_you_mean(source.name.text, place_names()));
        code.place = kDrain;
        return nullptr;
      }
      const auto known = place_types_.find(code.place);
      return known == place_types_.end() ? nullptr : known->second;
    }
    case SourceKind::parameter: {
      code.variable = code_.variable(source.name.text);
      code.mark = "parameter " + code.name;
      if (code.variable == kNone || !code_.variables[code.variable].parameter) {
        compiler_.report(Code::invalid_arc, source.span,
                         "'$" + code.name + "' is no parameter (public variable) of the plan, so that nothing arrives there",
                         check::did_you_mean(source.name.text, variable_names()));
        code.variable = kTitle;
        return nullptr;
      }
      depends_on_variable(code.variable);
      const auto known = variable_types_.find(code.variable);
      return known == variable_types_.end() ? nullptr : known->second;
    }
    case SourceKind::state: {
      code.mark = "state";
      const RegionCode& own = code_.regions[kOwnRegion];
      const RegionCode& input = code_.regions[kInputRegion];
      for (const syntax::Name& name : source.states) {
        const std::uint32_t region = own.find(name.text) != kNone ? kOwnRegion : kInputRegion;
        const std::uint32_t state = code_.regions[region].find(name.text);
        if (state == kNone) {
          std::vector<std::string_view> names(own.states.begin(), own.states.end());
          names.insert(names.end(), input.states.begin(), input.states.end());
          compiler_.report(Code::unknown_state, name.span, "unknown state '" + std::string(name.text) + "'",
                           check::did_you_mean(name.text, names));
          continue;
        }
        if (code.region != kNone && code.region != region) {
          compiler_.report(Code::invalid_arc, name.span, "one arc looks at states of one region: input states, or the plan's own");
        }
        code.region = region;
        code.states.push_back(state);
      }
      if (code.region == kNone) code.region = own.states.empty() && !input.states.empty() ? kInputRegion : kOwnRegion;
      if (code_.regions[code.region].states.empty() && source.states.empty()) {
        compiler_.report(Code::unknown_state, source.span, "the plan declares no states");
      }
      if (code.region == kInputRegion) code.mark = "input state";
      (code.region == kOwnRegion ? dependencies_->own_region : dependencies_->input_region) = true;
      return types::string();
    }
    case SourceKind::reference: {
      code.mark = "reference " + code.name;
      Typed reference = expression(*source.reference);
      code.reference = std::move(reference.node);
      dependencies_->references = true;
      const types::Type* type = bare(reference.type);
      if (!type || type->kind != types::TypeKind::process || !type->plan) return nullptr;
      const Shape* shape = compiler_.shape(type->plan->name);
      if (!shape) return nullptr;
      if (!compiler_.has_member(*shape, source.name.text)) {
        compiler_.report(Code::unknown_member, source.name.span,
                         "plan '" + type->plan->name + "' has no member '" + code.name + "'");
        return nullptr;
      }
      return compiler_.member_type(*shape, source.name.text);
    }
  }
  PLAN_ASSERT(false);
}

PatternCode PlanCompiler::pattern(const syntax::Pattern& pattern, const TypePtr& type) {
  PatternCode code;
  code.kind = pattern.kind;
  switch (pattern.kind) {
    case syntax::PatternKind::wildcard: return code;
    case syntax::PatternKind::variable:
      code.slot = bind_local(pattern.name, type);
      code.key = values::Value::string(pattern.name.text);
      return code;
    case syntax::PatternKind::array: break;
  }
  std::size_t position = 0;
  for (const syntax::Pattern* item : pattern.items) {
    const std::string_view name = item->kind == syntax::PatternKind::variable ? item->name.text : std::string_view();
    code.items.push_back(this->pattern(*item, part_type(type, position++, name)));
  }
  return code;
}

void PlanCompiler::clauses(const syntax::Arc& arc, ArcCode& code, const TypePtr& element) {
  if (arc.source.count.kind != CountKind::one && arc.pattern &&
      arc.pattern->kind == syntax::PatternKind::variable) {
    scope_->locals[std::string(arc.pattern->name.text)].type = element;   // one token, while `where` is asked
  }
  for (const syntax::Clause& clause : arc.clauses) {
    NodePtr node = fold(expression(*clause.expression)).node;
    switch (clause.kind) {
      case syntax::ClauseKind::where:
        code.where = code.where ? std::make_shared<BinaryNode>(clause.span, syntax::BinaryOp::and_, code.where, node, kNone)
                                : std::move(node);
        break;
      case syntax::ClauseKind::after: code.after = std::move(node); break;
      case syntax::ClauseKind::awaiting: code.awaiting = std::move(node); break;
    }
  }
}

}  // namespace plan::engine
