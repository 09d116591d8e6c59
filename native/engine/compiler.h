// From trees to code: plan by plan, from what check's model says that each declares, inherited members included.
// Internal to the engine; compile() in program.h is the door.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "check/check.h"
#include "check/model.h"
#include "diagnostics/diagnostic.h"
#include "engine/code.h"
#include "engine/nodes_control.h"
#include "syntax/ast.h"

namespace plan::engine {

using check::Shape;

// What the plans mean is check's word: where a plan is compiled, every name in it is known and every type fits as far
// as can be told.
class Compiler {
 public:
  // `diagnostics`: of a program's aliases; nothing is reported about plans.
  Compiler(Program::Data& data, diagnostics::Diagnostics& diagnostics) : data_(data), diagnostics_(diagnostics) {}
  void run();
  // The code of a program's functions goes into `code`; what is given back is that of its statements.
  [[nodiscard]] NodePtr program(const syntax::ParsedProgram& program, PlanCode& code, std::uint32_t& slots);
  // Puppet code without a plan: nothing has checked it, and an unknown name is an error where it is evaluated.
  [[nodiscard]] bool late() const { return data_.model == nullptr; }

  // ---- lookups shared by the plans
  [[nodiscard]] types::TypePtr named_type(std::string_view name, const Shape* in) const;
  [[nodiscard]] const check::Symbols& symbols(const Shape& shape) const { return data_.model->symbols(shape); }
  // Nothing: it calls a function.
  [[nodiscard]] std::optional<check::Member> member(const syntax::MethodCall& expr) const;
  // A declared type as far as it is constant; null when it depends on variables.
  types::TypePtr constant_type(const syntax::Expr& expr, const Shape* in);

 private:
  // compile_program.cc
  void add_alias(const syntax::TypeAlias& decl);
  void settle_aliases();
  [[nodiscard]] types::TypePtr program_type(const syntax::Expr& expr);

  Program::Data& data_;
  diagnostics::Diagnostics& diagnostics_;
  struct ProgramAlias {
    std::shared_ptr<types::Type> alias;
    const syntax::Expr* expr;
  };
  std::vector<ProgramAlias> aliases_;          // of a program
  std::unordered_map<std::string_view, types::TypePtr> aliases_by_name_;
};

// A name of an action, a function or a lambda. One that is set in a branch may be unset behind it: `flag` is the slot
// that tells.
struct Local {
  std::uint32_t slot = kNone;
  std::uint32_t flag = kNone;
  bool certain = true;                         // set on every path to here
};

// Names of an action, a function or a lambda while its code is made. A lambda's scope sees the one around it.
struct Scope {
  Scope* outer = nullptr;
  std::map<std::string, Local, std::less<>> locals;
  std::set<std::string, std::less<>> unevaluated;   // parameters that a default may not use yet
  std::size_t branches = 0;                    // that the code being made is inside of
};

// Makes the code of one plan.
class PlanCompiler {
 public:
  PlanCompiler(Compiler& compiler, const Shape& shape, PlanCode& code)
      : compiler_(compiler), shape_(shape), code_(code) {}
  void run();
  types::TypePtr constant_type(const syntax::Expr& expr);   // null when it is no constant type
  [[nodiscard]] NodePtr program(const syntax::ParsedProgram& program, std::uint32_t& slots);

 private:
  // compile_plan.cc
  void add_builtins();
  void declare(const Shape::MemberOf& member);
  void declare_variable(const syntax::VariableDecl& decl);
  void declare_queue(const syntax::QueueDecl& decl, const syntax::Name& name);
  void declare_states(const syntax::StateDecl& decl);
  void declare_function(const syntax::FunctionDecl& decl);
  void compile_member(const Shape::MemberOf& member);
  void compile_variable(const syntax::VariableDecl& decl);
  void compile_queue(const syntax::QueueDecl& decl, const syntax::Name& name);
  void compile_function(const syntax::FunctionDecl& decl);
  void index_readers();
  TypeCode type_code(const syntax::Expr* expr);

  // compile_action.cc
  void compile_action(const syntax::ActionDecl& decl, const Shape& owner);
  ArcCode arc(const syntax::Arc& arc);
  void arc_source(const syntax::Arc& arc, ArcCode& code);
  void state_source(const syntax::ArcSource& source, ArcCode& code);
  PatternCode pattern(const syntax::Pattern& pattern);
  void clauses(const syntax::Arc& arc, ArcCode& code);
  void guard(const syntax::Expr& expr, ArcCode& code);
  void collect_targets(const syntax::ActionDecl& decl, ActionCode& code);
  void index_places(ActionCode& code);
  static void fix_attributes(PlaceCode& place);
  void collect_reference(const syntax::ActionDecl& decl, const syntax::Send& send, ActionCode& code);
  void note_alternatives(ActionCode& code);
  [[nodiscard]] bool uses(const PatternCode& pattern) const;

  // compile_expression.cc
  NodePtr fold(NodePtr node);
  NodePtr expression(const syntax::Expr& expr);
  std::vector<NodePtr> nodes(syntax::List<const syntax::Expr*> list);
  Item item(const syntax::Expr& expr);
  std::vector<Item> items(syntax::List<const syntax::Expr*> list);
  NodePtr hash(const syntax::Hash& expr);
  NodePtr access(const syntax::Access& expr);
  NodePtr binary(const syntax::Binary& expr);

  // compile_names.cc
  NodePtr variable(const syntax::Variable& expr, const Scope* scope);
  NodePtr class_ref(const syntax::ClassRef& expr);
  TargetCode target(const syntax::Expr& expr);
  TargetCode local_target(std::string_view name);
  std::uint32_t bind_local(std::string_view name);
  std::uint32_t captures_slot();
  void depends_on_variable(std::uint32_t slot);
  [[nodiscard]] std::vector<std::string_view> variable_names() const;

  // compile_calls.cc
  NodePtr call(const syntax::Call& expr);
  NodePtr method_call(const syntax::MethodCall& expr);
  void note_making(const Node& type);
  void note_effect(Effect effect);
  NodePtr function_call(Span span, std::string_view name, std::vector<Item> arguments, const syntax::Lambda* block);
  NodePtr get_variable(Span span, std::vector<Item> arguments);
  std::unique_ptr<LambdaCode> lambda(const syntax::Lambda& lambda);
  [[nodiscard]] std::vector<ParameterCode> parameters(syntax::List<syntax::Parameter> list);

  // compile_control.cc
  NodePtr branch(const syntax::Expr& expr);
  NodePtr choice(const syntax::If& expr);
  NodePtr options(Span span, const syntax::Expr& subject, syntax::List<syntax::Option> options, bool selector);
  NodePtr send(const syntax::Send& expr);
  void note_target(const syntax::Send& expr);
  [[nodiscard]] NodePtr match_scope(NodePtr node, std::size_t matches_before);

  void begin();

  Compiler& compiler_;
  const Shape& shape_;
  const Shape* scope_of_types_ = &shape_;      // where names of types mean something: of the member's plan
  PlanCode& code_;
  Scope root_;
  Scope* scope_ = &root_;
  std::uint32_t slots_ = 0;
  std::uint32_t captures_ = kNone;
  std::size_t matches_ = 0;                    // operations so far that may set the captures
  Dependencies* dependencies_ = nullptr;       // of the guards that code is made of
  Consequences* consequences_ = nullptr;       // of the body that code is made of
  std::set<std::uint32_t> used_locals_;        // since an arc was begun
};

template <class T>
[[nodiscard]] const T& as(const syntax::Expr& expr) {
  return static_cast<const T&>(expr);
}

}  // namespace plan::engine
