// Members that override an ancestor's must be usable in its place.
#include <algorithm>

#include "check/checker.h"

namespace plan::check {

using diagnostics::Code;
using types::TypePtr;

Arity arity_of(syntax::List<syntax::Parameter> parameters) {
  Arity arity{0, parameters.size()};
  for (const syntax::Parameter& one : parameters) {
    if (one.captures_rest) arity.most = SIZE_MAX;
    else if (one.default_value == nullptr) ++arity.least;
  }
  return arity;
}

void PlanChecker::overrides() {
  if (shape_.parent == nullptr) return;
  for (const syntax::Member& member : shape_.decl->members) {
    if (member.kind == syntax::MemberKind::variable) override_variable(*member.variable);
    else if (member.kind == syntax::MemberKind::queue) override_queue(*member.queue);
    else if (member.kind == syntax::MemberKind::function) override_function(*member.function);
  }
}

void PlanChecker::override_variable(const syntax::VariableDecl& decl) {
  const VariableSymbol* inherited = model_.symbols(*shape_.parent).variable(decl.name.text);
  if (inherited == nullptr || decl.name.text == "title") return;
  if (inherited->decl == nullptr) {
    report(Code::reassigned_variable, decl.name.span, "'$" + std::string(decl.name.text) + "' is built in", "choose another name");
    return;
  }
  if (decl.type == nullptr || inherited->type == nullptr) return;
  const TypePtr before = type_of(*inherited);
  const TypePtr now = known_type(*decl.type, &shape_);
  if (overlap(before, now)) return;
  report(Code::incompatible_override, decl.type->span,
         "'$" + std::string(decl.name.text) + "' is " + spelled(before) + " in plan " +
             quoted(inherited->type_owner->lineage->name) + ", which its members rely on; here it would be " + spelled(now),
         "keep the type or narrow it, or choose another name");
}

void PlanChecker::override_queue(const syntax::QueueDecl& decl) {
  for (const syntax::Name& name : decl.names) {
    const QueueSymbol* inherited = model_.symbols(*shape_.parent).queue(name.text);
    if (inherited == nullptr) continue;
    if (inherited->decl == nullptr) {
      report(Code::duplicate_member, name.span, "the queue " + quoted(name.text) + " is built in", "choose another name");
      continue;
    }
    const std::string owner = quoted(inherited->owner->lineage->name);
    if (inherited->decl->direction != decl.direction) {
      report(Code::incompatible_override, name.span, quoted(name.text) + " has another direction in plan " + owner,
             "declare it as it is declared there, or choose another name");
      continue;
    }
    if (takes_operator(*inherited->decl) != takes_operator(decl)) {
      report(Code::incompatible_override, name.span,
             quoted(name.text) + (takes_operator(decl) ? " is not an operator's" : " is an operator's") + " in plan " + owner,
             "declare it as it is declared there, or choose another name");
      continue;
    }
    const TypePtr before = type_of(*inherited);
    const TypePtr now = known_type(*decl.type, &shape_);
    if (overlap(before, now)) continue;
    report(Code::incompatible_override, decl.type->span,
           "queue " + quoted(name.text) + " holds " + spelled(before) + " in plan " + owner + "; here it would hold " +
               spelled(now),
           "keep the type or narrow it, or choose another name");
  }
}

void PlanChecker::override_function(const syntax::FunctionDecl& decl) {
  const Shape::MemberOf* inherited = model_.symbols(*shape_.parent).function(decl.name.text);
  if (inherited == nullptr) return;
  const Arity before = arity_of(inherited->member->function->parameters);
  const Arity now = arity_of(decl.parameters);
  if (now.least <= before.least && now.most >= before.most) return;
  report(Code::incompatible_override, decl.name.span,
         "plan " + quoted(inherited->owner->lineage->name) + " calls " + quoted(decl.name.text) + " with other arguments",
         "take the same parameters as there; more of them need defaults");
}

}  // namespace plan::check
