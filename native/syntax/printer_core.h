// The printer; private to this folder. Every method returns the text of its node without a line end at its end; lines
// within are indented for the current level.
#pragma once

#include <string>
#include <string_view>

#include "syntax/ast.h"

namespace plan::syntax {

inline constexpr int kOperatorStrength = 1;    // all but assignments
inline constexpr int kPostfixStrength = 13;    // what `.` and `[` may follow

class Printer {
 public:
  // printer.cc
  [[nodiscard]] std::string plan(const PlanDecl& plan);
  [[nodiscard]] std::string alias(const TypeAlias& alias);

  // print_expressions.cc: an expression that binds at least as strongly as `lowest`, or is parenthesised
  [[nodiscard]] std::string expression(const Expr& expression, int lowest = 0);

 private:
  // printer.cc
  [[nodiscard]] std::string member(const Member& member);
  [[nodiscard]] std::string variable(const VariableDecl& variable);
  [[nodiscard]] std::string queue(const QueueDecl& queue);
  [[nodiscard]] std::string state(const StateDecl& state);
  [[nodiscard]] std::string function(const FunctionDecl& function);
  [[nodiscard]] std::string action(const ActionDecl& action);
  [[nodiscard]] std::string parameters(List<Parameter> parameters);
  [[nodiscard]] std::string arc(const Arc& arc);
  [[nodiscard]] std::string pattern(const Pattern& pattern);
  [[nodiscard]] std::string source(const ArcSource& source);
  [[nodiscard]] std::string clause(const Clause& clause);
  [[nodiscard]] std::string statement(const Expr& statement);
  [[nodiscard]] std::string block(const Expr& block, bool may_be_one_line);

  // print_expressions.cc
  [[nodiscard]] std::string bare(const Expr& expression);
  [[nodiscard]] std::string bracketed(const Expr& expression);
  [[nodiscard]] std::string items(List<const Expr*> items);
  [[nodiscard]] std::string hash(const Hash& hash);
  [[nodiscard]] std::string call(const Call& call);
  [[nodiscard]] std::string method_call(const MethodCall& call);
  [[nodiscard]] std::string lambda(const Lambda* lambda);
  [[nodiscard]] std::string interpolation(const Interpolation& interpolation);
  [[nodiscard]] std::string selector(const Selector& selector);
  [[nodiscard]] std::string if_(const If& node);
  [[nodiscard]] std::string case_(const Case& node);
  [[nodiscard]] std::string condition(const Expr& expression);

  [[nodiscard]] std::string new_line() const { return "\n" + std::string(static_cast<std::size_t>(level_) * 2, ' '); }

  int level_ = 0;
  bool before_block_ = false;   // a brace call needs parentheses here
};

}  // namespace plan::syntax
