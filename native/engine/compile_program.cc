// Puppet code on its own, as `planctl eval` has it: statements with type aliases and functions among them. There is no
// model of plans: what a name means is looked up among the program's own aliases and the built-in types.
#include "engine/compiler.h"

#include <algorithm>

#include "engine/nodes.h"
#include "functions/function.h"
#include "syntax/children.h"

namespace plan::engine {

using diagnostics::Code;
using syntax::ExprKind;
using types::Type;
using types::TypeKind;
using types::TypePtr;

namespace {

const Shape& no_plan() {
  static const Shape shape;
  return shape;
}

// Does the expression need a variable or a function, so that it is no constant?
bool is_computed(const syntax::Expr& expr) {
  bool computed = expr.kind == ExprKind::variable || expr.kind == ExprKind::call;
  syntax::for_each_child(expr, [&](const syntax::Expr& child) { computed = computed || is_computed(child); });
  return computed;
}

}  // namespace

NodePtr Compiler::program(const syntax::ParsedProgram& program, PlanCode& code, std::uint32_t& slots) {
  for (const syntax::TypeAlias* decl : program.aliases) add_alias(*decl);
  settle_aliases();
  return PlanCompiler(*this, no_plan(), code).program(program, slots);
}

void Compiler::add_alias(const syntax::TypeAlias& decl) {
  const bool known = std::any_of(aliases_.begin(), aliases_.end(),
                                 [&](const ProgramAlias& other) { return other.alias->name == decl.name.text; });
  if (known) diagnostics_.report(Code::invalid_type, decl.name.span, "the type '" + std::string(decl.name.text) + "' is defined already");
  aliases_.push_back({data_.alias_owner.add(std::string(decl.name.text)), decl.type});
}

void Compiler::settle_aliases() {
  for (const ProgramAlias& pending : aliases_) pending.alias->target = program_type(*pending.expr);
  for (const ProgramAlias& pending : aliases_) {
    if (pending.alias->target) continue;
    diagnostics_.report(Code::invalid_type, pending.expr->span, "'" + pending.alias->name + "' is not an alias of a type");
    pending.alias->target = types::make(TypeKind::any);
  }
  for (const ProgramAlias& pending : aliases_) {   // one that only leads to itself stands for nothing
    std::size_t steps = 0;
    const Type* at = pending.alias.get();
    while (at->kind == TypeKind::alias && ++steps <= aliases_.size()) at = at->target.get();
    if (at->kind != TypeKind::alias) continue;
    diagnostics_.report(Code::invalid_type, pending.expr->span, "Type alias '" + pending.alias->name + "' cannot be resolved to a real type");
    pending.alias->target = types::make(TypeKind::any);
  }
}

TypePtr Compiler::program_type(const syntax::Expr& expr) {
  if (is_computed(expr)) return nullptr;
  PlanCode scratch;
  return PlanCompiler(*this, no_plan(), scratch).constant_type(expr);
}

TypePtr Compiler::named_type(std::string_view name, const Shape* in) const {
  if (data_.model) return data_.model->named_type(name, in);
  for (const ProgramAlias& known : aliases_) {
    if (known.alias->name == name) return known.alias;
  }
  return functions::builtin_type(name);
}

TypePtr PlanCompiler::constant_type(const syntax::Expr& expr) {
  begin();
  const NodePtr node = fold(expression(expr));
  const auto* constant = dynamic_cast<const Constant*>(node.get());
  return constant && constant->value().is(values::Kind::type) ? constant->value().as_type() : nullptr;
}

NodePtr PlanCompiler::program(const syntax::ParsedProgram& program, std::uint32_t& slots) {
  for (const syntax::FunctionDecl* function : program.functions) declare_function(*function);
  for (const syntax::FunctionDecl* function : program.functions) compile_function(*function);
  begin();
  NodePtr body = expression(*program.body);
  slots = slots_;
  return body;
}

}  // namespace plan::engine
