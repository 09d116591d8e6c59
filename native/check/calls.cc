// Calls: of functions, of members of references and events, and of `new`.
#include <algorithm>
#include <utility>

#include "check/checker.h"
#include "functions/function.h"
#include "types/uri.h"

namespace plan::check {

using diagnostics::Code;
using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;

namespace {

std::string count_text(std::size_t least, std::size_t most) {
  const auto arguments = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); };
  if (least == most) return arguments(least);
  if (most == SIZE_MAX) return "at least " + arguments(least);
  return std::to_string(least) + " to " + arguments(most);
}

bool has_body_type(const syntax::Lambda* lambda) { return lambda != nullptr && lambda->return_type != nullptr; }

}  // namespace

std::vector<PlanChecker::Argument> PlanChecker::arguments(syntax::List<const syntax::Expr*> list) {
  std::vector<Argument> result;
  for (const syntax::Expr* expr : list) result.push_back({expr, operand(*expr), is_splat(*expr)});
  return result;
}

TypePtr PlanChecker::call(const syntax::Call& expr) {
  return function_call(expr, expr.name, arguments(expr.arguments), expr.lambda);
}

TypePtr PlanChecker::method_call(const syntax::MethodCall& expr) {
  if (expr.name.text == "new" && (expr.has_parentheses || expr.brace_call)) return make_new(expr);
  if (bare_receiver(expr)) {
    arguments(expr.arguments);
    return nullptr;
  }
  const TypePtr receiver = operand(*expr.receiver);
  if (is_member(expr, bare(receiver))) {
    const bool maybe_process = !receiver || (kinds_of(*receiver) & kProcess) != 0;
    facts_.members[&expr] = maybe_process ? Member::of_process : Member::of_value;
    return member_access(expr, receiver);
  }
  std::vector<Argument> all{{expr.receiver, receiver, is_splat(*expr.receiver)}};
  for (Argument& one : arguments(expr.arguments)) all.push_back(std::move(one));
  return function_call(expr, expr.name, all, expr.lambda);
}

// `e.message` where `$e` is there: the text 'e' has no such function.
bool PlanChecker::bare_receiver(const syntax::MethodCall& expr) {
  if (expr.receiver->kind != ExprKind::name) return false;
  if (functions::find(expr.name.text) != nullptr || symbols_.function(expr.name.text) != nullptr) return false;
  const std::string_view name = as<syntax::NameExpr>(*expr.receiver).name;
  Local* local = find_local(name);
  if (local == nullptr && symbols_.variable(name) == nullptr) return false;
  if (local != nullptr) local->used = true;
  else facts_.plans[&shape_].variables.insert(name);
  report(Code::unknown_function, expr.span,
         "unknown function " + quoted(expr.name.text) + ", called for the text " + quoted(name),
         "did you mean the variable, `$" + std::string(name) + "." + std::string(expr.name.text) + "`?");
  return true;
}

bool PlanChecker::is_member(const syntax::MethodCall& expr, const types::Type* receiver) const {
  if (expr.has_parentheses || expr.lambda != nullptr) return false;
  if (receiver != nullptr && (receiver->kind == TypeKind::process || receiver->kind == TypeKind::queue)) return true;
  const bool callable = functions::find(expr.name.text) != nullptr || symbols_.function(expr.name.text) != nullptr;
  if (receiver != nullptr && receiver->kind == TypeKind::struct_) {
    const bool declared = std::any_of(receiver->members.begin(), receiver->members.end(),
                                      [&](const types::StructMember& member) { return member.name == expr.name.text; });
    return declared || !callable;
  }
  if (receiver != nullptr && receiver->kind == TypeKind::uri) return types::Uri::has_part(expr.name.text);
  return !callable && (receiver == nullptr || receiver->kind == TypeKind::any || receiver->kind == TypeKind::variant ||
                       receiver->kind == TypeKind::hash);
}

TypePtr PlanChecker::member_access(const syntax::MethodCall& expr, const TypePtr& receiver) {
  const types::Type* type = bare(receiver);
  if (type == nullptr) return nullptr;
  if (type->kind == TypeKind::process) {
    const TypePtr member = process_member(expr, *type);
    const Shape* plan = type->plan ? model_.shape(type->plan->name) : nullptr;
    const QueueSymbol* queue = plan != nullptr ? model_.symbols(*plan).queue(expr.name.text) : nullptr;
    if (queue != nullptr) is_operators(*queue, expr.name.span);
    return member;
  }
  if (type->kind == TypeKind::struct_) {
    for (const types::StructMember& member : type->members) {
      if (member.name == expr.name.text) return member.type;
    }
    std::vector<std::string_view> names;
    for (const types::StructMember& member : type->members) names.push_back(member.name);
    report(Code::unknown_member, expr.name.span, "the Struct has no member " + quoted(expr.name.text),
           did_you_mean(expr.name.text, names));
    return nullptr;
  }
  return part_type(receiver, SIZE_MAX, expr.name.text);
}

