// The walk over one plan's members; private to this folder. Every method that takes an expression reports what is wrong
// in it and returns its static type, null when nothing is known of it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "check/constants.h"
#include "check/facts.h"
#include "check/model.h"
#include "check/overlap.h"
#include "check/signatures.h"
#include "check/static_types.h"
#include "check/wording.h"
#include "types/text.h"
#include "base/assert.h"
#include "diagnostics/diagnostic.h"
#include "functions/function.h"
#include "syntax/ast.h"

namespace plan::check {

struct Local {
  enum class Origin : std::uint8_t { pattern, assignment, parameter, lambda };
  Span span;
  Origin origin;
  types::TypePtr type;
  bool used = false;
  bool surely_set = true;     // false: only on some paths so far
};

// Names of an action, a function or a lambda. A lambda's scope sees the one around it.
struct Scope {
  Scope* outer = nullptr;
  std::map<std::string_view, Local> locals;
  std::vector<std::string_view> newly_set;      // by assignments, in their order
};

enum class Purpose : std::uint8_t { declaration, guard, function, body };

// What is found once and asked for often.
struct Known {
  // What functions without a declared type return, as far as their bodies tell.
  std::map<const syntax::FunctionDecl*, types::TypePtr> results;
  std::set<const syntax::FunctionDecl*> running;
  // Declared types, by the plan in which their names mean something.
  std::map<std::pair<const syntax::Expr*, const Shape*>, types::TypePtr> declared;
};

class PlanChecker {
 public:
  PlanChecker(const Model& model, const Shape& shape, Facts& facts, Known& known,
              diagnostics::Diagnostics& diagnostics)
      : model_(model), shape_(shape), symbols_(model.symbols(shape)), facts_(facts), known_(known),
        diagnostics_(diagnostics) {}
  void run();

 private:
  // declarations.cc
  void member(const syntax::Member& member);
  void variable(const syntax::VariableDecl& decl);
  void queue(const syntax::QueueDecl& decl);
  void attribute(const syntax::QueueDecl& decl, const syntax::Attribute& attribute);
  void heard_operator(const syntax::QueueDecl& decl, const syntax::Attribute& attribute);
  void entries(const syntax::QueueDecl& decl, const syntax::Attribute& attribute, const types::TypePtr& given);
  void states(const syntax::StateDecl& decl);
  void function(const syntax::FunctionDecl& decl);
  types::TypePtr parameter(const syntax::Parameter& parameter, Local::Origin origin, types::TypePtr implied);
  void unique_names(syntax::List<syntax::Parameter> parameters);
  types::TypePtr function_result(const Shape::MemberOf& function);
  types::TypePtr body_type(const syntax::FunctionDecl& decl);

  // overrides.cc
  void overrides();
  void override_variable(const syntax::VariableDecl& decl);
  void override_queue(const syntax::QueueDecl& decl);
  void override_function(const syntax::FunctionDecl& decl);

  // actions.cc
  void action(const syntax::ActionDecl& decl);
  void arc(const syntax::Arc& arc);
  [[nodiscard]] types::TypePtr sender(const syntax::ArcSource& source) const;
  void arc_count(const syntax::Arc& arc);
  types::TypePtr source(const syntax::Arc& arc);
  types::TypePtr queue_source(const syntax::Arc& arc);
  types::TypePtr parameter_source(const syntax::ArcSource& source);
  types::TypePtr state_source(const syntax::Arc& arc);
  types::TypePtr reference_source(const syntax::ArcSource& source);
  void pattern(const syntax::Pattern& pattern, const types::TypePtr& type);
  void array_pattern(const syntax::Pattern& pattern, const types::TypePtr& type);
  void clause(const syntax::Clause& clause);
  void awaiting(const syntax::Expr& reason, const types::TypePtr& type);
  void empty_body(const syntax::ActionDecl& decl);

  // statements.cc
  types::TypePtr statements(const std::vector<const syntax::Expr*>& list, bool uses_last);      // the type of the last
  bool broken_in_two(const syntax::Expr& first, const syntax::Expr& second);
  void unused_value(const syntax::Expr& statement);
  bool broken_send(const syntax::Expr& value, const syntax::Expr& next);

  // expressions.cc
  types::TypePtr expression(const syntax::Expr& expr);
  types::TypePtr operand(const syntax::Expr& expr);      // with a splat, of which nothing is known
  types::TypePtr class_ref(const syntax::ClassRef& expr);
  types::TypePtr array(const syntax::Array& expr);
  // `values`, when not null, is given the types of the entries' values.
  types::TypePtr hash(const syntax::Hash& expr, bool attributes, std::vector<types::TypePtr>* values = nullptr);
  types::TypePtr access(const syntax::Access& expr);
  types::TypePtr unary(const syntax::Unary& expr);
  types::TypePtr binary(const syntax::Binary& expr);
  types::TypePtr arithmetic(const syntax::Binary& expr, const types::TypePtr& left, const types::TypePtr& right);
  void comparison(const syntax::Binary& expr, const types::TypePtr& left, const types::TypePtr& right);
  types::TypePtr assign(const syntax::Assign& expr);
  void assign_to(const syntax::Expr& target, const types::TypePtr& type, const syntax::Expr* value);
  void assign_variable(const syntax::Variable& target, const types::TypePtr& type, const syntax::Expr* value);
  types::TypePtr branch(const syntax::If& expr);
  types::TypePtr options(const syntax::Expr& subject, syntax::List<syntax::Option> options);
  types::TypePtr block(const syntax::Block& expr);

