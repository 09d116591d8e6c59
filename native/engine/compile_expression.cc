#include <algorithm>

#include "engine/compiler.h"
#include "engine/no_process.h"
#include "values/value.h"

namespace plan::engine {

using diagnostics::Code;
using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;
using values::Value;

namespace {

template <class T>
const T& as(const syntax::Expr& expr) {
  return static_cast<const T&>(expr);
}

Typed constant(Span span, Value value) {
  TypePtr type = values::infer(value);
  return {std::make_shared<Constant>(span, std::move(value)), std::move(type)};
}

std::optional<std::size_t> capture_number(std::string_view name) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  constexpr std::size_t kMostDigits = 6;   // more groups than a regular expression can have
  return name.size() > kMostDigits ? SIZE_MAX : static_cast<std::size_t>(std::stoul(std::string(name)));
}

}  // namespace

Typed PlanCompiler::fold(Typed typed) {
  if (!typed.node->constant() || dynamic_cast<const Constant*>(typed.node.get())) return typed;
  const PlanCode no_plan;
  NoProcess nothing(no_plan);
  constexpr std::uint64_t kFoldSteps = 10'000;
  Evaluation evaluation(nothing, kFoldSteps, 1);
  Frame frame{evaluation, {}};
  if (captures_ != kNone) frame.slots.resize(slots_);
  try {
    const Work::Counted counted(evaluation);
    return {std::make_shared<Constant>(typed.node->span(), typed.node->evaluate(frame)), typed.type};
  } catch (const values::EvaluationError&) {
    return typed;   // raised again, and told with its place, each time it is evaluated
  }
}

Typed PlanCompiler::expression(const syntax::Expr& expr) {
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
    case ExprKind::variable: return variable(as<syntax::Variable>(expr));
    case ExprKind::self:
      if (compiler_.late()) return constant(span, Value::string("self"));
      return {std::make_shared<SelfNode>(span), types::process(shape_.lineage)};
    case ExprKind::interpolation: {
      std::vector<NodePtr> parts;
      for (const syntax::Expr* part : as<syntax::Interpolation>(expr).parts) parts.push_back(expression(*part).node);
      return {std::make_shared<Interpolate>(span, std::move(parts)), types::string()};
    }
    case ExprKind::array: {
      std::vector<Item> items;
      TypePtr element;
      bool first = true;
      for (const syntax::Expr* item : as<syntax::Array>(expr).items) {
        const bool splat = item->kind == ExprKind::unary && as<syntax::Unary>(*item).op == syntax::UnaryOp::splat;
        Typed typed = expression(splat ? *as<syntax::Unary>(*item).operand : *item);
        element = splat || !typed.type ? nullptr : (first ? typed.type : (element ? types::common(element, typed.type) : nullptr));
        first = false;
        items.push_back({std::move(typed.node), splat});
      }
      return fold({std::make_shared<ArrayNode>(span, std::move(items)), element ? types::array(element) : nullptr});
    }
    case ExprKind::hash: {
      std::vector<HashNode::Entry> entries;
      for (const syntax::HashEntry& entry : as<syntax::Hash>(expr).entries) {
        NodePtr key = expression(*entry.key).node;
        entries.emplace_back(std::move(key), expression(*entry.value).node);
      }
      return fold({std::make_shared<HashNode>(span, std::move(entries)), nullptr});
    }
    case ExprKind::access: return fold(access(as<syntax::Access>(expr)));
    case ExprKind::call: return call(as<syntax::Call>(expr));
    case ExprKind::method_call: return method_call(as<syntax::MethodCall>(expr));
    case ExprKind::unary: {
      const auto& unary = as<syntax::Unary>(expr);
      return fold({std::make_shared<UnaryNode>(span, unary.op, expression(*unary.operand).node), nullptr});
    }
    case ExprKind::binary: return fold(binary(as<syntax::Binary>(expr)));
    case ExprKind::assign: return assign(as<syntax::Assign>(expr));
    case ExprKind::selector: {
      const auto& selector = as<syntax::Selector>(expr);
      return options(expr, *selector.subject, selector.options, true);
    }
    case ExprKind::case_: {
      const auto& chosen = as<syntax::Case>(expr);
      return options(expr, *chosen.subject, chosen.options, false);
    }
    case ExprKind::if_: {
      const auto& choice = as<syntax::If>(expr);
      const std::size_t matches = matches_;
      NodePtr condition = expression(*choice.condition).node;
      Typed then = branch(*choice.then_branch);
      Typed otherwise = choice.else_branch ? branch(*choice.else_branch) : Typed{};
      TypePtr type = then.type && otherwise.type ? types::common(then.type, otherwise.type) : nullptr;
      NodePtr node = std::make_shared<IfNode>(span, std::move(condition), std::move(then.node), std::move(otherwise.node));
      return {match_scope(std::move(node), matches), type};
    }
    case ExprKind::block: {
      std::vector<NodePtr> statements;
      TypePtr type;
      for (const syntax::Expr* statement : as<syntax::Block>(expr).statements) {
        Typed typed = expression(*statement);
        type = typed.type;
        statements.push_back(std::move(typed.node));
      }
      return {std::make_shared<BlockNode>(span, std::move(statements)), type};
    }
    case ExprKind::send: return send(as<syntax::Send>(expr));
  }
  PLAN_ASSERT(false);
}

