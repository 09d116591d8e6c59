// First pass: which plans and aliases there are, and what each plan declares with its ancestors' members.
#include "engine/compiler.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "syntax/parser.h"

namespace plan::engine {

using diagnostics::Code;
using syntax::ExprKind;
using types::Type;
using types::TypeKind;
using types::TypePtr;

namespace {

constexpr std::string_view kPrelude = R"(
plan orchestrator[T] {
  public input Struct[{kind => Enum[add, remove], value => T}] requests
}
)";

const Shape& empty_shape() {
  static const Shape shape;
  return shape;
}

std::string_view member_name(const syntax::Member& member) {
  switch (member.kind) {
    case syntax::MemberKind::variable: return member.variable->name.text;
    case syntax::MemberKind::queue: return member.queue->names.empty() ? std::string_view() : member.queue->names[0].text;
    case syntax::MemberKind::state: return {};
    case syntax::MemberKind::function: return member.function->name.text;
    case syntax::MemberKind::action: return member.action->name.text;
    case syntax::MemberKind::alias: return member.alias->name.text;
  }
  PLAN_ASSERT(false);
}

bool region_of(const syntax::StateDecl& decl, bool input) {
  return (decl.direction == syntax::Direction::input) == input;
}

// Does the expression depend on a variable, so that it is no constant?
bool mentions_variable(const syntax::Expr& expr) {
  const auto any = [](const auto& list) {
    return std::any_of(list.begin(), list.end(), [](const syntax::Expr* item) { return mentions_variable(*item); });
  };
  switch (expr.kind) {
    case ExprKind::variable: return true;
    case ExprKind::access: {
      const auto& access = static_cast<const syntax::Access&>(expr);
      return mentions_variable(*access.object) || any(access.keys);
    }
    case ExprKind::array: return any(static_cast<const syntax::Array&>(expr).items);
    case ExprKind::hash: {
      const auto& entries = static_cast<const syntax::Hash&>(expr).entries;
      return std::any_of(entries.begin(), entries.end(), [](const syntax::HashEntry& entry) {
        return mentions_variable(*entry.key) || mentions_variable(*entry.value);
      });
    }
    case ExprKind::unary: return mentions_variable(*static_cast<const syntax::Unary&>(expr).operand);
    case ExprKind::binary: {
      const auto& binary = static_cast<const syntax::Binary&>(expr);
      return mentions_variable(*binary.left) || mentions_variable(*binary.right);
    }
    case ExprKind::method_call: return mentions_variable(*static_cast<const syntax::MethodCall&>(expr).receiver);
    case ExprKind::call: return true;
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean:
    case ExprKind::integer: case ExprKind::floating: case ExprKind::duration: case ExprKind::string:
    case ExprKind::interpolation: case ExprKind::regex: case ExprKind::name: case ExprKind::class_ref:
    case ExprKind::self: case ExprKind::assign: case ExprKind::selector: case ExprKind::if_:
    case ExprKind::case_: case ExprKind::block: case ExprKind::send:
      return false;
  }
  PLAN_ASSERT(false);
}

std::string display(std::string_view plan) {   // galera::host -> Galera::Host
  std::string result(plan);
  bool start = true;
  for (char& c : result) {
    if (start) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    start = c == ':';
  }
  return result;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

void Compiler::report(Code code, Span span, std::string message, std::string help) {
  for (const diagnostics::Diagnostic& known : diagnostics_.all()) {
    if (known.code == code && known.span == span) return;   // an inherited member is compiled once for each heir
  }
  diagnostics_.report(code, span, std::move(message), std::move(help));
}

void Compiler::run() {
  declare_plans();
  declare_aliases();
  for (const auto& shape : shapes_) resolve(*shape);
  settle_aliases();
  for (const auto& shape : shapes_) {
    auto code = std::make_unique<PlanCode>();
    code->name = shape->lineage->name;
    code->lineage = shape->lineage;
    PlanCompiler(*this, *shape, *code).run();
    data_.plans.push_back(std::move(code));
  }
}

void Compiler::settle_aliases() {
  for (const PendingAlias& pending : pending_) pending.alias->target = constant_type(*pending.expr, pending.in);
  for (const PendingAlias& pending : pending_) {
    if (!pending.alias->target) {
      report(Code::invalid_type, pending.expr->span, "'" + pending.alias->name + "' is not an alias of a type");
      pending.alias->target = types::make(TypeKind::any);
    }
  }
  for (const PendingAlias& pending : pending_) {   // one that only leads to itself stands for nothing
    std::size_t steps = 0;
    const Type* at = pending.alias.get();
    while (at->kind == TypeKind::alias && ++steps <= pending_.size()) at = at->target.get();
    if (at->kind != TypeKind::alias) continue;
    report(Code::invalid_type, pending.expr->span, "Type alias '" + pending.alias->name + "' cannot be resolved to a real type");
    pending.alias->target = types::make(TypeKind::any);
  }
}

NodePtr Compiler::program(const syntax::ParsedProgram& program, PlanCode& code, std::uint32_t& slots) {
  for (const syntax::TypeAlias* decl : program.aliases) add_alias(*decl);
  settle_aliases();
  return PlanCompiler(*this, empty_shape(), code).program(program, slots);
}

void Compiler::declare_plans() {
  for (const syntax::ParsedFile& file : data_.files) {
    for (const syntax::PlanDecl* decl : file.plans) {
      const std::string name = lower_case(decl->name.text);
      if (by_name_.contains(name)) {
        report(Code::duplicate_member, decl->name.span, "plan '" + name + "' is declared twice");
        continue;
      }
      auto shape = std::make_unique<Shape>();
      shape->decl = decl;
      auto lineage = std::make_shared<types::PlanLineage>();
      lineage->name = name;
      shape->lineage = lineage;
      by_name_.emplace(name, shape.get());
      shapes_.push_back(std::move(shape));
    }
  }
  for (const auto& shape : shapes_) {   // parents, then lineages from the top down
    if (shape->decl->parent.empty()) continue;
    const auto parent = by_name_.find(lower_case(shape->decl->parent.text));
    if (parent == by_name_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [name, _] : by_name_) names.push_back(name);
      const std::string_view near = diagnostics::nearest(shape->decl->parent.text, names);
      report(Code::unknown_plan, shape->decl->parent.span, "unknown plan '" + std::string(shape->decl->parent.text) + "'",
             near.empty() ? "" : "did you mean '" + std::string(near) + "'?");
      continue;
    }
    shape->parent = parent->second;
  }
  for (const auto& shape : shapes_) {
    std::size_t steps = 0;
    for (const Shape* at = shape->parent; at; at = at->parent) {
      if (++steps <= shapes_.size()) continue;
      report(Code::inheritance_cycle, shape->decl->parent.span, "plan '" + shape->lineage->name + "' inherits from itself");
      shape->parent = nullptr;
      break;
    }
  }
  for (const auto& shape : shapes_) {
    std::const_pointer_cast<types::PlanLineage>(shape->lineage)->parent = shape->parent ? shape->parent->lineage : nullptr;
  }
}

void Compiler::declare_aliases() {
  for (const syntax::ParsedFile& file : data_.files) {
    for (const syntax::TypeAlias* decl : file.aliases) add_alias(*decl);
  }
}

void Compiler::add_alias(const syntax::TypeAlias& decl) {
  const auto same = [&](const PendingAlias& known) { return known.in == nullptr && known.alias->name == decl.name.text; };
  if (late_ && std::any_of(pending_.begin(), pending_.end(), same)) {
    report(Code::invalid_type, decl.name.span, "the type '" + std::string(decl.name.text) + "' is defined already");
  }
  auto alias = data_.alias_owner.add(std::string(decl.name.text));
  pending_.push_back({alias, decl.type, nullptr});
  data_.aliases.emplace_back(std::string(decl.name.text), alias);
}

void Compiler::resolve(Shape& shape) {
  if (shape.resolving) return;
  shape.resolving = true;
  if (shape.parent) {
    resolve(*shape.parent);
    shape.members = shape.parent->members;
    shape.aliases = shape.parent->aliases;
    const auto& parameters = shape.parent->decl->type_parameters;
    const auto& arguments = shape.decl->parent_arguments;
    if (parameters.size() != arguments.size()) {
      report(Code::wrong_arguments, shape.decl->parent.span,
             "plan '" + shape.parent->lineage->name + "' takes " + std::to_string(parameters.size()) +
                 " type argument(s), got " + std::to_string(arguments.size()));
    }
    for (std::size_t i = 0; i < std::min(parameters.size(), arguments.size()); ++i) {
      auto alias = data_.alias_owner.add(std::string(parameters[i].text));
      pending_.push_back({alias, arguments[i], &shape});
      shape.aliases[std::string(parameters[i].text)] = alias;
    }
  }
  for (const syntax::Name& parameter : shape.decl->type_parameters) {
    auto alias = data_.alias_owner.add(std::string(parameter.text));
    alias->target = types::make(TypeKind::any);      // bound by each heir
    shape.aliases[std::string(parameter.text)] = alias;
  }
  resolve_aliases(shape);
  for (const syntax::Member& member : shape.decl->members) add_member(shape, {&member, &shape});
}

void Compiler::resolve_aliases(Shape& shape) {
  for (const syntax::Member& member : shape.decl->members) {
    if (member.kind != syntax::MemberKind::alias) continue;
    auto alias = data_.alias_owner.add(std::string(member.alias->name.text));
    pending_.push_back({alias, member.alias->type, &shape});
    shape.aliases[std::string(member.alias->name.text)] = alias;
  }
}

void Compiler::add_member(Shape& shape, const Shape::MemberOf& added) {
  const syntax::Member& member = *added.member;
  if (member.kind == syntax::MemberKind::alias) return;
  for (Shape::MemberOf& known : shape.members) {
    const bool same_region = member.kind == syntax::MemberKind::state && known.member->kind == member.kind &&
                             region_of(*member.state, true) == region_of(*known.member->state, true);
    const bool same_name = member.kind != syntax::MemberKind::state && member_name(*known.member) == member_name(member) &&
                           known.member->kind != syntax::MemberKind::state;
    if (!same_region && !same_name) continue;
    if (known.owner == &shape && (same_region || known.member->kind == member.kind)) {
      report(Code::duplicate_member, member.span,
             same_region ? "a plan has at most one region of input states and one of its own"
                         : "'" + std::string(member_name(member)) + "' is declared twice in this plan");
      return;
    }
    if (known.member->kind == member.kind) {
      known = added;      // an override keeps its ancestor's place
      return;
    }
  }
  shape.members.push_back(added);
}

// ---------------------------------------------------------------------------------------------- lookups

const Shape* Compiler::shape(std::string_view plan) const {
  const auto found = by_name_.find(lower_case(plan));
  return found == by_name_.end() ? nullptr : found->second;
}

TypePtr Compiler::named_type(std::string_view name, const Shape* in) const {
  if (in) {
    const auto alias = in->aliases.find(name);
    if (alias != in->aliases.end()) return alias->second;
  }
  for (const auto& [alias, type] : data_.aliases) {
    if (alias == name) return type;
  }
  if (TypePtr builtin = functions::builtin_type(name)) return builtin;
  if (const Shape* plan = shape(name)) return types::process(plan->lineage);
  return nullptr;
}

std::vector<std::string_view> Compiler::type_names(const Shape* in) const {
  std::vector<std::string_view> names;
  for (const auto& [alias, _] : data_.aliases) names.push_back(alias);
  if (in) {
    for (const auto& [alias, _] : in->aliases) names.push_back(alias);
  }
  return names;
}

TypePtr Compiler::constant_type(const syntax::Expr& expr, const Shape* in) {
  if (mentions_variable(expr)) return nullptr;
  if (expr.kind == ExprKind::access) {
    const auto& access = static_cast<const syntax::Access&>(expr);
    if (access.object->kind == ExprKind::class_ref && access.keys.size() == 1 &&
        static_cast<const syntax::ClassRef&>(*access.object).name == "ChangeRequest") {
      TypePtr value = constant_type(*access.keys[0], in);
      if (!value) return nullptr;
      return types::struct_({{"kind", types::enumeration({"add", "remove"}), false}, {"value", std::move(value), false}});
    }
  }
  PlanCode scratch;
  return PlanCompiler(*this, in ? *in : empty_shape(), scratch).constant_type(expr);
}

bool Compiler::has_member(const Shape& shape, std::string_view name) const {
  if (name == "state" || name == "title") return true;
  return std::any_of(shape.members.begin(), shape.members.end(), [&](const Shape::MemberOf& member) {
    if (member.member->kind == syntax::MemberKind::queue) {
      const auto& names = member.member->queue->names;
      return std::any_of(names.begin(), names.end(), [&](const syntax::Name& one) { return one.text == name; });
    }
    return member.member->kind == syntax::MemberKind::variable &&
           member.member->variable->access == syntax::Visibility::public_ && member_name(*member.member) == name;
  });
}

TypePtr Compiler::member_type(const Shape& shape, std::string_view name) const {
  auto* self = const_cast<Compiler*>(this);   // diagnostics are the only thing that grows
  for (const Shape::MemberOf& member : shape.members) {
    if (member.member->kind == syntax::MemberKind::variable && member_name(*member.member) == name) {
      const syntax::VariableDecl& decl = *member.member->variable;
      return decl.type ? self->constant_type(*decl.type, member.owner) : nullptr;
    }
    if (member.member->kind != syntax::MemberKind::queue) continue;
    for (const syntax::Name& one : member.member->queue->names) {
      if (one.text == name) return self->constant_type(*member.member->queue->type, member.owner);
    }
  }
  return name == "state" ? types::string() : nullptr;
}

// ---------------------------------------------------------------------------------------------- the door

Compilation compile(const Bundle& bundle) {
  Compilation result;
  result.sources = std::make_shared<diagnostics::Sources>();
  auto program = std::make_shared<Program>();
  Program::Data& data = program->data();
  data.digest = bundle.digest;
  data.sources = result.sources;
  const SourceId prelude = result.sources->add("orchestrator.plan", std::string(kPrelude));
  data.files.push_back(syntax::parse_file(prelude, *result.sources, result.diagnostics));
  for (const SourceFile& file : bundle.files) {
    const SourceId id = result.sources->add(file.path, file.text);
    data.files.push_back(syntax::parse_file(id, *result.sources, result.diagnostics));
  }
  Compiler(data, result.diagnostics).run();
  if (!bundle.plan.empty() && !result.diagnostics.has_errors() && !program->find(bundle.plan)) {
    result.diagnostics.report(Code::unknown_plan, Span{prelude, 0, 0}, "the bundle has no plan '" + bundle.plan + "'",
                              display(bundle.plan) + " belongs in a file plans/*.plan of its module");
  }
  if (!result.diagnostics.has_errors()) result.program = std::move(program);
  return result;
}

}  // namespace plan::engine