TypePtr PlanChecker::process_member(const syntax::MethodCall& expr, const types::Type& process) {
  const Shape* plan = process.plan ? model_.shape(process.plan->name) : nullptr;
  if (plan == nullptr) return nullptr;
  const Symbols& symbols = model_.symbols(*plan);
  if (!model_.has_member(*plan, expr.name.text)) {
    std::vector<std::string_view> names{"state", "title"};
    for (const auto& [name, variable] : symbols.variables) {
      if (variable.parameter) names.push_back(name);
    }
    for (const auto& [name, queue] : symbols.queues) {
      if (queue.decl != nullptr) names.push_back(name);
    }
    if (!model_.is_unread(expr.name.text, plan->decl->span)) {
      const VariableSymbol* hidden = symbols.variable(expr.name.text);
      const std::string help = hidden != nullptr && hidden->decl != nullptr
                                   ? "a reference shows `public` variables only: declare it `public`, or send it"
                                   : did_you_mean(expr.name.text, names);
      report(Code::unknown_member, expr.name.span,
             "plan " + quoted(process.plan->name) + " has no member " + quoted(expr.name.text), help);
    }
    return nullptr;
  }
  const TypePtr type = member_type(*plan, expr.name.text);
  const QueueSymbol* queue = symbols.queue(expr.name.text);
  if (queue == nullptr || queue->decl == nullptr) return type;
  auto value = std::make_shared<types::Type>();
  value->kind = TypeKind::queue;
  if (type) value->arguments.push_back(type);
  return value;
}

// ---------------------------------------------------------------------------------------------- functions

TypePtr PlanChecker::function_call(const syntax::Expr& at, const syntax::Name& name, const std::vector<Argument>& all,
                                   const syntax::Lambda* block) {
  if (const Shape::MemberOf* own = symbols_.function(name.text)) return own_function(at, *own, all, block);
  if (effect_call(at, name, all)) return nullptr;
  if (name.text == "return" || name.text == "next" || name.text == "break") {
    leaves_early_ = true;
    if (functions::find(name.text) == nullptr) return nullptr;
  }
  const functions::Function* known = functions::find(name.text);
  if (known == nullptr) {
    if (block != nullptr) lambda(*block, {});
    if (model_.is_unread(name.text, shape_.decl->span)) return nullptr;
    std::vector<std::string_view> names = functions::names();
    for (const auto& [mine, _] : symbols_.functions) names.push_back(mine);
    for (const std::string_view effect : {"orchestrate", "release", "become", "next_state"}) names.push_back(effect);
    report(Code::unknown_function, name.span, "unknown function " + quoted(name.text), did_you_mean(name.text, names));
    return nullptr;
  }
  const bool splatted = std::any_of(all.begin(), all.end(), [](const Argument& one) { return one.splat; });
  if (!splatted && (all.size() < known->min_arguments || all.size() > known->max_arguments)) {
    report(Code::wrong_arguments, at.span, quoted(name.text) + " takes " + count_text(known->min_arguments, known->max_arguments) +
                                               ", got " + std::to_string(all.size()),
           std::string(name.text) + "(" + std::string(known->signature) + ")");
  }
  const Signature* called = splatted ? nullptr : signature(name.text, all);
  if (called != nullptr) signature_arguments(name.text, *called, all);
  TypePtr result;
  if (block != nullptr) {
    if (known->block == functions::BlockUse::none) {
      report(Code::wrong_arguments, block->span, quoted(name.text) + " takes no lambda", "leave out `|…| { … }`");
    } else {
      lambda_arity(*known, *block);
    }
    result = lambda(*block, lambda_types(name.text, all.empty() ? nullptr : all[0].type, block->parameters.size()));
    if (has_body_type(block)) result = known_type(*block->return_type, &shape_);
  } else if (known->block == functions::BlockUse::required) {
    report(Code::wrong_arguments, at.span, quoted(name.text) + " needs a lambda", "write `|$x| { … }` behind the call");
  }
  std::vector<TypePtr> types;
  for (const Argument& one : all) types.push_back(one.type);
  TypePtr type = result_type(name.text, types, result);
  return !type && called != nullptr ? called->result : type;
}

