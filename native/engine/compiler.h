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

#include "check/model.h"
#include "check/static_types.h"
#include "diagnostics/diagnostic.h"
#include "engine/code.h"
#include "engine/nodes_control.h"
#include "syntax/ast.h"

namespace plan::engine {

// A node and what is known of its values when it is compiled (null: nothing).
struct Typed {
  NodePtr node;
  types::TypePtr type;
};

using check::Shape;

class Compiler {
 public:
  // `late`: an unknown name is no diagnostic but an error where it is evaluated, as in Puppet.
  Compiler(Program::Data& data, diagnostics::Diagnostics& diagnostics, bool late = false)
      : data_(data), diagnostics_(diagnostics), late_(late) {}
  void run();
  // The code of a program's functions goes into `code`; what is given back is that of its statements.
  [[nodiscard]] NodePtr program(const syntax::ParsedProgram& program, PlanCode& code, std::uint32_t& slots);
  [[nodiscard]] bool late() const { return late_; }

  // ---- lookups shared by the plans
  [[nodiscard]] const Shape* shape(std::string_view plan) const { return data_.model ? data_.model->shape(plan) : nullptr; }
  [[nodiscard]] types::TypePtr named_type(std::string_view name, const Shape* in) const;
  [[nodiscard]] types::TypePtr member_type(const Shape& shape, std::string_view member) const { return data_.model->member_type(shape, member); }
  [[nodiscard]] bool has_member(const Shape& shape, std::string_view member) const { return data_.model->has_member(shape, member); }
  [[nodiscard]] std::vector<std::string_view> type_names(const Shape* in) const;
  void report(diagnostics::Code code, Span span, std::string message, std::string help = {});
  // A declared type as far as it is constant; null when it depends on variables.
  types::TypePtr constant_type(const syntax::Expr& expr, const Shape* in);

 private:
  // compile_program.cc
  void add_alias(const syntax::TypeAlias& decl);
  void settle_aliases();
  [[nodiscard]] types::TypePtr program_type(const syntax::Expr& expr);

  Program::Data& data_;
  diagnostics::Diagnostics& diagnostics_;
  bool late_;
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
  types::TypePtr type;
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

enum class Purpose : std::uint8_t { declaration, guard, function, body };

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
  types::TypePtr arc_source(const syntax::Arc& arc, ArcCode& code);
  PatternCode pattern(const syntax::Pattern& pattern, const types::TypePtr& type);
  void clauses(const syntax::Arc& arc, ArcCode& code, const types::TypePtr& element);
  void collect_targets(const syntax::ActionDecl& decl, ActionCode& code);
  void index_places(ActionCode& code);
  static void fix_attributes(PlaceCode& place);
  void collect_reference(const syntax::ActionDecl& decl, const syntax::Send& send, ActionCode& code);
  void note_alternatives(ActionCode& code);
  [[nodiscard]] bool uses(const PatternCode& pattern) const;

  // compile_expression.cc
  Typed expression(const syntax::Expr& expr);
  Typed variable(const syntax::Variable& expr);
  Typed class_ref(const syntax::ClassRef& expr);
  Typed access(const syntax::Access& expr);
  Typed call(const syntax::Call& expr);
  Typed method_call(const syntax::MethodCall& expr);
  Typed member(const syntax::MethodCall& expr, Typed receiver);
  Typed function_call(const syntax::Expr& at, const syntax::Name& name, std::vector<Item> arguments,
                      std::vector<types::TypePtr> argument_types, const syntax::Lambda* lambda);
  std::optional<Typed> effect_call(const syntax::Expr& at, const syntax::Name& name, const std::vector<Item>& arguments);
  std::unique_ptr<LambdaCode> lambda(const syntax::Lambda& lambda, const std::vector<types::TypePtr>& parameter_types,
                                     types::TypePtr* result);
  [[nodiscard]] std::vector<ParameterCode> parameters(syntax::List<syntax::Parameter> list, const std::vector<types::TypePtr>& known);
  Typed binary(const syntax::Binary& expr);
  Typed assign(const syntax::Assign& expr);
  TargetCode target(const syntax::Expr& expr, const types::TypePtr& type);
  Typed options(const syntax::Expr& at, const syntax::Expr& subject, syntax::List<syntax::Option> options, bool selector);
  Typed send(const syntax::Send& expr);
  Typed fold(Typed typed);
  Typed branch(const syntax::Expr& expr);
  Typed outer_variable(const syntax::Variable& expr, const Scope* scope);
  [[nodiscard]] NodePtr match_scope(NodePtr node, std::size_t matches_before);
  [[nodiscard]] TargetCode local_target(std::string_view name, Span span, const types::TypePtr& type);

  std::uint32_t bind_local(const syntax::Name& name, types::TypePtr type);
  std::uint32_t captures_slot();
  void begin(Purpose purpose);
  void depends_on_variable(std::uint32_t slot);
  [[nodiscard]] std::vector<std::string_view> variable_names() const;
  [[nodiscard]] std::vector<std::string_view> place_names() const;

  Compiler& compiler_;
  const Shape& shape_;
  PlanCode& code_;
  Purpose purpose_ = Purpose::declaration;
  Scope root_;
  Scope* scope_ = &root_;
  std::uint32_t slots_ = 0;
  std::uint32_t captures_ = kNone;
  std::size_t matches_ = 0;                    // operations so far that may set the captures
  Dependencies* dependencies_ = nullptr;
  std::set<std::uint32_t> used_locals_;        // since an arc was begun
  std::map<std::string, std::uint32_t, std::less<>> function_declarations_;
  std::map<std::uint32_t, types::TypePtr> place_types_, variable_types_;   // static
};

using check::bare;
using check::element_type;
using check::lambda_types;
using check::part_type;
using check::result_type;

}  // namespace plan::engine