// What may not be evaluated at all: names set in it are uncertain behind it.
Typed PlanCompiler::branch(const syntax::Expr& expr) {
  const std::map<std::string, Local, std::less<>> before = scope_->locals;
  ++scope_->branches;
  Typed typed = expression(expr);
  --scope_->branches;
  for (auto& [name, local] : scope_->locals) {
    const auto known = before.find(name);
    if (known == before.end() || !known->second.certain) local.certain = false;
  }
  return typed;
}

// Puppet forgets what matches captured when the if, case or selector they stand in is left.
NodePtr PlanCompiler::match_scope(NodePtr node, std::size_t matches_before) {
  return matches_ == matches_before ? node : std::make_shared<MatchScope>(std::move(node), captures_slot());
}

void PlanCompiler::depends_on_variable(std::uint32_t slot) {
  if (dependencies_) dependencies_->variables.insert(slot);
}

Typed PlanCompiler::variable(const syntax::Variable& expr) { return outer_variable(expr, scope_); }

// What a variable means from a scope outwards.
Typed PlanCompiler::outer_variable(const syntax::Variable& expr, const Scope* scope) {
  const bool top_scope = compiler_.late() && expr.name.starts_with("::");
  if (top_scope) scope = &root_;
  const std::string_view local_name = top_scope ? expr.name.substr(2) : expr.name;
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->unevaluated.contains(local_name)) {
      const std::string message = "default expression tries to illegally access not yet evaluated $" + std::string(local_name);
      return {std::make_shared<RaiseNode>(expr.span, "ARGUMENT_ERROR", message), nullptr};
    }
    const auto found = scope->locals.find(local_name);
    if (found == scope->locals.end()) continue;
    const Local& local = found->second;
    used_locals_.insert(local.slot);
    if (local.certain) return {std::make_shared<LocalVariable>(expr.span, local.slot), local.type};
    NodePtr outside = outer_variable(expr, scope->outer).node;
    return {std::make_shared<MaybeLocal>(expr.span, local.slot, local.flag, std::move(outside)), nullptr};
  }
  std::string_view name = expr.name;
  if (const std::size_t at = name.rfind("::"); at != std::string_view::npos) name = name.substr(at + 2);
  const std::uint32_t slot = code_.variable(name);
  if (slot != kNone) {
    depends_on_variable(slot);
    const auto known = variable_types_.find(slot);
    return {std::make_shared<PlanVariable>(expr.span, slot), known == variable_types_.end() ? nullptr : known->second};
  }
  if (const auto number = capture_number(expr.name)) {
    return {std::make_shared<Capture>(expr.span, captures_slot(), *number), types::optional(types::string())};
  }
  if (compiler_.late() || scope_->locals.contains(expr.name)) {
    return {std::make_shared<RaiseNode>(expr.span, "UNKNOWN_VARIABLE", "Unknown variable: '" + std::string(expr.name) + "'."), nullptr};
  }
  compiler_.report(Code::unknown_variable, expr.span, "unknown variable '$" + std::string(expr.name) + "'",
                   check::did_you_mean(expr.name, variable_names(), "$"));
  return constant(expr.span, Value::undef());
}

