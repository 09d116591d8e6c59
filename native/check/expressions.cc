// Expressions but for calls: their static types, and what is wrong in them.
#include <algorithm>
#include <utility>

#include "check/checker.h"
#include "syntax/printer.h"

namespace plan::check {

using diagnostics::Code;
using syntax::BinaryOp;
using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;

namespace {

constexpr std::uint32_t kNumbers = kInteger | kFloat;
// Strings may be numeric.
constexpr std::uint32_t kComputable = kNumbers | kString | kTimespan | kTimestamp;

TypePtr boolean() { return types::make(TypeKind::boolean); }

// True only where the type is known and has no instance of these kinds.
bool never(const TypePtr& type, std::uint32_t kinds) { return type && (kinds_of(*type) & kinds) == 0; }

}  // namespace

TypePtr PlanChecker::expression(const syntax::Expr& expr) {
  switch (expr.kind) {
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::regex: case ExprKind::name: {
      const std::optional<values::Value> value = constant_value(expr, model_, &shape_);
      return value ? values::infer(*value) : nullptr;
    }
    case ExprKind::class_ref: return class_ref(as<syntax::ClassRef>(expr));
    case ExprKind::variable: return variable(as<syntax::Variable>(expr));
    case ExprKind::self: return types::process(shape_.lineage);
    case ExprKind::interpolation:
      for (const syntax::Expr* part : as<syntax::Interpolation>(expr).parts) expression(*part);
      return types::string();
    case ExprKind::array: return array(as<syntax::Array>(expr));
    case ExprKind::hash: return hash(as<syntax::Hash>(expr), false);
    case ExprKind::access: return access(as<syntax::Access>(expr));
    case ExprKind::call: return call(as<syntax::Call>(expr));
    case ExprKind::method_call: return method_call(as<syntax::MethodCall>(expr));
    case ExprKind::unary: return unary(as<syntax::Unary>(expr));
    case ExprKind::binary: return binary(as<syntax::Binary>(expr));
    case ExprKind::assign: return assign(as<syntax::Assign>(expr));
    case ExprKind::selector: return options(*as<syntax::Selector>(expr).subject, as<syntax::Selector>(expr).options);
    case ExprKind::case_: return options(*as<syntax::Case>(expr).subject, as<syntax::Case>(expr).options);
    case ExprKind::if_: return branch(as<syntax::If>(expr));
    case ExprKind::block: return block(as<syntax::Block>(expr));
    case ExprKind::send: return send(as<syntax::Send>(expr));
  }
  PLAN_ASSERT(false);
}

TypePtr PlanChecker::operand(const syntax::Expr& expr) {
  bare_name(expr);
  if (!is_splat(expr)) return expression(expr);
  expression(*as<syntax::Unary>(expr).operand);
  return nullptr;
}

// A type that nothing declares may be one of resources: `File.new { … }`, `Service['x']`.
TypePtr PlanChecker::class_ref(const syntax::ClassRef& expr) {
  const TypePtr type = model_.named_type(expr.name, &shape_);
  return type ? types::type_of_type(type) : nullptr;
}

TypePtr PlanChecker::array(const syntax::Array& expr) {
  std::vector<TypePtr> elements;
  bool known = true;
  for (const syntax::Expr* item : expr.items) {
    elements.push_back(operand(*item));
    if (is_splat(*item)) known = false;
    if (!elements.back()) elements.back() = types::make(TypeKind::any);
  }
  constexpr std::size_t kMaxElements = 64;      // known one by one
  if (known && elements.size() <= kMaxElements) return types::tuple(std::move(elements));
  return types::array(types::make(TypeKind::any), known ? static_cast<std::int64_t>(elements.size()) : 0);
}

// `attributes`: of a resource or process, whose values are often bare words.
TypePtr PlanChecker::hash(const syntax::Hash& expr, bool attributes, std::vector<TypePtr>* values) {
  std::set<std::string_view> seen;
  bool known_keys = true;
  for (const syntax::HashEntry& entry : expr.entries) {
    std::string_view key;
    if (entry.key->kind == ExprKind::name) key = as<syntax::NameExpr>(*entry.key).name;
    else if (entry.key->kind == ExprKind::string) key = as<syntax::String>(*entry.key).value;
    known_keys &= !key.empty();
    if (!key.empty() && !seen.insert(key).second) {
      report(Code::duplicate_member, entry.key->span, "the key " + quoted(key) + " stands here twice", "the later one would count");
    }
    expression(*entry.key);
    TypePtr type = attributes ? expression(*entry.value) : operand(*entry.value);
    entry_types_[entry.value] = type;
    if (values != nullptr) values->push_back(std::move(type));
  }
  const TypePtr any = types::make(TypeKind::any);
  const auto size = static_cast<std::int64_t>(known_keys ? seen.size() : 0);
  return types::hash(any, any, size);
}

TypePtr PlanChecker::access(const syntax::Access& expr) {
  const TypePtr object = expression(*expr.object);
  for (const syntax::Expr* key : expr.keys) expression(is_splat(*key) ? *as<syntax::Unary>(*key).operand : *key);
  const types::Type* type = bare(object);
  if (expr.object->kind == ExprKind::class_ref) {
    if (type == nullptr) return nullptr;       // a reference to resources
    const ConstantType constant = constant_type(expr, model_, &shape_);
    if (!constant.problem.empty()) report(Code::invalid_type, expr.span, constant.problem);
    const TypePtr made = constant.type ? constant.type : widest_type(expr, model_, &shape_);
    return made ? types::type_of_type(made) : nullptr;
  }
  constexpr std::uint32_t kIndexed = kString | kArray | kHash | kType | kBinary | kUndef;
  if (never(object, kIndexed)) {
    report(Code::type_mismatch, expr.span, "`[…]` takes a part of an Array, a Hash or a String, not of " +
                                               kind_of(object));
    return nullptr;
  }
  if (expr.keys.size() != 1 || is_splat(*expr.keys[0])) return nullptr;
  const std::optional<values::Value> key = constant_value(*expr.keys[0], model_, &shape_);
  if (type != nullptr && type->kind == TypeKind::struct_ && key && key->is(values::Kind::string)) {
    const bool declared = std::any_of(type->members.begin(), type->members.end(),
                                      [&](const types::StructMember& member) { return member.name == key->as_string(); });
    if (!declared) {
      std::vector<std::string_view> names;
      for (const types::StructMember& member : type->members) names.push_back(member.name);
      report(Code::unknown_member, expr.keys[0]->span, "the Struct has no member " + quoted(key->as_string()),
             did_you_mean(key->as_string(), names));
      return nullptr;
    }
  }
  const TypePtr part = access_type(object, key ? &*key : nullptr);
  return part ? types::optional(part) : nullptr;
}

TypePtr PlanChecker::unary(const syntax::Unary& expr) {
  const TypePtr type = operand(*expr.operand);
  switch (expr.op) {
    case syntax::UnaryOp::not_: return boolean();
    case syntax::UnaryOp::splat: return nullptr;
    case syntax::UnaryOp::minus: break;
  }
  if (never(type, kNumbers | kString | kTimespan)) {
    report(Code::type_mismatch, expr.operand->span, "`-` takes a number, got " + kind_of(type));
  }
  const types::Type* sort = bare(type);
  if (sort == nullptr || sort->kind == TypeKind::string) return nullptr;
  return types::generalize(type);
}

TypePtr PlanChecker::binary(const syntax::Binary& expr) {
  const TypePtr left = operand(*expr.left);
  if (expr.op == BinaryOp::match || expr.op == BinaryOp::not_match) {
    if (expr.right->kind == ExprKind::class_ref || expr.right->kind == ExprKind::access) {
      if (expr.right->kind == ExprKind::class_ref ||
          as<syntax::Access>(*expr.right).object->kind == ExprKind::class_ref) {
        declared_type(*expr.right);
        return boolean();
      }
    }
  }
  const TypePtr right = operand(*expr.right);
  switch (expr.op) {
    case BinaryOp::add: case BinaryOp::subtract: case BinaryOp::multiply: case BinaryOp::divide: case BinaryOp::modulo:
    case BinaryOp::shift_left: case BinaryOp::shift_right:
      return arithmetic(expr, left, right);
    case BinaryOp::less: case BinaryOp::less_equal: case BinaryOp::greater: case BinaryOp::greater_equal:
      comparison(expr, left, right);
      return boolean();
    case BinaryOp::match: case BinaryOp::not_match: case BinaryOp::equal: case BinaryOp::not_equal: case BinaryOp::in:
    case BinaryOp::and_: case BinaryOp::or_:
      return boolean();
  }
  PLAN_ASSERT(false);
}

TypePtr PlanChecker::arithmetic(const syntax::Binary& expr, const TypePtr& left, const TypePtr& right) {
  const bool collects = expr.op == BinaryOp::add || expr.op == BinaryOp::subtract || expr.op == BinaryOp::shift_left;
  const std::uint32_t taken = kComputable | kSemver | kBinary | (collects ? kArray | kHash : 0U);
  const auto refuse = [&](const syntax::Expr& part, const TypePtr& type) {
    report(Code::type_mismatch, part.span, "`" + std::string(syntax::symbol(expr.op)) + "` cannot be used with " +
                                               kind_of(type));
  };
  if (never(left, taken)) return refuse(*expr.left, left), nullptr;
  const bool left_collects = left && (kinds_of(*left) & (kArray | kHash)) != 0;
  if (left && !left_collects && never(right, kComputable | kSemver | kBinary)) return refuse(*expr.right, right), nullptr;
  const types::Type* type = bare(left);
  if (type == nullptr) return nullptr;
  const TypePtr any = types::make(TypeKind::any);
  const bool is_hash = type->kind == TypeKind::hash || type->kind == TypeKind::struct_;
  const bool is_array = type->kind == TypeKind::array || type->kind == TypeKind::tuple;
  if (is_hash && expr.op == BinaryOp::subtract) return types::hash(any, any);
  if (is_hash && right && types::equal(*left, *right)) return left;
  if (is_hash) return types::hash(any, any);
  if (is_array && right && type->kind == TypeKind::array && types::equal(*left, *right)) return left;
  if (is_array) return types::array(any);
  const bool integers = type->kind == TypeKind::integer && bare(right) != nullptr && bare(right)->kind == TypeKind::integer;
  if (integers) return types::integer();
  return (kinds_of(*left) & ~kNumbers) == 0 ? types::make(TypeKind::numeric) : nullptr;
}

void PlanChecker::comparison(const syntax::Binary& expr, const TypePtr& left, const TypePtr& right) {
  if (!left || !right) return;
  constexpr std::uint32_t kOrdered = kNumbers | kString | kTimespan | kTimestamp | kSemver | kType | kUndef;
  const auto family = [](std::uint32_t kinds) { return (kinds & kNumbers) != 0 ? kinds | kNumbers : kinds; };
  const std::uint32_t a = family(kinds_of(*left)) & kOrdered;
  const std::uint32_t b = family(kinds_of(*right)) & kOrdered;
  const bool moment = ((a | b) & (kTimespan | kTimestamp)) != 0;     // compare with numbers, too
  if ((a & b) != 0 || (moment && ((a | b) & kNumbers) != 0)) return;
  report(Code::type_mismatch, expr.span, kind_of(left) + " and " +
                                             kind_of(right) + " have no order",
         "`" + std::string(syntax::symbol(expr.op)) + "` compares two numbers, two texts, or two moments");
}

// ---------------------------------------------------------------------------------------------- assignments

TypePtr PlanChecker::assign(const syntax::Assign& expr) {
  if (purpose_ == Purpose::guard) {
    report(Code::assignment_in_guard, expr.span, "`=` sets a variable, and a guard only looks", "use `==` to compare");
  }
  bare_name(*expr.value);
  const TypePtr type = expression(*expr.value);
  if (purpose_ != Purpose::guard) assign_to(*expr.target, type, expr.value);
  return type;
}

void PlanChecker::assign_to(const syntax::Expr& target, const TypePtr& type, const syntax::Expr* value) {
  if (target.kind == ExprKind::variable) return assign_variable(as<syntax::Variable>(target), type, value);
  if (target.kind != ExprKind::array) return;       // the parser has told
  const auto& items = as<syntax::Array>(target).items;
  const types::Type* whole = bare(type);
  if (never(type, kArray | kHash)) {
    report(Code::type_mismatch, target.span, "this takes an Array or a Hash apart, got " + kind_of(type));
  } else if (whole != nullptr && (whole->kind == TypeKind::tuple || whole->kind == TypeKind::array)) {
    const types::SizeRange size = types::size_range(*whole);
    const auto wanted = static_cast<std::int64_t>(items.size());
    if (wanted < size.min || wanted > size.max) {
      report(Code::type_mismatch, target.span, "there are " + std::to_string(wanted) + " names for " +
                                                   std::to_string(wanted < size.min ? size.min : size.max) + " values");
    }
  }
  std::size_t position = 0;
  for (const syntax::Expr* part : items) {
    const std::string_view name = part->kind == ExprKind::variable ? as<syntax::Variable>(*part).name : std::string_view();
    assign_to(*part, part_type(type, position++, name), nullptr);
  }
}

void PlanChecker::assign_variable(const syntax::Variable& target, const TypePtr& type, const syntax::Expr* value) {
  const VariableSymbol* known = symbols_.variable(target.name);
  if (known == nullptr) {
    const auto local = scope_->locals.find(target.name);
    if (local == scope_->locals.end()) {
      scope_->locals.emplace(target.name, Local{target.span, Local::Origin::assignment, type});
      scope_->newly_set.push_back(target.name);
    } else if (local->second.surely_set) {
      report(Code::reassigned_variable, target.span, "'$" + std::string(target.name) + "' is set already",
             "a local name is set once: choose another one, or declare a variable of the plan");
    } else {
      local->second.surely_set = true;      // on another path than before
      scope_->newly_set.push_back(target.name);
      local->second.type = nullptr;
    }
    return;
  }
  facts_.plans[&shape_].variables.insert(known->name);
  if (known->decl == nullptr || known->parameter) {
    report(Code::reassigned_variable, target.span, "'$" + std::string(target.name) + "' is given to the plan and cannot be set by it",
           "remember the value in another variable of the plan");
  } else if (purpose_ == Purpose::function || purpose_ == Purpose::declaration) {
    report(Code::effect_in_guard, target.span, "a function only computes, and cannot set '$" + std::string(target.name) + "'",
           "return the value, and set the variable in the body of an action");
  } else if (value != nullptr) {
    accepts(type_of(*known), *value, type, "'$" + std::string(target.name) + "' is declared as");
  }
}

// ---------------------------------------------------------------------------------------------- branches

namespace {

// The locals that are set on a path of their own: what is set on all paths is set afterwards.
class Paths {
 public:
  explicit Paths(Scope& scope) : scope_(scope), begin_(scope.newly_set.size()) {}

