// Expressions but for calls, names and control: literals, collections, parts of them, operators.
#include "engine/compiler.h"
#include "engine/no_process.h"
#include "values/value.h"

namespace plan::engine {

using syntax::ExprKind;
using values::Value;

namespace {

NodePtr constant(Span span, Value value) { return std::make_shared<Constant>(span, std::move(value)); }

}  // namespace

NodePtr PlanCompiler::fold(NodePtr node) {
  if (!node->constant() || dynamic_cast<const Constant*>(node.get())) return node;
  const PlanCode no_plan;
  NoProcess nothing(no_plan);
  constexpr std::uint64_t kFoldSteps = 10'000;
  Evaluation evaluation(nothing, kFoldSteps, 1);
  Frame frame{evaluation, {}};
  if (captures_ != kNone) frame.slots.resize(slots_);
  try {
    const Work::Counted counted(evaluation);
    return constant(node->span(), node->evaluate(frame));
  } catch (const values::EvaluationError&) {
    return node;   // raised again, and told with its place, each time it is evaluated
  }
}

NodePtr PlanCompiler::expression(const syntax::Expr& expr) {
  const Span span = expr.span;
  switch (expr.kind) {
    case ExprKind::undef:
    case ExprKind::unit:
      return constant(span, Value::undef());
    case ExprKind::default_: return constant(span, Value::default_());
    case ExprKind::boolean: return constant(span, Value::boolean(as<syntax::Boolean>(expr).value));
    case ExprKind::integer: return constant(span, Value::integer(as<syntax::Integer>(expr).value));
    case ExprKind::floating: return constant(span, Value::floating(as<syntax::Float>(expr).value));
    case ExprKind::duration:
      return constant(span, Value::timespan(as<syntax::Duration>(expr).milliseconds * 1'000'000));
    case ExprKind::string: return constant(span, Value::string(as<syntax::String>(expr).value));
    case ExprKind::regex: return constant(span, Value::regexp(std::string(as<syntax::Regex>(expr).pattern)));
    case ExprKind::name: return constant(span, Value::string(as<syntax::NameExpr>(expr).name));
    case ExprKind::class_ref: return class_ref(as<syntax::ClassRef>(expr));
    case ExprKind::variable: return variable(as<syntax::Variable>(expr), scope_);
    case ExprKind::self:
      if (compiler_.late()) return constant(span, Value::string("self"));
      return std::make_shared<SelfNode>(span);
    case ExprKind::interpolation: return std::make_shared<Interpolate>(span, nodes(as<syntax::Interpolation>(expr).parts));
    case ExprKind::array: return fold(std::make_shared<ArrayNode>(span, items(as<syntax::Array>(expr).items)));
    case ExprKind::hash: return fold(hash(as<syntax::Hash>(expr)));
    case ExprKind::access: return fold(access(as<syntax::Access>(expr)));
    case ExprKind::call: return call(as<syntax::Call>(expr));
    case ExprKind::method_call: return method_call(as<syntax::MethodCall>(expr));
    case ExprKind::unary: {
      const auto& unary = as<syntax::Unary>(expr);
      return fold(std::make_shared<UnaryNode>(span, unary.op, expression(*unary.operand)));
    }
    case ExprKind::binary: return fold(binary(as<syntax::Binary>(expr)));
    case ExprKind::assign: {
      const auto& assign = as<syntax::Assign>(expr);
      NodePtr value = expression(*assign.value);
      return std::make_shared<AssignNode>(span, target(*assign.target), std::move(value));
    }
    case ExprKind::selector: {
      const auto& selector = as<syntax::Selector>(expr);
      return options(span, *selector.subject, selector.options, true);
    }
    case ExprKind::case_: {
      const auto& chosen = as<syntax::Case>(expr);
      return options(span, *chosen.subject, chosen.options, false);
    }
    case ExprKind::if_: return choice(as<syntax::If>(expr));
    case ExprKind::block: return std::make_shared<BlockNode>(span, nodes(as<syntax::Block>(expr).statements));
    case ExprKind::send: return send(as<syntax::Send>(expr));
  }
  PLAN_ASSERT(false);
}

std::vector<NodePtr> PlanCompiler::nodes(syntax::List<const syntax::Expr*> list) {
  std::vector<NodePtr> result;
  for (const syntax::Expr* expr : list) result.push_back(expression(*expr));
  return result;
}

Item PlanCompiler::item(const syntax::Expr& expr) {
  const bool splat = expr.kind == ExprKind::unary && as<syntax::Unary>(expr).op == syntax::UnaryOp::splat;
  return {expression(splat ? *as<syntax::Unary>(expr).operand : expr), splat};
}

std::vector<Item> PlanCompiler::items(syntax::List<const syntax::Expr*> list) {
  std::vector<Item> result;
  for (const syntax::Expr* expr : list) result.push_back(item(*expr));
  return result;
}

NodePtr PlanCompiler::hash(const syntax::Hash& expr) {
  std::vector<HashNode::Entry> entries;
  for (const syntax::HashEntry& entry : expr.entries) {
    NodePtr key = expression(*entry.key);
    entries.emplace_back(std::move(key), expression(*entry.value));
  }
  return std::make_shared<HashNode>(expr.span, std::move(entries));
}

NodePtr PlanCompiler::access(const syntax::Access& expr) {
  NodePtr object = expression(*expr.object);
  return std::make_shared<AccessNode>(expr.span, std::move(object), items(expr.keys));
}

NodePtr PlanCompiler::binary(const syntax::Binary& expr) {
  using syntax::BinaryOp;
  NodePtr left = expression(*expr.left);
  const bool short_circuits = expr.op == BinaryOp::and_ || expr.op == BinaryOp::or_;
  NodePtr right = short_circuits ? branch(*expr.right) : expression(*expr.right);
  std::uint32_t captures = kNone;
  if (expr.op == BinaryOp::match || expr.op == BinaryOp::not_match || expr.op == BinaryOp::in) {
    captures = captures_slot();
    ++matches_;
  }
  return std::make_shared<BinaryNode>(expr.op_span, expr.op, std::move(left), std::move(right), captures);
}

}  // namespace plan::engine