Typed PlanCompiler::class_ref(const syntax::ClassRef& expr) {
  TypePtr type = compiler_.named_type(expr.name, &shape_);
  if (!type && compiler_.late() && !functions::is_resource_type(expr.name)) {
    const std::string message = "Resource type not found: " + std::string(expr.name);
    return {std::make_shared<RaiseNode>(expr.span, "UNKNOWN_RESOURCE_TYPE", message), nullptr};
  }
  if (!type) {
    if (purpose_ == Purpose::declaration && !compiler_.late()) {
      compiler_.report(Code::unknown_type, expr.span, "unknown type '" + std::string(expr.name) + "'",
                       check::did_you_mean(expr.name, compiler_.type_names(&shape_)));
    }
    auto resource = std::make_shared<types::Type>();
    resource->kind = TypeKind::resource;
    resource->name = expr.name;
    type = resource;
  }
  return {std::make_shared<Constant>(expr.span, Value::type(type)), types::type_of_type(type)};
}

Typed PlanCompiler::access(const syntax::Access& expr) {
  Typed object = expression(*expr.object);
  std::vector<Item> keys;
  for (const syntax::Expr* key : expr.keys) {
    const bool splat = key->kind == ExprKind::unary && as<syntax::Unary>(*key).op == syntax::UnaryOp::splat;
    keys.push_back({expression(splat ? *as<syntax::Unary>(*key).operand : *key).node, splat});
  }
  const auto* key = keys.size() == 1 && !keys[0].splat ? dynamic_cast<const Constant*>(keys[0].node.get()) : nullptr;
  TypePtr type = keys.size() == 1 && !keys[0].splat ? check::access_type(object.type, key ? &key->value() : nullptr) : nullptr;
  return {std::make_shared<AccessNode>(expr.span, std::move(object.node), std::move(keys)), std::move(type)};
}

std::optional<Typed> PlanCompiler::effect_call(const syntax::Expr& at, const syntax::Name& name,
                                               const std::vector<Item>& arguments) {
  static const std::map<std::string_view, std::pair<Effect, std::size_t>> kEffects = {
      {"orchestrate", {Effect::orchestrate, 1}}, {"release", {Effect::release, 1}},
      {"become", {Effect::become, 1}}, {"next_state", {Effect::next_state, 0}}};
  const auto found = kEffects.find(name.text);
  if (found == kEffects.end()) return std::nullopt;
  if (purpose_ != Purpose::body) {
    compiler_.report(Code::effect_in_guard, at.span,
                     "'" + std::string(name.text) + "' has an effect, which only the body of an action may have");
  }
  if (arguments.size() != found->second.second) {
    compiler_.report(Code::wrong_arguments, at.span,
                     "'" + std::string(name.text) + "' takes " + std::to_string(found->second.second) + " argument(s), got " +
                         std::to_string(arguments.size()));
    return constant(at.span, Value::undef());
  }
  NodePtr argument = arguments.empty() ? nullptr : arguments[0].node;
  return Typed{std::make_shared<EffectCall>(at.span, found->second.first, std::move(argument)), nullptr};
}

