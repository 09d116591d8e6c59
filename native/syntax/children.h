// The expressions that an expression is made of, in the order of the text.
#pragma once

#include "base/assert.h"
#include "syntax/ast.h"

namespace plan::syntax {

template <class Visit>
void for_each_child(const Lambda* lambda, const Visit& visit) {
  if (lambda == nullptr) return;
  for (const Parameter& parameter : lambda->parameters) {
    if (parameter.type != nullptr) visit(*parameter.type);
    if (parameter.default_value != nullptr) visit(*parameter.default_value);
  }
  if (lambda->return_type != nullptr) visit(*lambda->return_type);
  visit(*lambda->body);
}

template <class Visit>
void for_each_child(List<Option> options, const Visit& visit) {
  for (const Option& option : options) {
    for (const Expr* match : option.matches) visit(*match);
    visit(*option.result);
  }
}

template <class Visit>
void for_each_child(const Expr& expr, const Visit& visit) {
  const auto all = [&visit](List<const Expr*> list) {
    for (const Expr* one : list) visit(*one);
  };
  switch (expr.kind) {
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::regex: case ExprKind::name:
    case ExprKind::class_ref: case ExprKind::variable: case ExprKind::self:
      return;
    case ExprKind::interpolation: return all(static_cast<const Interpolation&>(expr).parts);
    case ExprKind::array: return all(static_cast<const Array&>(expr).items);
    case ExprKind::hash:
      for (const HashEntry& entry : static_cast<const Hash&>(expr).entries) {
        visit(*entry.key);
        visit(*entry.value);
      }
      return;
    case ExprKind::access:
      visit(*static_cast<const Access&>(expr).object);
      return all(static_cast<const Access&>(expr).keys);
    case ExprKind::call:
      all(static_cast<const Call&>(expr).arguments);
      return for_each_child(static_cast<const Call&>(expr).lambda, visit);
    case ExprKind::method_call:
      visit(*static_cast<const MethodCall&>(expr).receiver);
      all(static_cast<const MethodCall&>(expr).arguments);
      return for_each_child(static_cast<const MethodCall&>(expr).lambda, visit);
    case ExprKind::unary: return visit(*static_cast<const Unary&>(expr).operand);
    case ExprKind::binary:
      visit(*static_cast<const Binary&>(expr).left);
      return visit(*static_cast<const Binary&>(expr).right);
    case ExprKind::assign:
      visit(*static_cast<const Assign&>(expr).target);
      return visit(*static_cast<const Assign&>(expr).value);
    case ExprKind::selector:
      visit(*static_cast<const Selector&>(expr).subject);
      return for_each_child(static_cast<const Selector&>(expr).options, visit);
    case ExprKind::if_: {
      const auto& choice = static_cast<const If&>(expr);
      visit(*choice.condition);
      visit(*choice.then_branch);
      if (choice.else_branch != nullptr) visit(*choice.else_branch);
      return;
    }
    case ExprKind::case_:
      visit(*static_cast<const Case&>(expr).subject);
      return for_each_child(static_cast<const Case&>(expr).options, visit);
    case ExprKind::block: return all(static_cast<const Block&>(expr).statements);
    case ExprKind::send:
      visit(*static_cast<const Send&>(expr).value);
      return visit(*static_cast<const Send&>(expr).target);
  }
  PLAN_ASSERT(false);
}

}  // namespace plan::syntax
