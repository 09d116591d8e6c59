// Second pass: the code of one plan's variables, queues, states and functions.
#include <algorithm>
#include <utility>

#include "check/builtins.h"
#include "engine/compiler.h"

namespace plan::engine {

using syntax::MemberKind;
using values::Value;

namespace {

// The built-in ones come first in a list and are asked for by name least.
std::uint32_t find_named(const auto& list, std::string_view name) {
  for (std::size_t i = list.size(); i-- > 0;) {
    if (list[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

}  // namespace

std::uint32_t RegionCode::find(std::string_view name) const {
  const auto found = std::find(states.begin(), states.end(), name);
  return found == states.end() ? kNone : static_cast<std::uint32_t>(found - states.begin());
}
std::uint32_t PlanCode::variable(std::string_view wanted) const { return find_named(variables, wanted); }
std::uint32_t PlanCode::place(std::string_view wanted) const { return find_named(places, wanted); }
std::uint32_t PlanCode::function(std::string_view wanted) const { return find_named(functions, wanted); }
std::uint32_t PlanCode::action(std::string_view wanted) const { return find_named(actions, wanted); }

void PlanCompiler::begin() {
  root_ = Scope();
  scope_ = &root_;
  slots_ = 0;
  captures_ = kNone;
  matches_ = 0;
  dependencies_ = nullptr;
  consequences_ = nullptr;
}

TypeCode PlanCompiler::type_code(const syntax::Expr* expr) {
  TypeCode code;
  if (!expr) return code;
  code.fixed = compiler_.constant_type(*expr, scope_of_types_);
  if (code.fixed) return code;
  NodePtr node = fold(expression(*expr));
  const auto* constant = dynamic_cast<const Constant*>(node.get());
  if (constant && constant->value().is(values::Kind::type)) code.fixed = constant->value().as_type();
  else code.dynamic = std::move(node);
  return code;
}

void PlanCompiler::add_builtins() {
  for (const std::string_view name : check::kBuiltinVariables) {
    VariableCode code;
    code.name = name;
    code_.variables.push_back(std::move(code));
  }
  for (const check::BuiltinQueue& queue : check::builtin_queues()) {
    PlaceCode code;
    code.name = queue.name;
    code.type.fixed = queue.type;
    code.latched = queue.latched;
    code_.places.push_back(std::move(code));
  }
  code_.places[kDrain].fixed_ttl = std::chrono::milliseconds(0);
  PLAN_ASSERT(code_.variables.size() == kBuiltinVariables && code_.places.size() == kBuiltinPlaces);
}

void PlanCompiler::run() {
  add_builtins();
  for (const Shape::MemberOf& member : shape_.members) declare(member);
  code_.narrowed_by.resize(code_.variables.size());
  for (const Shape::MemberOf& member : shape_.members) compile_member(member);
  index_readers();
}

// Names first, so that members may use each other in any order.
void PlanCompiler::declare(const Shape::MemberOf& member) {
  switch (member.member->kind) {
    case MemberKind::variable: declare_variable(*member.member->variable); return;
    case MemberKind::queue: declare_queue(*member.member->queue, *member.queue); return;
    case MemberKind::state: declare_states(*member.member->state); return;
    case MemberKind::function: declare_function(*member.member->function); return;
    case MemberKind::action:
    case MemberKind::alias: return;
  }
}

void PlanCompiler::declare_variable(const syntax::VariableDecl& decl) {
  VariableCode code;
  code.name = decl.name.text;
  code.parameter = compiler_.symbols(shape_).variable(decl.name.text)->parameter;
  code.span = decl.span;
  code_.variables.push_back(std::move(code));
}

void PlanCompiler::declare_queue(const syntax::QueueDecl& decl, const syntax::Name& name) {
  PlaceCode code;
  code.name = name.text;
  code.direction = decl.direction;
  code.is_public = decl.is_public;
  code.operators = check::takes_operator(decl);
  code.span = name.span;
  code_.places.push_back(std::move(code));
}

void PlanCompiler::declare_states(const syntax::StateDecl& decl) {
  const bool input = decl.direction == syntax::Direction::input;
  RegionCode& region = code_.regions[input ? kInputRegion : kOwnRegion];
  region.is_public = decl.is_public;
  region.output = decl.direction == syntax::Direction::output;
  for (const syntax::Name& name : decl.names) region.states.emplace_back(name.text);
}

void PlanCompiler::declare_function(const syntax::FunctionDecl& decl) {
  FunctionCode code;
  code.name = decl.name.text;
  code.span = decl.span;
  for (const syntax::Parameter& parameter : decl.parameters) {
    ParameterCode declared;
    declared.name = parameter.name.text;
    declared.captures_rest = parameter.captures_rest;
    code.parameters.push_back(std::move(declared));
  }
  code_.functions.push_back(std::move(code));
}

void PlanCompiler::compile_member(const Shape::MemberOf& member) {
  scope_of_types_ = &shape_.scope_of(*member.owner);
  switch (member.member->kind) {
    case MemberKind::variable: compile_variable(*member.member->variable); return;
    case MemberKind::queue: compile_queue(*member.member->queue, *member.queue); return;
    case MemberKind::function: compile_function(*member.member->function); return;
    case MemberKind::action: compile_action(*member.member->action, *member.owner); return;
    case MemberKind::state:
    case MemberKind::alias: return;
  }
}

void PlanCompiler::compile_variable(const syntax::VariableDecl& decl) {
  begin();
  VariableCode& code = code_.variables[code_.variable(decl.name.text)];
  code.initial = decl.value ? fold(expression(*decl.value)) : nullptr;
  const check::VariableSymbol& symbol = *compiler_.symbols(shape_).variable(decl.name.text);
  if (symbol.type_owner) scope_of_types_ = &shape_.scope_of(*symbol.type_owner);      // an override keeps what it does not say
  code.type = type_code(symbol.type);
  code.slots = slots_;
}

// What a constant attribute says is computed once. One that is wrong raises when it is asked.
void PlanCompiler::fix_attributes(PlaceCode& place) {
  const auto* capacity = dynamic_cast<const Constant*>(place.capacity.get());
  const auto* ttl = dynamic_cast<const Constant*>(place.ttl.get());
  place.fixed_capacity.reset();
  place.fixed_ttl.reset();
  try {
    if (capacity) place.fixed_capacity = to_capacity(capacity->value(), place.name);
    if (ttl) place.fixed_ttl = to_duration(ttl->value());
  } catch (const values::EvaluationError&) {
    return;
  }
}

void PlanCompiler::compile_queue(const syntax::QueueDecl& decl, const syntax::Name& name) {
  begin();
  const std::uint32_t slot = code_.place(name.text);
  PLAN_ASSERT(slot != kNone);
  Dependencies type_dependencies;
  dependencies_ = &type_dependencies;
  code_.places[slot].type = type_code(decl.type);
  dependencies_ = nullptr;
  for (std::uint32_t variable = 0; variable < code_.variables.size(); ++variable) {
    if (type_dependencies.all_variables || type_dependencies.variables.contains(variable)) code_.narrowed_by[variable].push_back(slot);
  }
  for (const syntax::Attribute& attribute : decl.attributes) {
    NodePtr value = fold(expression(*attribute.value));
    PlaceCode& place = code_.places[slot];
    if (attribute.name.text == "entries") {
      place.entries = std::move(value);
      place.splat_entries = attribute.splat;
    } else if (attribute.name.text == "capacity") {
      place.capacity = std::move(value);
    } else if (attribute.name.text == "ttl") {
      place.ttl = std::move(value);
    } else if (attribute.name.text == "latched") {
      const auto* constant = dynamic_cast<const Constant*>(value.get());
      place.latched = constant && constant->value().truthy();
    }
  }
  code_.places[slot].slots = slots_;
  fix_attributes(code_.places[slot]);
}

void PlanCompiler::compile_function(const syntax::FunctionDecl& decl) {
  begin();
  const std::uint32_t slot = code_.function(decl.name.text);
  std::vector<ParameterCode> compiled = parameters(decl.parameters);
  TypeCode return_type = type_code(decl.return_type);
  const std::size_t matches = matches_;
  NodePtr body = match_scope(expression(*decl.body), matches);
  FunctionCode& code = code_.functions[slot];
  code.parameters = std::move(compiled);
  code.return_type = std::move(return_type);
  code.body = std::move(body);
  code.slots = slots_;
}

void PlanCompiler::index_readers() {
  code_.variable_readers.resize(code_.variables.size());
  code_.arrival_readers.resize(code_.places.size());
  code_.departure_readers.resize(code_.places.size());
  code_.room_readers.resize(code_.places.size());
  for (std::uint32_t i = 0; i < code_.actions.size(); ++i) {
    const Dependencies& on = code_.actions[i].dependencies;
    for (const std::uint32_t place : on.arrivals) code_.arrival_readers[place].push_back(i);
    for (const std::uint32_t place : on.departures) code_.departure_readers[place].push_back(i);
    for (const std::uint32_t place : on.room) code_.room_readers[place].push_back(i);
    if (on.own_region) code_.region_readers[kOwnRegion].push_back(i);
    if (on.input_region) code_.region_readers[kInputRegion].push_back(i);
    if (on.references) code_.reference_readers.push_back(i);
    if (on.all_variables) {
      code_.every_variable_readers.push_back(i);
      continue;
    }
    for (const std::uint32_t variable : on.variables) code_.variable_readers[variable].push_back(i);
  }
}

}  // namespace plan::engine