Typed PlanCompiler::function_call(const syntax::Expr& at, const syntax::Name& name, std::vector<Item> arguments,
                                  std::vector<TypePtr> argument_types, const syntax::Lambda* block) {
  const bool splatted = std::any_of(arguments.begin(), arguments.end(), [](const Item& item) { return item.splat; });
  static const std::map<std::string_view, JumpKind> kJumps = {
      {"break", JumpKind::break_}, {"next", JumpKind::next}, {"return", JumpKind::return_}};
  if (const auto jump = kJumps.find(name.text); jump != kJumps.end()) {
    return {std::make_shared<JumpNode>(at.span, jump->second, std::move(arguments)), nullptr};
  }
  if (name.text == "getvar" && !block) {
    GetVariable::Names names;
    for (const std::string_view known : variable_names()) {
      const std::string text(known);
      names.emplace(text, variable(syntax::Variable{{ExprKind::variable, at.span}, text}).node);
    }
    return {std::make_shared<GetVariable>(at.span, std::move(names), std::move(arguments)), nullptr};
  }
  const std::uint32_t own = code_.function(name.text);
  if (own != kNone) {
    if (dependencies_) dependencies_->all_variables = dependencies_->references = true;
    const FunctionCode& function = code_.functions[own];
    if (!splatted && !compiler_.late() && (arguments.size() > most_arguments(function.parameters) ||
                                           arguments.size() < least_arguments(function.parameters))) {
      compiler_.report(Code::wrong_arguments, at.span,
                       "'" + std::string(name.text) + "' takes " + std::to_string(function.parameters.size()) +
                           " argument(s), got " + std::to_string(arguments.size()));
    }
    TypePtr type = function.return_type.fixed;
    return {std::make_shared<PlanCall>(at.span, own, std::move(arguments)), std::move(type)};
  }
  if (!compiler_.late()) {
    if (auto effect = effect_call(at, name, arguments)) return *effect;
  }
  const functions::Function* function = functions::find(name.text);
  if (!function && compiler_.late()) {
    const std::string message = "Unknown function: '" + std::string(name.text) + "'.";
    return {std::make_shared<RaiseNode>(at.span, "UNKNOWN_FUNCTION", message, std::move(arguments)), nullptr};
  }
  if (!function) {
    std::vector<std::string_view> names = functions::names();
    for (const FunctionCode& mine : code_.functions) names.push_back(mine.name);
    compiler_.report(Code::unknown_function, name.span, "unknown function '" + std::string(name.text) + "'",
                     check::did_you_mean(name.text, names));
    return constant(at.span, Value::undef());
  }
  if (!splatted && !compiler_.late() && (arguments.size() < function->min_arguments || arguments.size() > function->max_arguments)) {
    compiler_.report(Code::wrong_arguments, at.span,
                     "'" + std::string(name.text) + "' takes (" + std::string(function->signature) + "), got " +
                         std::to_string(arguments.size()) + " argument(s)");
  }
  std::unique_ptr<LambdaCode> code;
  TypePtr lambda_result;
  if (block) {
    const TypePtr subject = argument_types.empty() ? nullptr : argument_types[0];
    code = lambda(*block, lambda_types(name.text, subject, block->parameters.size()), &lambda_result);
  } else if (function->block == functions::BlockUse::required && !compiler_.late()) {
    compiler_.report(Code::wrong_arguments, at.span, "'" + std::string(name.text) + "' needs a lambda");
  }
  TypePtr type = result_type(name.text, argument_types, lambda_result);
  return {std::make_shared<BuiltinCall>(at.span, *function, std::move(arguments), std::move(code)), std::move(type)};
}

Typed PlanCompiler::call(const syntax::Call& expr) {
  std::vector<Item> arguments;
  std::vector<TypePtr> argument_types;
  for (const syntax::Expr* argument : expr.arguments) {
    const bool splat = argument->kind == ExprKind::unary && as<syntax::Unary>(*argument).op == syntax::UnaryOp::splat;
    Typed typed = expression(splat ? *as<syntax::Unary>(*argument).operand : *argument);
    arguments.push_back({std::move(typed.node), splat});
    argument_types.push_back(splat ? nullptr : std::move(typed.type));
  }
  return function_call(expr, expr.name, std::move(arguments), std::move(argument_types), expr.lambda);
}

Typed PlanCompiler::member(const syntax::MethodCall& expr, Typed receiver) {
  const types::Type* type = bare(receiver.type);
  TypePtr found;
  if (type && type->kind == TypeKind::process) {
    const Shape* shape = type->plan ? compiler_.shape(type->plan->name) : nullptr;
    if (shape && !compiler_.has_member(*shape, expr.name.text)) {
      compiler_.report(Code::unknown_member, expr.name.span,
                       "plan '" + type->plan->name + "' has no member '" + std::string(expr.name.text) + "'");
    }
    if (shape) found = compiler_.member_type(*shape, expr.name.text);
    if (dependencies_) dependencies_->references = true;
  } else if (type) {
    found = part_type(receiver.type, SIZE_MAX, expr.name.text);
  } else if (dependencies_) {
    dependencies_->references = true;
  }
  return {std::make_shared<MemberNode>(expr.span, std::move(receiver.node), std::string(expr.name.text)), found};
}

