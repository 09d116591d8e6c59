// What each plan knows by name.
#include <algorithm>

#include "base/assert.h"
#include "check/builtins.h"
#include "check/model.h"

namespace plan::check {

using syntax::MemberKind;

bool takes_operator(const syntax::QueueDecl& decl) {
  return std::any_of(decl.attributes.begin(), decl.attributes.end(), [](const syntax::Attribute& one) {
    return one.name.text == "operator" && one.value->kind == syntax::ExprKind::boolean &&
           static_cast<const syntax::Boolean*>(one.value)->value;
  });
}

const VariableSymbol* Symbols::variable(std::string_view name) const {
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : &found->second;
}

const QueueSymbol* Symbols::queue(std::string_view name) const {
  const auto found = queues.find(name);
  return found == queues.end() ? nullptr : &found->second;
}

const Shape::MemberOf* Symbols::function(std::string_view name) const {
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : &found->second;
}

void Model::collect_symbols(const Shape& shape) {
  Symbols& symbols = symbols_[&shape];
  for (const std::string_view name : kBuiltinVariables) symbols.variables[name] = {.name = name};
  for (const BuiltinQueue& queue : builtin_queues()) symbols.queues[queue.name] = {.name = queue.name, .type = queue.type};
  std::vector<const Shape*> lineage;
  for (const Shape* at = &shape; at != nullptr; at = at->parent) lineage.insert(lineage.begin(), at);
  for (const Shape* at : lineage) {
    for (const syntax::Member& member : at->decl->members) add_symbol(symbols, {&member, at});
  }
}

// Ancestors come first: what an override does not say is kept. Of two members with one name in one plan the first counts.
void Model::add_symbol(Symbols& symbols, const Shape::MemberOf& member) const {
  switch (member.member->kind) {
    case MemberKind::variable: {
      const syntax::VariableDecl& decl = *member.member->variable;
      VariableSymbol& symbol = symbols.variables[decl.name.text];
      if (symbol.owner == member.owner || decl.name.text == "title") return;
      symbol.name = decl.name.text;
      symbol.owner = member.owner;
      symbol.decl = &decl;
      symbol.parameter |= decl.access == syntax::Visibility::public_;
      if (decl.type != nullptr) {
        symbol.type = decl.type;
        symbol.type_owner = member.owner;
      }
      return;
    }
    case MemberKind::queue:
      for (const syntax::Name& name : member.member->queue->names) {
        QueueSymbol& symbol = symbols.queues[name.text];
        if (symbol.owner != member.owner) symbol = {name.text, member.owner, member.member->queue, nullptr};
      }
      return;
    case MemberKind::state: {
      const syntax::StateDecl& decl = *member.member->state;
      const bool input = decl.direction == syntax::Direction::input;
      (input ? symbols.input_states : symbols.own_states) = &decl;
      auto& names = input ? symbols.input_state_names : symbols.own_state_names;
      names.clear();
      for (const syntax::Name& name : decl.names) names.insert(name.text);
      return;
    }
    case MemberKind::function: {
      Shape::MemberOf& known = symbols.functions[member.member->function->name.text];
      if (known.owner != member.owner) known = member;
      return;
    }
    case MemberKind::action: {
      Shape::MemberOf& known = symbols.actions[member.member->action->name.text];
      if (known.owner != member.owner) known = member;
      return;
    }
    case MemberKind::alias: return;
  }
  PLAN_ASSERT(false);
}

}  // namespace plan::check