  // calls.cc
  types::TypePtr call(const syntax::Call& expr);
  types::TypePtr method_call(const syntax::MethodCall& expr);
  types::TypePtr member_access(const syntax::MethodCall& expr, const types::TypePtr& receiver);
  types::TypePtr process_member(const syntax::MethodCall& expr, const types::Type& process);
  [[nodiscard]] bool is_member(const syntax::MethodCall& expr, const types::Type* receiver) const;
  bool bare_receiver(const syntax::MethodCall& expr);
  types::TypePtr make_new(const syntax::MethodCall& expr);
  void process_parameters(const syntax::MethodCall& expr, const Shape& plan, const std::vector<types::TypePtr>& types);
  struct Argument {
    const syntax::Expr* expr;
    types::TypePtr type;
    bool splat;
  };
  std::vector<Argument> arguments(syntax::List<const syntax::Expr*> list);
  types::TypePtr function_call(const syntax::Expr& at, const syntax::Name& name, const std::vector<Argument>& arguments,
                               const syntax::Lambda* lambda);
  const Signature* signature(std::string_view function, const std::vector<Argument>& arguments) const;
  void signature_arguments(std::string_view function, const Signature& signature, const std::vector<Argument>& arguments);
  void lambda_arity(const functions::Function& function, const syntax::Lambda& lambda);
  types::TypePtr own_function(const syntax::Expr& at, const Shape::MemberOf& function,
                              const std::vector<Argument>& arguments, const syntax::Lambda* lambda);
  bool effect_call(const syntax::Expr& at, const syntax::Name& name, const std::vector<Argument>& arguments);
  void become(const std::vector<Argument>& arguments);
  types::TypePtr lambda(const syntax::Lambda& lambda, const std::vector<types::TypePtr>& parameter_types);

  // sends.cc
  types::TypePtr send(const syntax::Send& expr);
  void send_to_name(const syntax::Send& expr, std::string_view name, const types::TypePtr& type);
  bool is_operators(const QueueSymbol& queue, Span span);      // reports it
  void send_to_state(const syntax::Send& expr, const types::TypePtr& type);
  void send_to_reference(const syntax::Send& expr, const syntax::MethodCall& target, const types::TypePtr& type);
  void set_state_of(const syntax::Send& expr, const Shape& plan);
  void broadcast(const syntax::Send& expr, const types::TypePtr& type);
  void move_states(const syntax::Expr& value);
  bool turned_around(const syntax::Send& expr);
  // Reports when `value` surely is no instance of `declared`; `what` says who declares it.
  bool accepts(const types::TypePtr& declared, const syntax::Expr& value, const types::TypePtr& type, const std::string& what);
  bool accepts_members(const types::Type& declared, const syntax::Hash& value, const std::string& what);

  // names.cc
  types::TypePtr variable(const syntax::Variable& expr);
  types::TypePtr unknown_variable(const syntax::Variable& expr);
  void bare_name(const syntax::Expr& expr);
  void bind(const syntax::Name& name, types::TypePtr type, Local::Origin origin);
  [[nodiscard]] Local* find_local(std::string_view name);
  void report_unused(const Scope& scope);
  void begin(Purpose purpose, Span within);
  // A declared type as far as it is known: at least the instances that it has whatever its variables hold.
  types::TypePtr known_type(const syntax::Expr& type, const Shape* in);
  // As a plan has it that may have inherited it.
  types::TypePtr type_of(const VariableSymbol& variable, const Shape& plan);
  types::TypePtr type_of(const QueueSymbol& queue, const Shape& plan);
  types::TypePtr type_of(const auto& symbol) { return type_of(symbol, shape_); }
  types::TypePtr member_type(const Shape& plan, std::string_view name);      // of a reference
  [[nodiscard]] std::vector<std::string_view> variable_names() const;
  [[nodiscard]] std::vector<std::string_view> queue_names() const;
  [[nodiscard]] std::string named_member(std::string_view unknown) const;
  // The queue of that name, or the near one that was meant: its uses then count for that.
  const QueueSymbol* known_queue(std::string_view name, Span span, bool* guessed);
  void report(diagnostics::Code code, Span span, std::string message, std::string help = {});

  // type_expressions.cc
  types::TypePtr declared_type(const syntax::Expr& expr);

  const Model& model_;
  const Shape& shape_;
  const Symbols& symbols_;
  Facts& facts_;
  Known& known_;
  diagnostics::Diagnostics& diagnostics_;
  Purpose purpose_ = Purpose::declaration;
  Span within_;                           // the member that is walked
  Scope root_;
  Scope* scope_ = &root_;
  ActionFacts* action_ = nullptr;
  std::map<const syntax::Expr*, types::TypePtr> entry_types_;      // of what stands in literal hashes of the member
  bool leaves_early_ = false;             // by `return`, `next` or `break`: the last statement is not the only result
};

template <class T>
[[nodiscard]] const T& as(const syntax::Expr& expr) {
  return static_cast<const T&>(expr);
}
[[nodiscard]] inline std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }
[[nodiscard]] inline bool is_splat(const syntax::Expr& expr) {
  return expr.kind == syntax::ExprKind::unary && as<syntax::Unary>(expr).op == syntax::UnaryOp::splat;
}

// How many arguments parameters take.
struct Arity {
  std::size_t least;
  std::size_t most;
};
[[nodiscard]] Arity arity_of(syntax::List<syntax::Parameter> parameters);

// A type expression outside of plans, or the arguments of a parent.
void check_alias(const Model& model, const Shape* in, const syntax::Expr& type, diagnostics::Diagnostics& diagnostics);

}  // namespace plan::check