Typed PlanCompiler::method_call(const syntax::MethodCall& expr) {
  Typed receiver = expression(*expr.receiver);
  if (expr.name.text == "new") {
    std::vector<Item> arguments;
    for (const syntax::Expr* argument : expr.arguments) {
      const bool splat = argument->kind == ExprKind::unary && as<syntax::Unary>(*argument).op == syntax::UnaryOp::splat;
      arguments.push_back({expression(splat ? *as<syntax::Unary>(*argument).operand : *argument).node, splat});
    }
    TypePtr lambda_result;
    std::unique_ptr<LambdaCode> block = expr.lambda ? lambda(*expr.lambda, {}, &lambda_result) : nullptr;
    const types::Type* meta = bare(receiver.type);
    TypePtr made = meta && meta->kind == TypeKind::type && !meta->arguments.empty() ? meta->arguments[0] : nullptr;
    if (block) made = std::move(lambda_result);
    return {std::make_shared<NewNode>(expr.span, std::move(receiver.node), std::move(arguments), std::move(block)), std::move(made)};
  }
  if (!expr.has_parentheses && !expr.lambda) {
    const types::Type* type = bare(receiver.type);
    bool declares = type && (type->kind == TypeKind::process || type->kind == TypeKind::queue);
    if (type && type->kind == TypeKind::struct_) {
      declares = std::any_of(type->members.begin(), type->members.end(),
                             [&](const types::StructMember& member) { return member.name == expr.name.text; });
    }
    const bool callable = functions::find(expr.name.text) || code_.function(expr.name.text) != kNone;
    if (declares || (!callable && !compiler_.late() && (!type || type->kind == TypeKind::any || type->kind == TypeKind::variant ||
                                   type->kind == TypeKind::hash))) {
      return member(expr, std::move(receiver));
    }
  }
  std::vector<Item> arguments{{receiver.node, false}};
  std::vector<TypePtr> argument_types{receiver.type};
  for (const syntax::Expr* argument : expr.arguments) {
    const bool splat = argument->kind == ExprKind::unary && as<syntax::Unary>(*argument).op == syntax::UnaryOp::splat;
    Typed typed = expression(splat ? *as<syntax::Unary>(*argument).operand : *argument);
    arguments.push_back({std::move(typed.node), splat});
    argument_types.push_back(splat ? nullptr : std::move(typed.type));
  }
  return function_call(expr, expr.name, std::move(arguments), std::move(argument_types), expr.lambda);
}

// `known`: what is known of the arguments of parameters that declare no type.
std::vector<ParameterCode> PlanCompiler::parameters(syntax::List<syntax::Parameter> list, const std::vector<TypePtr>& known) {
  std::vector<ParameterCode> codes;
  for (const syntax::Parameter& parameter : list) scope_->unevaluated.insert(std::string(parameter.name.text));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const syntax::Parameter& parameter = list[i];
    ParameterCode code;
    code.name = parameter.name.text;
    code.captures_rest = parameter.captures_rest;
    code.type = type_code(parameter.type);
    if (parameter.default_value) code.default_value = expression(*parameter.default_value).node;
    scope_->unevaluated.erase(code.name);
    const bool thrown_away = parameter.name.empty() || parameter.name.text == "_";
    const TypePtr type = code.type.fixed ? code.type.fixed : i < known.size() ? known[i] : nullptr;
    if (!thrown_away) code.slot = bind_local(parameter.name, parameter.captures_rest ? nullptr : type);
    codes.push_back(std::move(code));
  }
  return codes;
}

std::unique_ptr<LambdaCode> PlanCompiler::lambda(const syntax::Lambda& block, const std::vector<TypePtr>& parameter_types,
                                                 TypePtr* result) {
  auto code = std::make_unique<LambdaCode>();
  Scope inner;
  inner.outer = scope_;
  scope_ = &inner;
  code->parameters = parameters(block.parameters, parameter_types);
  code->return_type = type_code(block.return_type);
  const std::size_t matches = matches_;
  Typed body = expression(*block.body);
  code->body = match_scope(std::move(body.node), matches);
  *result = std::move(body.type);
  for (const auto& [name, local] : inner.locals) {
    if (local.flag != kNone) code->flags.push_back(local.flag);
  }
  scope_ = inner.outer;
  return code;
}