  void next() {
    ++paths_;
    for (std::size_t i = begin_; i < scope_.newly_set.size(); ++i) {
      ++set_[scope_.newly_set[i]];
      scope_.locals.at(scope_.newly_set[i]).surely_set = false;
    }
    scope_.newly_set.resize(begin_);
  }

  void end() {
    for (const auto& [name, count] : set_) {
      if (count != paths_) continue;
      scope_.locals.at(name).surely_set = true;
      scope_.newly_set.push_back(name);
    }
  }

 private:
  Scope& scope_;
  std::size_t begin_;
  std::map<std::string_view, int> set_;
  int paths_ = 0;
};

}  // namespace

TypePtr PlanChecker::branch(const syntax::If& expr) {
  operand(*expr.condition);
  Paths paths(*scope_);
  const TypePtr then = expression(*expr.then_branch);
  paths.next();
  const TypePtr otherwise = expr.else_branch ? expression(*expr.else_branch) : types::make(TypeKind::undef);
  paths.next();
  paths.end();
  return then && otherwise ? types::common(then, otherwise) : nullptr;
}

TypePtr PlanChecker::options(const syntax::Expr& subject, syntax::List<syntax::Option> list) {
  operand(subject);
  Paths paths(*scope_);
  TypePtr type;
  bool first = true;
  bool has_default = false;
  for (const syntax::Option& option : list) {
    for (const syntax::Expr* match : option.matches) {
      if (match->kind == ExprKind::default_ && has_default) {
        report(Code::duplicate_member, match->span, "`default` stands here twice", "one of them can never be taken");
      }
      has_default |= match->kind == ExprKind::default_;
      expression(is_splat(*match) ? *as<syntax::Unary>(*match).operand : *match);
    }
    bare_name(*option.result);
    const TypePtr result = expression(*option.result);
    paths.next();
    type = !result ? nullptr : (first ? result : (type ? types::common(type, result) : nullptr));
    first = false;
  }
  if (!has_default) paths.next();
  paths.end();
  return has_default ? type : nullptr;
}

TypePtr PlanChecker::block(const syntax::Block& expr) {
  return statements({expr.statements.begin(), expr.statements.end()}, true);
}

}  // namespace plan::check
