// Variables, queues, states and functions of a plan.
#include <algorithm>

#include "check/checker.h"
#include "functions/function.h"

namespace plan::check {

using diagnostics::Code;
using syntax::MemberKind;
using types::TypeKind;
using types::TypePtr;

void PlanChecker::run() {
  for (const syntax::Expr* argument : shape_.decl->parent_arguments) check_alias(model_, &shape_, *argument, diagnostics_);
  for (const syntax::Member& one : shape_.decl->members) {
    if (!diagnostics_.is_full()) member(one);
  }
  overrides();
}

void PlanChecker::member(const syntax::Member& member) {
  begin(Purpose::declaration, member.span);
  switch (member.kind) {
    case MemberKind::variable: return variable(*member.variable);
    case MemberKind::queue: return queue(*member.queue);
    case MemberKind::state: return states(*member.state);
    case MemberKind::function: return function(*member.function);
    case MemberKind::action: return action(*member.action);
    case MemberKind::alias: return check_alias(model_, &shape_, *member.alias->type, diagnostics_);
  }
  PLAN_ASSERT(false);
}

void PlanChecker::variable(const syntax::VariableDecl& decl) {
  if (decl.name.text == "title") {
    report(Code::reassigned_variable, decl.name.span, "'$title' is reserved", "every process has its title: choose another name");
    return;
  }
  if (decl.type != nullptr) declared_type(*decl.type);
  if (decl.value == nullptr) return;
  bare_name(*decl.value);
  const TypePtr given = expression(*decl.value);
  const VariableSymbol* known = symbols_.variable(decl.name.text);
  if (known->type == nullptr) return;
  accepts(type_of(*known), *decl.value, given,
          "'$" + std::string(decl.name.text) + "' is declared as");
}

void PlanChecker::queue(const syntax::QueueDecl& decl) {
  declared_type(*decl.type);
  std::vector<std::string_view> seen;
  for (const syntax::Attribute& one : decl.attributes) {
    if (std::find(seen.begin(), seen.end(), one.name.text) != seen.end()) {
      report(Code::duplicate_member, one.name.span, "the attribute " + quoted(one.name.text) + " is given twice", "leave one of them out");
    }
    seen.push_back(one.name.text);
    attribute(decl, one);
  }
}

void PlanChecker::attribute(const syntax::QueueDecl& decl, const syntax::Attribute& attribute) {
  const std::string_view name = attribute.name.text;
  const std::string what = "the attribute " + quoted(name) + " is";
  bare_name(*attribute.value);
  const TypePtr given = expression(*attribute.value);
  if (attribute.splat && name != "entries") {
    report(Code::unexpected_token, attribute.value->span, "`*` only has a meaning for `entries`", "leave out the `*`");
  }
  if (name == "entries") {
    entries(decl, attribute, given);
  } else if (name == "capacity") {
    accepts(types::integer(1), *attribute.value, given, what);
  } else if (name == "ttl") {
    accepts(types::variant({types::make(TypeKind::timespan), types::integer(0), types::floating(0.0, std::nullopt)}),
            *attribute.value, given, what);
  } else if (name == "latched") {
    accepts(types::make(TypeKind::boolean), *attribute.value, given, what);
  } else if (name == "operator") {
    if (accepts(types::make(TypeKind::boolean), *attribute.value, given, what)) heard_operator(decl, attribute);
  } else {
    const std::string help = did_you_mean(name, {"entries", "capacity", "ttl", "latched", "operator"});
    report(Code::unknown_attribute, attribute.name.span, "queues have no attribute " + quoted(name),
           help.empty() ? "the attributes are `entries`, `capacity`, `ttl`, `latched` and `operator`" : help);
  }
}

void PlanChecker::heard_operator(const syntax::QueueDecl& decl, const syntax::Attribute& attribute) {
  const auto misplaced = [&](Span span, std::string message, std::string help) {
    report(Code::misplaced_operator, span, std::move(message), std::move(help));
  };
  if (attribute.value->kind != syntax::ExprKind::boolean) {
    return misplaced(attribute.value->span, "whom a queue hears cannot depend on a value", "write `operator => true`");
  }
  if (!takes_operator(decl)) return;
  if (!decl.is_public || decl.direction != syntax::Direction::input) {
    return misplaced(attribute.span, "an operator speaks to a `public input`, which this queue is not", "declare it as `public input`");
  }
  for (const syntax::Attribute& other : decl.attributes) {
    if (other.name.text == "operator") continue;
    misplaced(other.name.span, "what an operator says is taken at once or refused: " + quoted(other.name.text) + " has no meaning",
              "leave it out");
  }
}

void PlanChecker::entries(const syntax::QueueDecl& decl, const syntax::Attribute& attribute, const TypePtr& given) {
  const TypePtr held = known_type(*decl.type, &shape_);
  const std::string what = "queue " + quoted(decl.names[0].text) + " holds";
  if (!attribute.splat) {
    accepts(held, *attribute.value, given, what);
    return;
  }
  const types::Type* type = bare(given);
  if (given && (kinds_of(*given) & (kArray | kHash | kType)) == 0) {
    report(Code::type_mismatch, attribute.value->span,
           "`*` makes a token of each element of a collection, got " + kind_of(given),
           "leave out the `*` for one token");
    return;
  }
  if (attribute.value->kind == syntax::ExprKind::array) {
    for (const syntax::Expr* item : as<syntax::Array>(*attribute.value).items) {
      if (!is_splat(*item)) accepts(held, *item, nullptr, what);
    }
  } else if (type != nullptr && type->kind == TypeKind::type && !type->arguments.empty() && !overlap(held, type->arguments[0])) {
    report(Code::type_mismatch, attribute.value->span,
           what + " " + spelled(held) + ", got " + spelled(type->arguments[0]));
  }
}

void PlanChecker::states(const syntax::StateDecl& decl) {
  std::set<std::string_view> seen;
  const bool input = decl.direction == syntax::Direction::input;
  for (const syntax::Name& name : decl.names) {
    if (seen.insert(name.text).second && (input || !symbols_.input_state_names.contains(name.text))) continue;
    report(Code::duplicate_member, name.span, "the state " + quoted(name.text) + " is declared twice in this plan",
           "the name of a state tells its region: give one of them another name");
  }
}

void PlanChecker::function(const syntax::FunctionDecl& decl) {
  begin(Purpose::function, decl.span);
  unique_names(decl.parameters);
  for (const syntax::Parameter& one : decl.parameters) parameter(one, Local::Origin::parameter, nullptr);
  const TypePtr declared = decl.return_type ? declared_type(*decl.return_type) : nullptr;
  leaves_early_ = false;
  const TypePtr type = expression(*decl.body);
  report_unused(root_);
  const auto& statements = as<syntax::Block>(*decl.body).statements;
  if (declared && !leaves_early_ && !statements.empty() && !model_.has_unread(decl.span)) {
    accepts(declared, *statements.back(), type, quoted(decl.name.text) + " is declared to return");
  }
}

TypePtr PlanChecker::parameter(const syntax::Parameter& parameter, Local::Origin origin, TypePtr implied) {
  TypePtr type = parameter.type ? declared_type(*parameter.type) : std::move(implied);
  if (parameter.default_value != nullptr) {
    bare_name(*parameter.default_value);
    const TypePtr given = expression(*parameter.default_value);
    if (parameter.type != nullptr) {
      accepts(type, *parameter.default_value, given, "'$" + std::string(parameter.name.text) + "' is declared as");
    }
  }
  if (parameter.captures_rest) type = type && parameter.type ? types::array(type) : nullptr;
  if (parameter.name.text == "_" || parameter.name.empty()) return type;
  if (parameter.name.text == "title") {
    report(Code::reassigned_variable, parameter.name.span, "'$title' is reserved", "choose another name");
    return type;
  }
  scope_->locals.try_emplace(parameter.name.text, Local{parameter.name.span, origin, type});
  return type;
}

void PlanChecker::unique_names(syntax::List<syntax::Parameter> parameters) {
  bool has_default = false;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const syntax::Parameter& one = parameters[i];
    if (one.captures_rest && i + 1 < parameters.size()) {
      report(Code::wrong_arguments, one.span, "`*$" + std::string(one.name.text) + "` takes all the rest, so nothing can follow",
             "write it last");
    }
    if (has_default && one.default_value == nullptr && !one.captures_rest) {
      report(Code::wrong_arguments, one.span,
             "'$" + std::string(one.name.text) + "' is required and stands behind one that is not", "write the required ones first");
    }
    has_default |= one.default_value != nullptr;
    if (one.name.empty() || one.name.text == "_") continue;
    if (!seen.insert(one.name.text).second) {
      report(Code::duplicate_member, one.name.span, "the parameter '$" + std::string(one.name.text) + "' is declared twice",
             "give one of them another name");
    }
  }
}

TypePtr PlanChecker::function_result(const Shape::MemberOf& function) {
  constexpr std::size_t kMaxChain = 4;      // of functions that call each other: what lies deeper is not known
  const syntax::FunctionDecl& decl = *function.member->function;
  if (decl.return_type != nullptr) return known_type(*decl.return_type, &shape_.scope_of(*function.owner));
  if (const auto known = known_.results.find(&decl); known != known_.results.end()) return known->second;
  if (known_.running.size() >= kMaxChain || !known_.running.insert(&decl).second) return nullptr;
  Facts ignored;
  diagnostics::Diagnostics unheard;         // told when the function itself is checked
  const TypePtr type = PlanChecker(model_, *function.owner, ignored, known_, unheard).body_type(decl);
  known_.running.erase(&decl);
  return known_.results[&decl] = type;
}

TypePtr PlanChecker::body_type(const syntax::FunctionDecl& decl) {
  begin(Purpose::function, decl.span);
  for (const syntax::Parameter& one : decl.parameters) parameter(one, Local::Origin::parameter, nullptr);
  const TypePtr type = expression(*decl.body);
  return leaves_early_ || model_.has_unread(decl.span) ? nullptr : type;
}

}  // namespace plan::check
