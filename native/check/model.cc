#include "check/model.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/assert.h"
#include "check/aliases.h"
#include "check/constants.h"
#include "functions/function.h"

namespace plan::check {

using diagnostics::Code;
using syntax::MemberKind;
using types::TypeKind;
using types::TypePtr;

namespace {

bool is_input(const syntax::StateDecl& decl) { return decl.direction == syntax::Direction::input; }

// The name under which a member is known among those of its kind. A region of states has one name.
syntax::Name key_of(const Shape::MemberOf& of) {
  const syntax::Member& member = *of.member;
  switch (member.kind) {
    case MemberKind::variable: return member.variable->name;
    case MemberKind::queue: return *of.queue;
    case MemberKind::state: return {is_input(*member.state) ? "input" : "own", member.state->names[0].span};
    case MemberKind::function: return member.function->name;
    case MemberKind::action: return member.action->name;
    case MemberKind::alias: return member.alias->name;
  }
  PLAN_ASSERT(false);
}

bool is_within(const std::vector<std::uint32_t>& places, Span span) {
  const auto first = std::lower_bound(places.begin(), places.end(), span.begin);
  return first != places.end() && *first < span.end;
}

}  // namespace

std::string_view prelude() {
  return R"(
plan orchestrator[T] {
  public input Struct[{kind => Enum[add, remove], value => T}] requests
}
)";
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates, std::string_view sigil) {
  const std::string_view near = diagnostics::nearest(name, candidates);
  return near.empty() ? std::string() : "did you mean `" + std::string(sigil) + std::string(near) + "`?";
}

bool Shape::is_a(const Shape& ancestor) const {
  for (const Shape* at = this; at != nullptr; at = at->parent) {
    if (at == &ancestor) return true;
  }
  return false;
}

const Shape& Shape::scope_of(const Shape& owner) const {
  const auto instance = instances.find(&owner);
  return instance == instances.end() ? *this : *instance->second;
}

Model::Model(const std::deque<syntax::ParsedFile>& files, types::Aliases& aliases, diagnostics::Diagnostics& diagnostics)
    : files_(files), alias_owner_(aliases), diagnostics_(&diagnostics) {
  index_unread();
  declare_plans();
  find_parents();
  declare_aliases();
  for (const auto& shape : shapes_) resolve(*shape);
  set_alias_targets();
  for (const auto& shape : shapes_) collect_symbols(*shape);
  diagnostics_ = nullptr;      // need not outlive this
}

void Model::report(Code code, Span span, std::string message, std::string help) {
  diagnostics_->report(code, span, std::move(message), std::move(help));
}

void Model::index_unread() {
  for (const syntax::ParsedFile& file : files_) {
    Unread& unread = unread_[file.source];
    for (const syntax::Name& name : file.unread) {
      unread.by_name[name.text].push_back(name.span.begin);
      unread.all.push_back(name.span.begin);
    }
    std::sort(unread.all.begin(), unread.all.end());
    for (auto& [_, places] : unread.by_name) std::sort(places.begin(), places.end());
  }
}

