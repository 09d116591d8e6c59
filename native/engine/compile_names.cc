// What names mean: locals, the plan's variables, types; and where assignments put values.
#include <algorithm>

#include "engine/compiler.h"
#include "functions/function.h"

namespace plan::engine {

using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;
using values::Value;

namespace {

std::optional<std::size_t> capture_number(std::string_view name) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  constexpr std::size_t kMostDigits = 6;   // more groups than a regular expression can have
  return name.size() > kMostDigits ? SIZE_MAX : static_cast<std::size_t>(std::stoul(std::string(name)));
}

}  // namespace

void PlanCompiler::depends_on_variable(std::uint32_t slot) {
  if (dependencies_) dependencies_->variables.insert(slot);
}

// What a variable means from a scope outwards.
NodePtr PlanCompiler::variable(const syntax::Variable& expr, const Scope* scope) {
  const bool top_scope = compiler_.late() && expr.name.starts_with("::");
  if (top_scope) scope = &root_;
  const std::string_view local_name = top_scope ? expr.name.substr(2) : expr.name;
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->unevaluated.contains(local_name)) {
      const std::string message = "default expression tries to illegally access not yet evaluated $" + std::string(local_name);
      return std::make_shared<RaiseNode>(expr.span, "ARGUMENT_ERROR", message);
    }
    const auto found = scope->locals.find(local_name);
    if (found == scope->locals.end()) continue;
    const Local& local = found->second;
    used_locals_.insert(local.slot);
    if (local.certain) return std::make_shared<LocalVariable>(expr.span, local.slot);
    return std::make_shared<MaybeLocal>(expr.span, local.slot, local.flag, variable(expr, scope->outer));
  }
  std::string_view name = expr.name;
  if (const std::size_t at = name.rfind("::"); at != std::string_view::npos) name = name.substr(at + 2);
  if (const std::uint32_t slot = code_.variable(name); slot != kNone) {
    depends_on_variable(slot);
    return std::make_shared<PlanVariable>(expr.span, slot);
  }
  if (const auto number = capture_number(expr.name)) {
    used_locals_.insert(captures_slot());
    return std::make_shared<Capture>(expr.span, captures_slot(), *number);
  }
  return std::make_shared<RaiseNode>(expr.span, "UNKNOWN_VARIABLE", "Unknown variable: '" + std::string(expr.name) + "'.");
}

NodePtr PlanCompiler::class_ref(const syntax::ClassRef& expr) {
  TypePtr type = compiler_.named_type(expr.name, scope_of_types_);
  if (!type && compiler_.late() && !functions::is_resource_type(expr.name)) {
    return std::make_shared<RaiseNode>(expr.span, "UNKNOWN_RESOURCE_TYPE", "Resource type not found: " + std::string(expr.name));
  }
  if (!type) {     // in a plan it may be of any module, which only the agent knows
    auto resource = std::make_shared<types::Type>();
    resource->kind = TypeKind::resource;
    resource->name = expr.name;
    type = resource;
  }
  return std::make_shared<Constant>(expr.span, Value::type(type));
}

std::uint32_t PlanCompiler::bind_local(std::string_view name) {
  const std::uint32_t slot = slots_++;
  scope_->locals.insert_or_assign(std::string(name), Local{slot, kNone, true});
  return slot;
}

std::uint32_t PlanCompiler::captures_slot() {
  if (captures_ == kNone) captures_ = slots_++;
  return captures_;
}

std::vector<std::string_view> PlanCompiler::variable_names() const {
  std::vector<std::string_view> names;
  for (const Scope* scope = scope_; scope; scope = scope->outer) {
    for (const auto& [name, _] : scope->locals) names.push_back(name);
  }
  for (const VariableCode& variable : code_.variables) names.push_back(variable.name);
  return names;
}

// ---------------------------------------------------------------------------------------------- assignments

// A name is set once. Where it may be set already, by a path that is not known here, that is asked when it is set.
TargetCode PlanCompiler::local_target(std::string_view name) {
  TargetCode code;
  code.kind = TargetCode::Kind::local;
  code.name = name;
  const auto known = scope_->locals.find(name);
  if (known == scope_->locals.end()) {
    code.slot = bind_local(name);
    if (scope_->branches > 0) code.flag = scope_->locals.find(name)->second.flag = slots_++;
    return code;
  }
  Local& local = known->second;
  code.slot = local.slot;
  code.flag = local.certain ? kNone : local.flag;
  code.once = true;
  local.certain = true;
  return code;
}

TargetCode PlanCompiler::target(const syntax::Expr& expr) {
  TargetCode code;
  if (expr.kind == ExprKind::variable) {
    const std::string_view name = as<syntax::Variable>(expr).name;
    const std::uint32_t slot = code_.variable(name);
    if (slot == kNone) return local_target(name);
    if (consequences_) consequences_->variables.insert(slot);
    code.name = name;
    code.kind = TargetCode::Kind::plan_variable;
    code.slot = slot;
    return code;
  }
  if (expr.kind == ExprKind::array) {
    code.kind = TargetCode::Kind::parts;
    for (const syntax::Expr* part : as<syntax::Array>(expr).items) code.parts.push_back(target(*part));
    return code;
  }
  PLAN_ASSERT(expr.kind == ExprKind::name && as<syntax::NameExpr>(expr).name == "_");
  return code;
}

}  // namespace plan::engine
