// Variables and other names: what is known, what is meant, what is never read.
#include <algorithm>

#include "check/builtins.h"
#include "check/checker.h"
#include "functions/function.h"

namespace plan::check {

using diagnostics::Code;
using types::TypePtr;

namespace {

bool is_capture(std::string_view name) {
  return !name.empty() && name.size() <= 3 && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view unqualified(std::string_view name) {
  const std::size_t at = name.rfind("::");
  return at == std::string_view::npos ? name : name.substr(at + 2);
}

}  // namespace

void PlanChecker::report(Code code, Span span, std::string message, std::string help) {
  diagnostics_.report(code, span, std::move(message), std::move(help));
}

void PlanChecker::begin(Purpose purpose, Span within) {
  purpose_ = purpose;
  within_ = within;
  entry_types_.clear();
  root_ = Scope();
  scope_ = &root_;
}

TypePtr PlanChecker::known_type(const syntax::Expr& type, const Shape* in) {
  const auto [known, is_new] = known_.declared.try_emplace({&type, in});
  if (is_new) known->second = widest_type(type, model_, in);
  return known->second;
}

TypePtr PlanChecker::type_of(const VariableSymbol& variable, const Shape& plan) {
  if (variable.name == "title") return types::string();
  return variable.type ? known_type(*variable.type, &plan.scope_of(*variable.type_owner)) : nullptr;
}

TypePtr PlanChecker::type_of(const QueueSymbol& queue, const Shape& plan) {
  return queue.decl ? known_type(*queue.decl->type, &plan.scope_of(*queue.owner)) : queue.type;
}

TypePtr PlanChecker::member_type(const Shape& plan, std::string_view name) {
  const Symbols& symbols = model_.symbols(plan);
  if (const VariableSymbol* variable = symbols.variable(name); variable != nullptr && variable->decl != nullptr) {
    return type_of(*variable, plan);
  }
  if (const QueueSymbol* queue = symbols.queue(name); queue != nullptr && queue->decl != nullptr) return type_of(*queue, plan);
  return name == "state" || name == "title" ? types::string() : nullptr;
}

TypePtr PlanChecker::variable(const syntax::Variable& expr) {
  if (Local* local = find_local(expr.name)) {
    local->used = true;
    return local->type;
  }
  if (const VariableSymbol* known = symbols_.variable(unqualified(expr.name))) {
    facts_.plans[&shape_].variables.insert(known->name);
    return type_of(*known);
  }
  if (is_capture(expr.name)) return types::optional(types::string());
  return unknown_variable(expr);
}

TypePtr PlanChecker::unknown_variable(const syntax::Variable& expr) {
  if (model_.is_unread(expr.name, within_) || model_.is_unread(expr.name, shape_.decl->span)) return nullptr;
  std::string help = named_member(expr.name);
  if (help.empty()) {
    const std::string_view near = diagnostics::nearest(expr.name, variable_names());
    if (Local* local = find_local(near)) local->used = true;
    if (!near.empty()) facts_.plans[&shape_].variables.insert(near);
    help = did_you_mean(expr.name, variable_names(), "$");
  }
  report(Code::unknown_variable, expr.span, "unknown variable '$" + std::string(expr.name) + "'",
         help.empty() ? "declare it in the plan, bind it by an arc, or set it before" : help);
  return nullptr;
}

// `$map_size` where `$map` is there and has a `size`.
std::string PlanChecker::named_member(std::string_view unknown) const {
  for (std::size_t at = unknown.find('_'); at != std::string_view::npos; at = unknown.find('_', at + 1)) {
    const std::string_view base = unknown.substr(0, at);
    const std::string_view rest = unknown.substr(at + 1);
    auto* self = const_cast<PlanChecker*>(this);    // the local is read after all: it is what was meant
    Local* local = self->find_local(base);
    if (local == nullptr || !functions::find(rest)) continue;
    local->used = true;
    return "did you mean `$" + std::string(base) + "." + std::string(rest) + "`?";
  }
  return {};
}

Local* PlanChecker::find_local(std::string_view name) {
  for (Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    const auto found = scope->locals.find(name);
    if (found != scope->locals.end()) return &found->second;
  }
  return nullptr;
}

void PlanChecker::bind(const syntax::Name& name, TypePtr type, Local::Origin origin) {
  if (name.empty() || name.text == "_") return;
  const bool plan_variable = symbols_.variable(name.text) != nullptr;
  if (name.text == "title" || (plan_variable && origin == Local::Origin::pattern)) {
    report(Code::reassigned_variable, name.span, "'$" + std::string(name.text) + "' is the plan's variable",
           "a pattern needs a name of its own; to compare, write `where $other == $" + std::string(name.text) + "`");
    return;
  }
  const auto [at, added] = scope_->locals.try_emplace(name.text, Local{name.span, origin, type});
  if (added) return;
  report(Code::reassigned_variable, name.span, "'$" + std::string(name.text) + "' is bound already", "choose another name");
}

void PlanChecker::report_unused(const Scope& scope) {
  for (const auto& [name, local] : scope.locals) {
    if (local.used || local.origin == Local::Origin::lambda || name.starts_with('_')) continue;
    if (model_.is_unread(name, local.origin == Local::Origin::assignment ? shape_.decl->span : within_)) continue;
    std::vector<std::string_view> declared;
    for (const auto& [other, _] : symbols_.variables) declared.push_back(other);
    std::string help;
    if (local.origin == Local::Origin::assignment) {
      help = did_you_mean(name, declared, "$");
      if (!help.empty()) facts_.plans[&shape_].variables.insert(diagnostics::nearest(name, declared));
    }
    if (help.empty()) {
      help = local.origin == Local::Origin::assignment ? "leave the assignment out, or read the variable"
                                                       : "`_` throws a value away; a name that starts with `_` is not asked for";
    }
    report(Code::unused_variable, local.span, "'$" + std::string(name) + "' is set and never read", std::move(help));
  }
}

// A bare word is a text. Where a variable has that very name, the variable was meant.
void PlanChecker::bare_name(const syntax::Expr& expr) {
  if (expr.kind != syntax::ExprKind::name) return;
  const std::string_view name = as<syntax::NameExpr>(expr).name;
  Local* local = find_local(name);
  if (local == nullptr && (symbols_.variable(name) == nullptr || name == "title")) return;
  if (local != nullptr) local->used = true;
  else facts_.plans[&shape_].variables.insert(name);
  report(Code::bare_name, expr.span, quoted(name) + " is a text here, not the variable",
         "did you mean `$" + std::string(name) + "`? A text is better written in quotes");
}

const QueueSymbol* PlanChecker::known_queue(std::string_view name, Span span, bool* guessed) {
  *guessed = false;
  if (const QueueSymbol* known = symbols_.queue(name)) return known;
  *guessed = true;
  if (model_.is_unread(name, shape_.decl->span)) return nullptr;
  const std::vector<std::string_view> names = queue_names();
  const bool is_state = symbols_.own_state_names.contains(name) || symbols_.input_state_names.contains(name);
  const std::string help = is_state ? "it is a state: write `state " + std::string(name) + "`" : did_you_mean(name, names);
  report(Code::unknown_queue, span, "unknown queue " + quoted(name),
         help.empty() ? "declare it: `queue Integer " + std::string(name) + "`" : help);
  return symbols_.queue(diagnostics::nearest(name, names));
}

std::vector<std::string_view> PlanChecker::variable_names() const {
  std::vector<std::string_view> names;
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    for (const auto& [name, _] : scope->locals) names.push_back(name);
  }
  for (const auto& [name, _] : symbols_.variables) names.push_back(name);
  return names;
}

std::vector<std::string_view> PlanChecker::queue_names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, _] : symbols_.queues) names.push_back(name);
  return names;
}

}  // namespace plan::check
