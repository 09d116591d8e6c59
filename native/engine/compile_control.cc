// Control: what is evaluated only sometimes, and sends.
#include "engine/compiler.h"

namespace plan::engine {

using syntax::ExprKind;

// What may not be evaluated at all: names set in it are uncertain behind it.
NodePtr PlanCompiler::branch(const syntax::Expr& expr) {
  const std::map<std::string, Local, std::less<>> before = scope_->locals;
  ++scope_->branches;
  NodePtr node = expression(expr);
  --scope_->branches;
  for (auto& [name, local] : scope_->locals) {
    const auto known = before.find(name);
    if (known == before.end() || !known->second.certain) local.certain = false;
  }
  return node;
}

// Puppet forgets what matches captured when the if, case or selector they stand in is left.
NodePtr PlanCompiler::match_scope(NodePtr node, std::size_t matches_before) {
  return matches_ == matches_before ? node : std::make_shared<MatchScope>(std::move(node), captures_slot());
}

NodePtr PlanCompiler::choice(const syntax::If& expr) {
  const std::size_t matches = matches_;
  NodePtr condition = expression(*expr.condition);
  NodePtr then = branch(*expr.then_branch);
  NodePtr otherwise = expr.else_branch ? branch(*expr.else_branch) : nullptr;
  return match_scope(std::make_shared<IfNode>(expr.span, std::move(condition), std::move(then), std::move(otherwise)), matches);
}

NodePtr PlanCompiler::options(Span span, const syntax::Expr& subject, syntax::List<syntax::Option> list, bool selector) {
  const std::size_t matches = matches_++;
  NodePtr value = expression(subject);
  std::vector<OptionCode> codes;
  for (const syntax::Option& option : list) {
    OptionCode code;
    for (const syntax::Expr* match : option.matches) {
      code.fallback |= match->kind == ExprKind::default_;
      if (match->kind != ExprKind::default_) code.matches.push_back(item(*match));
    }
    code.result = branch(*option.result);
    codes.push_back(std::move(code));
  }
  return match_scope(std::make_shared<CaseNode>(span, std::move(value), std::move(codes), selector, captures_slot()), matches);
}

void PlanCompiler::note_target(const syntax::Send& expr) {
  if (!consequences_) return;
  if (expr.splat || expr.target->kind == ExprKind::variable) {
    consequences_->to_any_queue = true;
  } else if (expr.target->kind == ExprKind::method_call) {
    consequences_->names.emplace(as<syntax::MethodCall>(*expr.target).name.text);
  } else if (const std::string_view name = as<syntax::NameExpr>(*expr.target).name; name == "state") {
    consequences_->moves = true;
  } else {
    consequences_->places.insert(code_.place(name));
  }
}

NodePtr PlanCompiler::send(const syntax::Send& expr) {
  NodePtr value = expression(*expr.value);
  const auto make = [&](SendNode::Target kind, std::uint32_t place, NodePtr queue) {
    return std::make_shared<SendNode>(expr.span, std::move(value), kind, place, std::move(queue));
  };
  note_target(expr);
  if (expr.splat) return make(SendNode::Target::queues, kNone, expression(*expr.target));
  if (expr.target->kind == ExprKind::variable) return make(SendNode::Target::queue, kNone, expression(*expr.target));
  if (expr.target->kind == ExprKind::method_call) {
    const auto& reference = as<syntax::MethodCall>(*expr.target);
    NodePtr receiver = expression(*reference.receiver);
    return make(SendNode::Target::queue, kNone,
                std::make_shared<MemberNode>(reference.span, std::move(receiver), std::string(reference.name.text)));
  }
  const std::string_view name = as<syntax::NameExpr>(*expr.target).name;
  if (name == "state") return make(SendNode::Target::state, kNone, nullptr);
  const std::uint32_t place = code_.place(name);
  PLAN_ASSERT(place != kNone);
  return make(SendNode::Target::place, place, nullptr);
}

}  // namespace plan::engine
