// Statements of a body: those whose value nobody gets were meant to be something else.
#include "check/checker.h"
#include "syntax/validate.h"

namespace plan::check {

using diagnostics::Code;
using syntax::ExprKind;
using types::TypePtr;

TypePtr PlanChecker::statements(const std::vector<const syntax::Expr*>& list, bool uses_last) {
  TypePtr type = types::make(types::TypeKind::undef);
  for (std::size_t i = 0; i < list.size() && !diagnostics_.is_full(); ++i) {
    const syntax::Expr* next = i + 1 < list.size() ? list[i + 1] : nullptr;
    type = expression(*list[i]);
    if (!syntax::is_idle(*list[i]) || (next == nullptr && uses_last)) continue;
    if (next == nullptr || !broken_in_two(*list[i], *next)) unused_value(*list[i]);
    else if (++i, next->kind != ExprKind::name) expression(*next);
  }
  return diagnostics_.is_full() ? nullptr : type;
}

// Two statements that were meant to be one; this is told here.
bool PlanChecker::broken_in_two(const syntax::Expr& first, const syntax::Expr& second) {
  if (action_ != nullptr && purpose_ == Purpose::body && broken_send(first, second)) return true;
  if (first.kind != ExprKind::name || !syntax::is_idle(second)) return false;
  const std::string_view near = diagnostics::nearest(as<syntax::NameExpr>(first).name, {"where", "after", "awaiting"});
  if (near.empty()) return false;
  report(Code::unused_value, first.span.to(second.span), "this value is not used", "did you mean `" + std::string(near) + "`?");
  return true;
}

// `$value queue`: the arrow between them is missing.
bool PlanChecker::broken_send(const syntax::Expr& value, const syntax::Expr& next) {
  if (next.kind != ExprKind::name) return false;
  const std::string_view target = as<syntax::NameExpr>(next).name;
  const QueueSymbol* queue = symbols_.queue(target);
  if (queue == nullptr && target != "state") return false;
  if (queue != nullptr) action_->sent.insert(queue->name);
  else move_states(value);
  report(Code::unused_value, value.span.to(next.span), "this value is not used",
         "to send it, write an arrow: `… -> " + std::string(target) + "`");
  return true;
}

void PlanChecker::unused_value(const syntax::Expr& statement) {
  if (model_.has_unread(within_)) return;
  std::string help = "to send it, write `… -> queue`; or leave it out";
  if (statement.kind == ExprKind::unary && as<syntax::Unary>(statement).operand->kind == ExprKind::name) {
    help = "an inhibitor is written `! <- " + std::string(as<syntax::NameExpr>(*as<syntax::Unary>(statement).operand).name) + "`";
  }
  report(Code::unused_value, statement.span, "this value is not used", std::move(help));
}

}  // namespace plan::check
