// Calls: of functions, of `new`, of what has effects; members of references and values; lambdas.
#include <algorithm>

#include "engine/compiler.h"
#include "functions/function.h"
#include "types/uri.h"

namespace plan::engine {

namespace {

std::optional<JumpKind> jump_kind(std::string_view name) {
  static const std::map<std::string_view, JumpKind> kJumps = {
      {"break", JumpKind::break_}, {"next", JumpKind::next}, {"return", JumpKind::return_}};
  const auto found = kJumps.find(name);
  return found == kJumps.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Effect> effect_kind(std::string_view name) {
  static const std::map<std::string_view, Effect> kEffects = {{"orchestrate", Effect::orchestrate},
                                                              {"release", Effect::release},
                                                              {"become", Effect::become},
                                                              {"next_state", Effect::next_state}};
  const auto found = kEffects.find(name);
  return found == kEffects.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

NodePtr PlanCompiler::call(const syntax::Call& expr) {
  return function_call(expr.span, expr.name.text, items(expr.arguments), expr.lambda);
}

NodePtr PlanCompiler::method_call(const syntax::MethodCall& expr) {
  NodePtr receiver = expression(*expr.receiver);
  if (expr.name.text == "new") {
    note_making(*receiver);
    std::vector<Item> arguments = items(expr.arguments);
    std::unique_ptr<LambdaCode> block = expr.lambda ? lambda(*expr.lambda) : nullptr;
    return std::make_shared<NewNode>(expr.span, std::move(receiver), std::move(arguments), std::move(block));
  }
  if (const std::optional<check::Member> of = compiler_.member(expr)) {
    if (dependencies_ && *of == check::Member::of_process) dependencies_->references = true;
    return std::make_shared<MemberNode>(expr.span, std::move(receiver), std::string(expr.name.text));
  }
  const bool bare = !expr.has_parentheses && !expr.lambda;
  if (bare && compiler_.late() && types::Uri::has_part(expr.name.text) && code_.function(expr.name.text) == kNone) {
    return std::make_shared<UriPart>(expr.span, std::move(receiver), std::string(expr.name.text));
  }
  std::vector<Item> arguments{{std::move(receiver), false}};
  for (const syntax::Expr* argument : expr.arguments) arguments.push_back(item(*argument));
  return function_call(expr.span, expr.name.text, std::move(arguments), expr.lambda);
}

// Of a type that only the run tells it may be a process.
void PlanCompiler::note_making(const Node& type) {
  if (!consequences_) return;
  const auto* constant = dynamic_cast<const Constant*>(&type);
  const bool known = constant && constant->value().is(values::Kind::type);
  if (!known || constant->value().as_type()->resolved().kind == types::TypeKind::process) consequences_->makes_processes = true;
}

void PlanCompiler::note_effect(Effect effect) {
  if (!consequences_) return;
  switch (effect) {
    case Effect::orchestrate: consequences_->joins = true; return;
    case Effect::release: consequences_->leaves = true; return;
    case Effect::become: consequences_->makes_processes = true; return;
    case Effect::next_state: consequences_->moves = true; return;
  }
  PLAN_ASSERT(false);
}

NodePtr PlanCompiler::function_call(Span span, std::string_view name, std::vector<Item> arguments, const syntax::Lambda* block) {
  if (const auto jump = jump_kind(name)) return std::make_shared<JumpNode>(span, *jump, std::move(arguments));
  if (name == "getvar" && !block) return get_variable(span, std::move(arguments));
  if (const std::uint32_t own = code_.function(name); own != kNone) {
    if (dependencies_) dependencies_->all_variables = dependencies_->references = true;
    return std::make_shared<PlanCall>(span, own, std::move(arguments));
  }
  if (const auto effect = effect_kind(name); effect && !compiler_.late()) {
    note_effect(*effect);
    NodePtr argument = arguments.empty() ? nullptr : std::move(arguments[0].node);
    return std::make_shared<EffectCall>(span, *effect, std::move(argument));
  }
  if (dependencies_ && name == "call") dependencies_->all_variables = dependencies_->references = true;   // of the plan's own
  const functions::Function* function = functions::find(name);
  if (!function) {
    PLAN_ASSERT(compiler_.late());
    return std::make_shared<RaiseNode>(span, "UNKNOWN_FUNCTION", "Unknown function: '" + std::string(name) + "'.", std::move(arguments));
  }
  std::unique_ptr<LambdaCode> code = block ? lambda(*block) : nullptr;
  return std::make_shared<BuiltinCall>(span, *function, std::move(arguments), std::move(code));
}

NodePtr PlanCompiler::get_variable(Span span, std::vector<Item> arguments) {
  GetVariable::Names names;
  for (const std::string_view known : variable_names()) {
    const std::string text(known);
    names.emplace(text, variable(syntax::Variable{{syntax::ExprKind::variable, span}, text}, scope_));
  }
  return std::make_shared<GetVariable>(span, std::move(names), std::move(arguments));
}

std::vector<ParameterCode> PlanCompiler::parameters(syntax::List<syntax::Parameter> list) {
  std::vector<ParameterCode> codes;
  for (const syntax::Parameter& parameter : list) scope_->unevaluated.insert(std::string(parameter.name.text));
  for (const syntax::Parameter& parameter : list) {
    ParameterCode code;
    code.name = parameter.name.text;
    code.captures_rest = parameter.captures_rest;
    code.type = type_code(parameter.type);
    if (parameter.default_value) code.default_value = expression(*parameter.default_value);
    scope_->unevaluated.erase(code.name);
    const bool thrown_away = parameter.name.empty() || parameter.name.text == "_";
    if (!thrown_away) code.slot = bind_local(parameter.name.text);
    codes.push_back(std::move(code));
  }
  return codes;
}

std::unique_ptr<LambdaCode> PlanCompiler::lambda(const syntax::Lambda& block) {
  auto code = std::make_unique<LambdaCode>();
  Scope inner;
  inner.outer = scope_;
  scope_ = &inner;
  code->parameters = parameters(block.parameters);
  code->return_type = type_code(block.return_type);
  const std::size_t matches = matches_;
  code->body = match_scope(expression(*block.body), matches);
  for (const auto& [name, local] : inner.locals) {
    if (local.flag != kNone) code->flags.push_back(local.flag);
  }
  scope_ = inner.outer;
  return code;
}

}  // namespace plan::engine