Typed PlanCompiler::binary(const syntax::Binary& expr) {
  using syntax::BinaryOp;
  Typed left = expression(*expr.left);
  const bool short_circuits = expr.op == BinaryOp::and_ || expr.op == BinaryOp::or_;
  Typed right = short_circuits ? branch(*expr.right) : expression(*expr.right);
  TypePtr type;
  std::uint32_t captures = kNone;
  switch (expr.op) {
    case BinaryOp::add: case BinaryOp::subtract: case BinaryOp::multiply: case BinaryOp::divide:
    case BinaryOp::modulo: case BinaryOp::shift_left: case BinaryOp::shift_right:
      if (left.type && right.type) type = types::equal(*left.type, *right.type) ? left.type : types::common(left.type, right.type);
      if (const types::Type* sort = bare(left.type);
          sort && (sort->kind == TypeKind::integer || sort->kind == TypeKind::floating)) type = nullptr;
      break;
    case BinaryOp::match: case BinaryOp::not_match:
    case BinaryOp::in:
      captures = captures_slot();
      ++matches_;
      type = types::make(TypeKind::boolean);
      break;
    case BinaryOp::equal: case BinaryOp::not_equal: case BinaryOp::less: case BinaryOp::less_equal:
    case BinaryOp::greater: case BinaryOp::greater_equal: case BinaryOp::and_: case BinaryOp::or_:
      type = types::make(TypeKind::boolean);
      break;
  }
  return {std::make_shared<BinaryNode>(expr.op_span, expr.op, std::move(left.node), std::move(right.node), captures), type};
}

// A name is set once. Where it may be set already, by a path that is not known here, that is asked when it is set.
TargetCode PlanCompiler::local_target(std::string_view name, Span span, const TypePtr& type) {
  TargetCode code;
  code.kind = TargetCode::Kind::local;
  code.name = name;
  const auto known = scope_->locals.find(name);
  if (known == scope_->locals.end()) {
    code.slot = bind_local({name, span}, type);
    if (scope_->branches > 0) code.flag = scope_->locals.find(name)->second.flag = slots_++;
    return code;
  }
  Local& local = known->second;
  code.slot = local.slot;
  code.flag = local.certain ? kNone : local.flag;
  code.once = true;
  if (local.certain && !compiler_.late()) {
    compiler_.report(Code::reassigned_variable, span, "'$" + std::string(name) + "' is set already; a name is set once");
  }
  local.certain = true;
  return code;
}

TargetCode PlanCompiler::target(const syntax::Expr& expr, const TypePtr& type) {
  TargetCode code;
  if (expr.kind == ExprKind::variable) {
    const auto& variable = as<syntax::Variable>(expr);
    code.name = variable.name;
    const std::uint32_t slot = code_.variable(variable.name);
    if (slot == kNone) return local_target(variable.name, expr.span, type);
    code.kind = TargetCode::Kind::plan_variable;
    code.slot = slot;
    if (slot < kBuiltinVariables || code_.variables[slot].parameter) {
      compiler_.report(Code::reassigned_variable, expr.span,
                       "'$" + std::string(variable.name) + "' is given to the plan and cannot be set by it");
    } else if (purpose_ != Purpose::body) {
      compiler_.report(Code::effect_in_guard, expr.span, "a plan variable is set where nothing may be changed");
    }
    return code;
  }
  if (expr.kind == ExprKind::array) {
    code.kind = TargetCode::Kind::parts;
    std::size_t position = 0;
    for (const syntax::Expr* part : as<syntax::Array>(expr).items) {
      const std::string_view name = part->kind == ExprKind::variable ? as<syntax::Variable>(*part).name : std::string_view();
      code.parts.push_back(target(*part, part_type(type, position++, name)));
    }
    return code;
  }
  if (expr.kind == ExprKind::name && as<syntax::NameExpr>(expr).name == "_") return code;
  compiler_.report(Code::unexpected_token, expr.span, "only variables can be assigned to",
                   "write '$name = …' or '[$first, $second] = …'");
  return code;
}

Typed PlanCompiler::assign(const syntax::Assign& expr) {
  if (purpose_ == Purpose::guard) {
    compiler_.report(Code::assignment_in_guard, expr.span, "'=' assigns; a guard compares", "write '=='");
    return constant(expr.span, Value::undef());
  }
  Typed value = expression(*expr.value);
  TargetCode code = target(*expr.target, value.type);
  return {std::make_shared<AssignNode>(expr.span, std::move(code), std::move(value.node)), value.type};
}