// The one way in which a built-in function may be called with so many arguments; null when it cannot be told.
const Signature* PlanChecker::signature(std::string_view function, const std::vector<Argument>& all) const {
  const Signature* only = nullptr;
  for (const Signature& one : signatures(function)) {
    if (!one.takes(all.size())) continue;
    if (only != nullptr) return nullptr;
    only = &one;
  }
  return only;
}

void PlanChecker::signature_arguments(std::string_view function, const Signature& signature, const std::vector<Argument>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Signature::Parameter& parameter = *signature.parameter(i);
    accepts(parameter.type, *all[i].expr, all[i].type, "'$" + std::string(parameter.name) + "' of " + quoted(function) + " is");
  }
}

void PlanChecker::lambda_arity(const functions::Function& function, const syntax::Lambda& block) {
  if (function.arities == 0) return;
  const Arity arity = arity_of(block.parameters);
  std::string taken;
  for (std::size_t count = 0; count <= 2; ++count) {
    if ((function.arities >> count & 1) == 0) continue;
    if (arity.least <= count && count <= arity.most) return;
    taken += (taken.empty() ? "" : " or ") + std::to_string(count);
  }
  report(Code::wrong_arguments, block.span,
         "the lambda of " + quoted(function.name) + " gets " + taken + (taken == "1" ? " value" : " values") + ", and takes " +
             count_text(arity.least, arity.most),
         std::string(function.name) + "(" + std::string(function.signature) + ")");
}

TypePtr PlanChecker::own_function(const syntax::Expr& at, const Shape::MemberOf& function, const std::vector<Argument>& all,
                                  const syntax::Lambda* block) {
  const syntax::FunctionDecl& decl = *function.member->function;
  const auto& parameters = decl.parameters;
  if (block != nullptr) {
    report(Code::wrong_arguments, block->span, quoted(decl.name.text) + " takes no lambda", "functions of plans take values only");
    lambda(*block, {});
  }
  const Arity arity = arity_of(parameters);
  const bool splatted = std::any_of(all.begin(), all.end(), [](const Argument& one) { return one.splat; });
  if (!splatted && (all.size() < arity.least || all.size() > arity.most)) {
    std::string names;
    for (const syntax::Parameter& one : parameters) names += (names.empty() ? "$" : ", $") + std::string(one.name.text);
    report(Code::wrong_arguments, at.span, quoted(decl.name.text) + " takes " + count_text(arity.least, arity.most) + ", got " +
                                               std::to_string(all.size()),
           "it is declared as `" + std::string(decl.name.text) + "(" + names + ")`");
  }
  for (std::size_t i = 0; i < all.size() && i < parameters.size() && !all[i].splat; ++i) {
    if (parameters[i].type == nullptr || parameters[i].captures_rest) continue;
    accepts(known_type(*parameters[i].type, &shape_.scope_of(*function.owner)), *all[i].expr, all[i].type,
            "'$" + std::string(parameters[i].name.text) + "' of " + quoted(decl.name.text) + " is declared as");
  }
  return function_result(function);
}

bool PlanChecker::effect_call(const syntax::Expr& at, const syntax::Name& name, const std::vector<Argument>& all) {
  static const std::map<std::string_view, std::size_t> kEffects = {{"orchestrate", 1}, {"release", 1}, {"become", 1}, {"next_state", 0}};
  const auto found = kEffects.find(name.text);
  if (found == kEffects.end()) return false;
  if (purpose_ != Purpose::body) {
    report(Code::effect_in_guard, at.span, quoted(name.text) + " has an effect",
           "effects belong in the body of an action; guards and functions only compute");
  }
  if (all.size() != found->second) {
    report(Code::wrong_arguments, at.span,
           quoted(name.text) + " takes " + count_text(found->second, found->second) + ", got " + std::to_string(all.size()),
           found->second == 0 ? "" : name.text == "become" ? "become(Galera::Leader)" : std::string(name.text) + "(self)");
  } else if (name.text == "become") {
    become(all);
  }
  if (name.text == "next_state") {
    facts_.plans[&shape_].enters_any = true;
    if (symbols_.own_states == nullptr) {
      report(Code::unknown_state, at.span, "the plan has no states to go on to", "declare them: `state waiting, done`");
    }
  }
  return true;
}

void PlanChecker::become(const std::vector<Argument>& all) {
  if (all[0].expr->kind != ExprKind::class_ref) return;
  const std::string_view name = as<syntax::ClassRef>(*all[0].expr).name;
  const Shape* plan = model_.shape(name);
  if (plan == nullptr) {
    report(Code::unknown_plan, all[0].expr->span, "unknown plan " + quoted(name), did_you_mean(lower_case(name), model_.plan_names()));
  } else if (!plan->is_a(shape_) && !shape_.is_a(*plan)) {
    report(Code::type_mismatch, all[0].expr->span,
           "a process of " + quoted(shape_.lineage->name) + " cannot become " + quoted(plan->lineage->name),
           "a process becomes a plan that inherits from the one it was made with, or that plan itself");
  }
}