void Model::declare_plans() {
  for (const syntax::ParsedFile& file : files_) {
    for (const syntax::PlanDecl* decl : file.plans) {
      const std::string name = lower_case(decl->name.text);
      if (by_name_.contains(name)) {
        report(Code::duplicate_member, decl->name.span, "plan '" + name + "' is declared twice",
               "give one of them another name");
        continue;
      }
      if (shapes_.size() == kMaxPlans) {
        report(Code::too_many, decl->name.span, "there are more than " + std::to_string(kMaxPlans) + " plans",
               "check fewer files at once");
        return;
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
}

// Parents, then lineages from the top down.
void Model::find_parents() {
  for (const auto& shape : shapes_) {
    const syntax::Name& wanted = shape->decl->parent;
    if (wanted.empty()) continue;
    const auto parent = by_name_.find(lower_case(wanted.text));
    if (parent != by_name_.end()) {
      shape->parent = parent->second;
    } else {
      report(Code::unknown_plan, wanted.span, "unknown plan '" + std::string(wanted.text) + "'",
             did_you_mean(wanted.text, plan_names()));
    }
  }
  for (const auto& shape : shapes_) {
    std::size_t steps = 0;
    for (const Shape* at = shape->parent; at != nullptr; at = at->parent) {
      if (++steps <= shapes_.size()) continue;
      report(Code::inheritance_cycle, shape->decl->parent.span,
             "plan '" + shape->lineage->name + "' inherits from itself", "one of the plans must inherit from none of the others");
      shape->parent = nullptr;
      break;
    }
  }
  for (const auto& shape : shapes_) {
    std::size_t ancestors = 0;
    for (const Shape* at = shape->parent; at != nullptr; at = at->parent) ++ancestors;
    if (ancestors <= kMaxAncestors) continue;
    report(Code::too_many, shape->decl->parent.span,
           "plan '" + shape->lineage->name + "' has more than " + std::to_string(kMaxAncestors) + " ancestors",
           "put members of several of them into one plan");
    shape->parent = nullptr;
  }
  for (const auto& shape : shapes_) {
    std::const_pointer_cast<types::PlanLineage>(shape->lineage)->parent = shape->parent ? shape->parent->lineage : nullptr;
  }
}

void Model::declare_aliases() {
  for (const syntax::ParsedFile& file : files_) {
    for (const syntax::TypeAlias* decl : file.aliases) {
      if (!named_index_.emplace(decl->name.text, named_.size()).second) {
        report(Code::duplicate_member, decl->name.span, "type '" + std::string(decl->name.text) + "' is declared twice",
               "give one of them another name");
        continue;
      }
      auto alias = alias_owner_.add(std::string(decl->name.text));
      pending_.push_back({alias, decl->type, nullptr});
      named_.emplace_back(std::string(decl->name.text), alias);
    }
  }
}

void Model::resolve(Shape& shape) {
  if (shape.resolving) return;
  shape.resolving = true;
  if (shape.parent != nullptr) resolve(*shape.parent);
  if (shape.parent != nullptr && inherits_too_much(shape)) shape.parent = nullptr;
  if (shape.parent != nullptr) {
    shape.members = shape.parent->members;
    count_type_arguments(shape);
    shape.aliases = instantiate_parent(shape, shape, shape.instances).aliases;
  }
  for (const syntax::Name& parameter : shape.decl->type_parameters) {
    auto alias = alias_owner_.add(std::string(parameter.text));
    alias->target = types::make(TypeKind::any);      // bound by each heir
    shape.aliases[std::string(parameter.text)] = alias;
  }
  resolve_plan_aliases(shape);
  add_members(shape);
}

// Told of the first plan that is one too many.
bool Model::inherits_too_much(const Shape& shape) {
  const bool told = inherited_ > kMaxInherited;
  inherited_ += shape.parent->members.size();
  if (inherited_ > kMaxInherited && !told) {
    report(Code::too_many, shape.decl->parent.span,
           "the plans inherit more than " + std::to_string(kMaxInherited) + " members together", "check fewer files at once");
  }
  return inherited_ > kMaxInherited;
}

void Model::count_type_arguments(const Shape& shape) {
  const auto& parameters = shape.parent->decl->type_parameters;
  const auto& arguments = shape.decl->parent_arguments;
  if (parameters.size() == arguments.size()) return;
  report(Code::wrong_arguments, shape.decl->parent.span,
         "plan '" + shape.parent->lineage->name + "' takes " + std::to_string(parameters.size()) +
             " type argument(s), got " + std::to_string(arguments.size()),
         parameters.empty() ? "leave out the types in brackets" : "write a type for each of its parameters in brackets");
}

// The parent as the heir's arguments make it, which mean something in `scope`; and so the parent's parent, if its
// arguments depend on them. Each has names of its own: the type parameters of two plans may be called the same.
const Shape& Model::instantiate_parent(const Shape& heir, const Shape& scope, std::map<const Shape*, const Shape*>& instances) {
  const Shape& parent = *heir.parent;
  instances.insert(parent.instances.begin(), parent.instances.end());
  const auto& parameters = parent.decl->type_parameters;
  if (parameters.empty()) return parent;
  Shape& instance = *instances_.emplace_back(std::make_unique<Shape>());
  instance.decl = parent.decl;
  instance.lineage = parent.lineage;
  instances[&parent] = &instance;
  if (parent.parent != nullptr) instance.aliases = instantiate_parent(parent, instance, instances).aliases;
  const auto& arguments = heir.decl->parent_arguments;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto alias = alias_owner_.add(std::string(parameters[i].text));
    if (i < arguments.size()) pending_.push_back({alias, arguments[i], &scope});
    else alias->target = types::make(TypeKind::any);
    instance.aliases[std::string(parameters[i].text)] = alias;
  }
  resolve_plan_aliases(instance);
  return instance;
}

void Model::resolve_plan_aliases(Shape& shape) {
  for (const syntax::Member& member : shape.decl->members) {
    if (member.kind != MemberKind::alias) continue;
    auto alias = alias_owner_.add(std::string(member.alias->name.text));
    pending_.push_back({alias, member.alias->type, &shape});
    shape.aliases[std::string(member.alias->name.text)] = alias;
  }
}

void Model::add_members(Shape& shape) {
  MemberIndex index;
  for (std::size_t i = 0; i < shape.members.size(); ++i) {
    index[{shape.members[i].member->kind, key_of(shape.members[i]).text}] = i;
  }
  for (const syntax::Member& member : shape.decl->members) {
    if (member.kind == MemberKind::state && member.state->names.size() > kMaxMembers) {
      report(Code::too_many, member.state->names[0].span, "there are more than " + std::to_string(kMaxMembers) + " states",
             "keep in a variable what is no state");
    }
    if (shape.members.size() >= kMaxMembers) {
      report(Code::too_many, member.span, "plan '" + shape.lineage->name + "' has more than " + std::to_string(kMaxMembers) + " members",
             "divide it into several plans");
      return;
    }
    if (member.kind != MemberKind::queue) {
      add_member(shape, index, {&member, &shape});
      continue;
    }
    for (const syntax::Name& name : member.queue->names) add_member(shape, index, {&member, &shape, &name});
  }
}

void Model::add_member(Shape& shape, MemberIndex& index, const Shape::MemberOf& added) {
  const syntax::Name key = key_of(added);
  const auto [at, is_new] = index.try_emplace({added.member->kind, key.text}, shape.members.size());
  if (is_new) {
    shape.members.push_back(added);
    return;
  }
  Shape::MemberOf& known = shape.members[at->second];
  if (known.owner != &shape) {
    known = added;      // an override keeps its ancestor's place
    return;
  }
  const bool states = added.member->kind == MemberKind::state;
  report(Code::duplicate_member, key.span,
         states ? "this plan has such a region of states already" : "'" + std::string(key.text) + "' is declared twice in this plan",
         states ? "a plan has at most one region of input states and one of its own: declare all its states in one list"
                : "give one of them another name");
}

void Model::set_alias_targets() {
  AliasGraph graph;
  for (const PendingAlias& pending : pending_) graph.add(pending.alias.get());
  for (std::size_t i = 0; i < pending_.size(); ++i) graph.connect(i, *pending_[i].expr, *this, pending_[i].in);
  const std::vector<bool> empty = graph.empty_ones();
  const std::vector<bool> too_long = graph.long_ones();
  std::set<const syntax::Expr*> told;      // once, whatever instances there are
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const std::string name = "'" + pending_[i].alias->name + "'";
    pending_[i].alias->target = types::string();      // as long as it is not known
    if ((empty[i] || too_long[i]) && !told.insert(pending_[i].expr).second) continue;
    if (empty[i]) {
      report(Code::invalid_type, pending_[i].expr->span, name + " leads only to itself, and so names no type",
             "an alias may name itself beside another type, or within a collection: `Variant[Integer, Array[…]]`");
    } else if (too_long[i]) {
      report(Code::too_many, pending_[i].expr->span,
             name + " names aliases in a chain of more than " + std::to_string(kMaxAliasChain), "write some of them out");
    }
  }
  // Twice: whether a member of a Struct may be left out depends on what the aliases in it stand for.
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const PendingAlias& pending = pending_[i];
      TypePtr target;
      if (!empty[i] && !too_long[i]) target = constant_type(*pending.expr, pending.in);
      if (!target && !empty[i] && !too_long[i]) target = widest_type(*pending.expr, *this, pending.in);
      pending.alias->target = target ? std::move(target) : types::make(TypeKind::any);   // told where the type is checked
    }
  }
}