Typed PlanCompiler::options(const syntax::Expr& at, const syntax::Expr& subject, syntax::List<syntax::Option> list,
                            bool selector) {
  const std::size_t matches = matches_++;
  NodePtr value = expression(subject).node;
  std::vector<OptionCode> codes;
  TypePtr type;
  bool first = true;
  for (const syntax::Option& option : list) {
    OptionCode code;
    for (const syntax::Expr* match : option.matches) {
      code.fallback |= match->kind == ExprKind::default_;
      if (match->kind == ExprKind::default_) continue;
      const bool splat = match->kind == ExprKind::unary && as<syntax::Unary>(*match).op == syntax::UnaryOp::splat;
      code.matches.push_back({expression(splat ? *as<syntax::Unary>(*match).operand : *match).node, splat});
    }
    Typed result = branch(*option.result);
    code.result = std::move(result.node);
    type = !result.type ? nullptr : (first ? result.type : (type ? types::common(type, result.type) : nullptr));
    first = false;
    codes.push_back(std::move(code));
  }
  NodePtr node = std::make_shared<CaseNode>(at.span, std::move(value), std::move(codes), selector, captures_slot());
  return {match_scope(std::move(node), matches), type};
}

Typed PlanCompiler::send(const syntax::Send& expr) {
  Typed value = expression(*expr.value);
  if (purpose_ != Purpose::body) {
    compiler_.report(Code::effect_in_guard, expr.span, "a send is an effect, which only the body of an action may have");
  }
  const auto make = [&](SendNode::Target kind, std::uint32_t place, NodePtr queue) {
    return Typed{std::make_shared<SendNode>(expr.span, value.node, kind, place, std::move(queue)), nullptr};
  };
  if (expr.splat) return make(SendNode::Target::queues, kNone, expression(*expr.target).node);
  if (expr.target->kind == ExprKind::name) {
    const std::string_view name = as<syntax::NameExpr>(*expr.target).name;
    if (name == "state") {
      const auto* state = dynamic_cast<const Constant*>(value.node.get());
      const RegionCode& own = code_.regions[kOwnRegion];
      if (state && state->value().is(values::Kind::string) && own.find(state->value().as_string()) == kNone) {
        const std::vector<std::string_view> states(own.states.begin(), own.states.end());
        compiler_.report(Code::unknown_state, expr.value->span,
                         "unknown state '" + std::string(state->value().as_string()) + "'",
                         check::did_you_mean(state->value().as_string(), states));
      }
      return make(SendNode::Target::state, kNone, nullptr);
    }
    const std::uint32_t place = code_.place(name);
    if (place == kNone) {
      compiler_.report(Code::unknown_queue, expr.target->span, "unknown queue '" + std::string(name) + "'",
                       check::did_you_mean(name, place_names()));
      return constant(expr.span, Value::undef());
    }
    const auto& declared = place_types_[place];
    if (declared && value.type && bare(value.type) && bare(value.type)->kind != TypeKind::any &&
        dynamic_cast<const Constant*>(value.node.get()) &&
        !values::instance_of(*declared, static_cast<const Constant&>(*value.node).value())) {
      compiler_.report(Code::type_mismatch, expr.value->span,
                       "queue '" + std::string(name) + "' holds " + types::to_string(*declared) + ", got " +
                           types::to_string(*value.type));
    }
    return make(SendNode::Target::place, place, nullptr);
  }
  if (expr.target->kind == ExprKind::method_call) {
    const auto& reference = as<syntax::MethodCall>(*expr.target);
    if (!reference.has_parentheses && !reference.lambda) {
      Typed receiver = expression(*reference.receiver);
      return make(SendNode::Target::queue, kNone, member(reference, std::move(receiver)).node);
    }
  }
  if (expr.target->kind == ExprKind::variable) return make(SendNode::Target::queue, kNone, expression(*expr.target).node);
  compiler_.report(Code::invalid_send, expr.target->span, "a token can be sent to a queue, 'state', or '$reference.queue'",
                   "for a collection of queues write '-> * $queues'");
  return constant(expr.span, Value::undef());
}

// ---------------------------------------------------------------------------------------------- names

std::uint32_t PlanCompiler::bind_local(const syntax::Name& name, TypePtr type) {
  if ((name.text == "title" && !compiler_.late()) || (code_.variable(name.text) != kNone && scope_ == &root_ && purpose_ != Purpose::function)) {
    compiler_.report(Code::reassigned_variable, name.span,
                     "'$" + std::string(name.text) + "' is the plan's variable; a pattern needs a name of its own");
  }
  const std::uint32_t slot = slots_++;
  scope_->locals.insert_or_assign(std::string(name.text), Local{slot, std::move(type), kNone, true});
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

std::vector<std::string_view> PlanCompiler::place_names() const {
  std::vector<std::string_view> names;
  for (const PlaceCode& place : code_.places) names.push_back(place.name);
  return names;
}

}  // namespace plan::engine
