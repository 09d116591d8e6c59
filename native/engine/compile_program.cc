// Puppet code on its own, as `planctl eval` has it: statements with type aliases and functions among them. There is no
// model of plans: what a name means is looked up among the program's own aliases and the built-in types.
#include "engine/compiler.h"

#include <algorithm>

#include "check/aliases.h"
#include "engine/nodes.h"
#include "functions/function.h"

namespace plan::engine {

using diagnostics::Code;
using types::Type;
using types::TypeKind;
using types::TypePtr;

namespace {

const Shape& no_plan() {
  static const Shape shape;
  return shape;
}

}  // namespace

NodePtr Compiler::program(const syntax::ParsedProgram& program, PlanCode& code, std::uint32_t& slots) {
  for (const syntax::TypeAlias* decl : program.aliases) add_alias(*decl);
  settle_aliases();
  return PlanCompiler(*this, no_plan(), code).program(program, slots);
}

void Compiler::add_alias(const syntax::TypeAlias& decl) {
  aliases_.push_back({data_.alias_owner.add(std::string(decl.name.text)), decl.type});
  const bool known = !aliases_by_name_.emplace(decl.name.text, aliases_.back().alias).second;
  if (known) diagnostics_.report(Code::invalid_type, decl.name.span, "the type '" + std::string(decl.name.text) + "' is defined already");
}

namespace {

// To itself, or through more aliases than any text for people needs.
bool leads_too_far(const Type& alias) {
  const Type* at = &alias;
  for (std::size_t steps = 0; at != nullptr && at->kind == TypeKind::alias; at = at->target.get()) {
    if (++steps > check::kMaxAliasChain) return true;
  }
  return false;
}

}  // namespace

void Compiler::settle_aliases() {
  const auto require_end = [&](const ProgramAlias& pending) {
    if (!leads_too_far(*pending.alias)) return;
    diagnostics_.report(Code::invalid_type, pending.expr->span, "Type alias '" + pending.alias->name + "' cannot be resolved to a real type");
    pending.alias->target = types::make(TypeKind::any);
  };
  for (const ProgramAlias& pending : aliases_) {
    pending.alias->target = program_type(*pending.expr);
    require_end(pending);       // at once: the next type may ask where a circle leads
  }
  for (const ProgramAlias& pending : aliases_) require_end(pending);
  for (const ProgramAlias& pending : aliases_) {
    if (pending.alias->target) continue;
    diagnostics_.report(Code::invalid_type, pending.expr->span, "'" + pending.alias->name + "' is not an alias of a type");
    pending.alias->target = types::make(TypeKind::any);
  }
}

TypePtr Compiler::program_type(const syntax::Expr& expr) {
  PlanCode scratch;
  return PlanCompiler(*this, no_plan(), scratch).constant_type(expr);
}

TypePtr Compiler::named_type(std::string_view name, const Shape* in) const {
  if (data_.model) return data_.model->named_type(name, in);
  const auto known = aliases_by_name_.find(name);
  return known != aliases_by_name_.end() ? known->second : functions::builtin_type(name);
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