// ---------------------------------------------------------------------------------------------- lookups

const Shape* Model::shape(std::string_view plan) const {
  const auto found = by_name_.find(lower_case(plan));
  return found == by_name_.end() ? nullptr : found->second;
}

TypePtr Model::named_type(std::string_view name, const Shape* in) const {
  if (in != nullptr) {
    const auto alias = in->aliases.find(name);
    if (alias != in->aliases.end()) return alias->second;
  }
  if (const auto alias = named_index_.find(name); alias != named_index_.end()) return named_[alias->second].second;
  if (TypePtr builtin = functions::builtin_type(name)) return builtin;
  if (const Shape* plan = shape(name)) return types::process(plan->lineage);
  return nullptr;
}

std::vector<std::string_view> Model::type_names(const Shape* in) const {
  std::vector<std::string_view> names{"Any", "Array", "Binary", "Boolean", "Callable", "Collection", "Data", "Enum", "Float",
                                      "Hash", "Integer", "Numeric", "Optional", "Pattern", "Regexp", "RichData", "Scalar",
                                      "ScalarData", "Sensitive", "String", "Struct", "Timespan", "Timestamp", "Tuple", "Type",
                                      "Undef", "Variant", "ChangeRequest"};
  for (const auto& [alias, _] : named_) names.push_back(alias);
  if (in != nullptr) {
    for (const auto& [alias, _] : in->aliases) names.push_back(alias);
  }
  return names;
}

std::vector<std::string_view> Model::plan_names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, _] : by_name_) names.push_back(name);
  return names;
}

TypePtr Model::constant_type(const syntax::Expr& expr, const Shape* in) const {
  return check::constant_type(expr, *this, in).type;
}

bool Model::has_member(const Shape& shape, std::string_view name) const {
  if (name == "state" || name == "title") return true;
  const QueueSymbol* queue = symbols(shape).queue(name);
  const VariableSymbol* variable = symbols(shape).variable(name);
  return (queue != nullptr && queue->decl != nullptr) || (variable != nullptr && variable->parameter);
}

bool Model::is_unread(std::string_view name, Span within) const {
  const Unread& unread = unread_.at(within.source);
  const auto places = unread.by_name.find(name);
  return places != unread.by_name.end() && is_within(places->second, within);
}

bool Model::has_unread(Span within) const { return is_within(unread_.at(within.source).all, within); }

}  // namespace plan::check
