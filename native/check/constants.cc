#include "check/constants.h"

#include <utility>
#include <vector>

#include "check/wording.h"
#include "functions/function.h"

namespace plan::check {

using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;
using values::Value;

namespace {

template <class T>
const T& as(const syntax::Expr& expr) {
  return static_cast<const T&>(expr);
}

// Evaluates what is constant. With `widen`, parts of types that are not constant are taken for Any, or left out.
class Constants {
 public:
  Constants(const Model& model, const Shape* in, bool widen) : model_(model), in_(in), widen_(widen) {}

  std::optional<Value> value(const syntax::Expr& expr) {
    switch (expr.kind) {
      case ExprKind::undef: case ExprKind::unit: return Value::undef();
      case ExprKind::default_: return Value::default_();
      case ExprKind::boolean: return Value::boolean(as<syntax::Boolean>(expr).value);
      case ExprKind::integer: return Value::integer(as<syntax::Integer>(expr).value);
      case ExprKind::floating: return Value::floating(as<syntax::Float>(expr).value);
      case ExprKind::duration: return Value::timespan(as<syntax::Duration>(expr).milliseconds * 1'000'000);
      case ExprKind::string: return Value::string(as<syntax::String>(expr).value);
      case ExprKind::name: return Value::string(as<syntax::NameExpr>(expr).name);
      case ExprKind::regex: return Value::regexp(std::string(as<syntax::Regex>(expr).pattern));
      case ExprKind::class_ref: return class_ref(as<syntax::ClassRef>(expr));
      case ExprKind::access: return access(as<syntax::Access>(expr));
      case ExprKind::array: return array(as<syntax::Array>(expr));
      case ExprKind::hash: return hash(as<syntax::Hash>(expr));
      case ExprKind::unary: return unary(as<syntax::Unary>(expr));
      case ExprKind::binary: return binary(as<syntax::Binary>(expr));
      case ExprKind::interpolation: case ExprKind::variable: case ExprKind::self: case ExprKind::call:
      case ExprKind::method_call: case ExprKind::assign: case ExprKind::selector: case ExprKind::if_:
      case ExprKind::case_: case ExprKind::block: case ExprKind::send:
        return std::nullopt;
    }
    PLAN_ASSERT(false);
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::optional<Value> class_ref(const syntax::ClassRef& expr) {
    TypePtr type = model_.named_type(expr.name, in_);
    return type ? std::optional(Value::type(std::move(type))) : std::nullopt;
  }

  std::optional<Value> array(const syntax::Array& expr) {
    std::vector<Value> items;
    for (const syntax::Expr* item : expr.items) {
      std::optional<Value> one = value(*item);
      if (!one) return std::nullopt;
      items.push_back(std::move(*one));
    }
    return guarded([&] { return Value::array(std::move(items)); });
  }

  std::optional<Value> hash(const syntax::Hash& expr) {
    values::HashBuilder builder;
    for (const syntax::HashEntry& entry : expr.entries) {
      std::optional<Value> key = value(*entry.key);
      std::optional<Value> one = value(*entry.value);
      if (!one && widen_) one = Value::type(types::make(TypeKind::any));
      if (!key || !one) return std::nullopt;
      builder.set(std::move(*key), std::move(*one));
    }
    return guarded([&] { return builder.build(); });
  }

  std::optional<Value> unary(const syntax::Unary& expr) {
    if (expr.op != syntax::UnaryOp::minus) return std::nullopt;
    const std::optional<Value> operand = value(*expr.operand);
    if (!operand) return std::nullopt;
    return guarded([&] { return values::negate(*operand); });
  }

  std::optional<Value> binary(const syntax::Binary& expr) {
    const std::optional<Value> left = value(*expr.left);
    const std::optional<Value> right = left ? value(*expr.right) : std::nullopt;
    if (!right) return std::nullopt;
    switch (expr.op) {
      case syntax::BinaryOp::add: return guarded([&] { return values::add(*left, *right); });
      case syntax::BinaryOp::subtract: return guarded([&] { return values::subtract(*left, *right); });
      case syntax::BinaryOp::multiply: return guarded([&] { return values::multiply(*left, *right); });
      case syntax::BinaryOp::divide: case syntax::BinaryOp::modulo: case syntax::BinaryOp::shift_left:
      case syntax::BinaryOp::shift_right: case syntax::BinaryOp::equal: case syntax::BinaryOp::not_equal:
      case syntax::BinaryOp::less: case syntax::BinaryOp::less_equal: case syntax::BinaryOp::greater:
      case syntax::BinaryOp::greater_equal: case syntax::BinaryOp::match: case syntax::BinaryOp::not_match:
      case syntax::BinaryOp::in: case syntax::BinaryOp::and_: case syntax::BinaryOp::or_:
        return std::nullopt;
    }
    PLAN_ASSERT(false);
  }

  std::optional<Value> access(const syntax::Access& expr) {
    if (expr.object->kind != ExprKind::class_ref) return std::nullopt;
    const std::string_view name = as<syntax::ClassRef>(*expr.object).name;
    TypePtr base = model_.named_type(name, in_);
    if (!base && name != "ChangeRequest") return std::nullopt;
    std::vector<Value> keys;
    for (const syntax::Expr* key : expr.keys) {
      if (key->kind == ExprKind::hash && as<syntax::Hash>(*key).entries.size() > kMaxStructMembers) return std::nullopt;
      std::optional<Value> one = value(*key);
      if (!one && widen_) one = Value::type(types::make(TypeKind::any));
      if (!one) return std::nullopt;
      keys.push_back(std::move(*one));
    }
    if (!base) return change_request(keys);
    if (std::optional<Value> made = guarded([&] { return Value::type(functions::parameterize(base, keys)); })) return made;
    return widen_ ? std::optional(Value::type(std::move(base))) : std::nullopt;
  }

  std::optional<Value> change_request(const std::vector<Value>& keys) {
    if (keys.size() != 1 || !keys[0].is(values::Kind::type)) {
      problem_ = "ChangeRequest takes the type of what is added and removed";
      return std::nullopt;
    }
    return Value::type(types::struct_({{"kind", types::enumeration({"add", "remove"}), false},
                                       {"value", keys[0].as_type(), false}}));
  }

  // What cannot be evaluated is no constant; why is kept for who asks for a type.
  std::optional<Value> guarded(const auto& make) {
    try {
      return make();
    } catch (const values::EvaluationError& error) {
      problem_ = error.what();
      return std::nullopt;
    }
  }

  const Model& model_;
  const Shape* in_;
  bool widen_;
  std::string problem_;
};

}  // namespace

std::optional<Value> constant_value(const syntax::Expr& expr, const Model& model, const Shape* in) {
  return Constants(model, in, false).value(expr);
}

ConstantType constant_type(const syntax::Expr& expr, const Model& model, const Shape* in) {
  Constants constants(model, in, false);
  const std::optional<Value> value = constants.value(expr);
  if (!value) return {nullptr, constants.problem()};
  if (!value->is(values::Kind::type)) return {nullptr, spelled(*value) + " is not a type"};
  return {value->as_type(), {}};
}

TypePtr widest_type(const syntax::Expr& expr, const Model& model, const Shape* in) {
  const std::optional<Value> value = Constants(model, in, true).value(expr);
  return value && value->is(values::Kind::type) ? value->as_type() : nullptr;
}

}  // namespace plan::check