TypePtr PlanChecker::lambda(const syntax::Lambda& block, const std::vector<TypePtr>& implied) {
  Scope inner;
  inner.outer = scope_;
  scope_ = &inner;
  unique_names(block.parameters);
  for (std::size_t i = 0; i < block.parameters.size(); ++i) {
    parameter(block.parameters[i], Local::Origin::lambda, i < implied.size() ? implied[i] : nullptr);
  }
  const bool outer_leaves = std::exchange(leaves_early_, false);
  TypePtr type = expression(*block.body);
  if (leaves_early_) type = nullptr;
  leaves_early_ |= outer_leaves;
  report_unused(inner);
  scope_ = inner.outer;
  return type;
}

// ---------------------------------------------------------------------------------------------- new

TypePtr PlanChecker::make_new(const syntax::MethodCall& expr) {
  const bool named = expr.receiver->kind == ExprKind::class_ref;
  const Shape* plan = named ? model_.shape(as<syntax::ClassRef>(*expr.receiver).name) : nullptr;
  const TypePtr receiver = expression(*expr.receiver);
  std::vector<TypePtr> types;
  for (const syntax::Expr* argument : expr.arguments) {
    if (argument->kind == ExprKind::hash) hash(as<syntax::Hash>(*argument), true, &types);
    else operand(*argument);
  }
  if (expr.lambda != nullptr) lambda(*expr.lambda, {});
  if (plan != nullptr) {
    if (purpose_ != Purpose::body) {
      report(Code::effect_in_guard, expr.span, "a process is made, which is an effect",
             "make it in the body of an action");
    }
    process_parameters(expr, *plan, types);
    return types::process(plan->lineage);
  }
  if (named && !receiver) {
    const std::string_view name = as<syntax::ClassRef>(*expr.receiver).name;
    const std::string lower = lower_case(name);
    const std::string_view near = diagnostics::nearest(lower, model_.plan_names());
    // Else it is a resource type, which only the agent knows.
    if (!near.empty() && lower.find("::") != std::string::npos && lower.size() == near.size()) {
      report(Code::unknown_plan, expr.receiver->span, "unknown plan " + quoted(name),
             "did you mean `" + types::capitalize_segments(near) + "`?");
    }
  }
  const types::Type* meta = bare(receiver);
  return meta != nullptr && meta->kind == TypeKind::type && !meta->arguments.empty() ? meta->arguments[0] : nullptr;
}

void PlanChecker::process_parameters(const syntax::MethodCall& expr, const Shape& plan, const std::vector<TypePtr>& types) {
  const Symbols& symbols = model_.symbols(plan);
  if (expr.arguments.size() > 1 || (expr.arguments.size() == 1 && expr.arguments[0]->kind != ExprKind::hash)) return;
  std::vector<std::string_view> given, names;
  for (const auto& [name, variable] : symbols.variables) {
    if (variable.parameter) names.push_back(name);
  }
  const auto entries = expr.arguments.empty() ? syntax::List<syntax::HashEntry>() : as<syntax::Hash>(*expr.arguments[0]).entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const syntax::HashEntry& entry = entries[i];
    const std::optional<values::Value> key = constant_value(*entry.key, model_, &shape_);
    if (!key || !key->is(values::Kind::string)) return;
    const VariableSymbol* known = symbols.variable(key->as_string());
    if (key->as_string() == "title") continue;
    if (known == nullptr || !known->parameter) {
      report(Code::unknown_attribute, entry.key->span,
             "plan " + quoted(plan.lineage->name) + " has no parameter " + quoted(key->as_string()),
             known != nullptr ? "parameters are the `public` variables of the plan" : did_you_mean(key->as_string(), names));
      continue;
    }
    given.push_back(known->name);
    const TypePtr declared = type_of(*known, plan);
    accepts(declared, *entry.value, types[i], "parameter " + quoted(known->name) + " is declared as");
  }
  for (const std::string_view name : names) {
    if (symbols.variables.at(name).decl->value != nullptr) continue;
    if (std::find(given.begin(), given.end(), name) != given.end()) continue;
    report(Code::missing_parameter, expr.span, "plan " + quoted(plan.lineage->name) + " needs the parameter " + quoted(name),
           "add `" + std::string(name) + " => …`");
  }
}

}  // namespace plan::check
