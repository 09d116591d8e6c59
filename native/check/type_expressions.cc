// Expressions that must be types.
#include "check/checker.h"

namespace plan::check {

using diagnostics::Code;
using syntax::ExprKind;
using types::TypePtr;

namespace {

using Report = std::function<void(Code, Span, std::string, std::string)>;
using Other = std::function<void(const syntax::Expr&)>;

// Every type that is named in the expression; what is neither a type nor a literal goes to `other`.
void walk_type(const syntax::Expr& expr, const Model& model, const Shape* in, const Report& report, const Other& other) {
  const auto walk = [&](const syntax::Expr& part) { walk_type(part, model, in, report, other); };
  switch (expr.kind) {
    case ExprKind::class_ref: {
      const std::string_view name = as<syntax::ClassRef>(expr).name;
      if (model.named_type(name, in)) return;
      std::vector<std::string_view> names = model.type_names(in);
      std::vector<std::string> plans;
      for (const auto& shape : model.shapes()) plans.push_back(types::capitalize_segments(shape->lineage->name));
      names.insert(names.end(), plans.begin(), plans.end());
      const std::string help = did_you_mean(name, names);
      report(Code::unknown_type, expr.span, "unknown type " + quoted(name),
             help.empty() ? "declare it: `type " + std::string(name) + " = …`" : help);
      return;
    }
    case ExprKind::access: {
      const auto& access = as<syntax::Access>(expr);
      const bool generic = access.object->kind == ExprKind::class_ref &&
                           as<syntax::ClassRef>(*access.object).name == "ChangeRequest";
      if (!generic) walk(*access.object);
      for (const syntax::Expr* key : access.keys) walk(*key);
      return;
    }
    case ExprKind::array:
      for (const syntax::Expr* item : as<syntax::Array>(expr).items) walk(*item);
      return;
    case ExprKind::hash:
      if (as<syntax::Hash>(expr).entries.size() > kMaxStructMembers) {
        report(Code::too_many, expr.span, "a Struct has at most " + std::to_string(kMaxStructMembers) + " members",
               "a Hash may have any number of keys");
        return;
      }
      for (const syntax::HashEntry& entry : as<syntax::Hash>(expr).entries) {
        walk(*entry.key);
        walk(*entry.value);
      }
      return;
    case ExprKind::unary: return walk(*as<syntax::Unary>(expr).operand);
    case ExprKind::binary:
      walk(*as<syntax::Binary>(expr).left);
      return walk(*as<syntax::Binary>(expr).right);
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::regex: case ExprKind::name:
      return;
    case ExprKind::interpolation: case ExprKind::variable: case ExprKind::self: case ExprKind::call:
    case ExprKind::method_call: case ExprKind::assign: case ExprKind::selector: case ExprKind::if_:
    case ExprKind::case_: case ExprKind::block: case ExprKind::send:
      return other(expr);
  }
  PLAN_ASSERT(false);
}

}  // namespace

void check_alias(const Model& model, const Shape* in, const syntax::Expr& type, diagnostics::Diagnostics& diagnostics) {
  bool told = false;
  const auto report = [&](Code code, Span span, std::string message, std::string help) {
    told = true;
    diagnostics.report(code, span, std::move(message), std::move(help));
  };
  walk_type(type, model, in, report, [&](const syntax::Expr& other) {
    report(Code::invalid_type, other.span, "an alias is made of types and constants only",
           "write the type where it is needed: queues, variables and parameters may use variables in their types");
  });
  const ConstantType constant = constant_type(type, model, in);
  if (!told && !constant.problem.empty()) diagnostics.report(Code::invalid_type, type.span, constant.problem);
}

TypePtr PlanChecker::declared_type(const syntax::Expr& expr) {
  bool known = true;
  const auto tell = [&](Code code, Span span, std::string message, std::string help) {
    known = false;
    report(code, span, std::move(message), std::move(help));
  };
  walk_type(expr, model_, &shape_, tell, [&](const syntax::Expr& other) {
    known = false;
    expression(other);
  });
  const ConstantType constant = constant_type(expr, model_, &shape_);
  if (known && !constant.problem.empty()) report(Code::invalid_type, expr.span, constant.problem);
  return constant.type ? constant.type : widest_type(expr, model_, &shape_);
}

}  // namespace plan::check
