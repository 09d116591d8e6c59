#include "syntax/validate.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "syntax/characters.h"
#include "syntax/children.h"
#include "syntax/printer.h"

namespace plan::syntax {

namespace {

template <class T>
const T& as(const Expr& expr) {
  return static_cast<const T&>(expr);
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// [a-z_]word, segments joined by '::'; only the last segment may start with '_'.
bool is_variable_name(std::string_view name) {
  if (name.starts_with("::")) name.remove_prefix(2);
  while (true) {
    const std::size_t end = name.find("::");
    const std::string_view segment = name.substr(0, end);
    if (segment.empty() || !is_word_start(segment[0])) return false;
    if (end == std::string_view::npos) return true;
    if (segment[0] == '_') return false;
    name.remove_prefix(end + 2);
  }
}

// A key whose value is known, written so that equal keys are written alike.
std::optional<std::string> literal(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::string: return "s" + std::string(as<String>(expr).value);
    case ExprKind::name: return "s" + std::string(as<NameExpr>(expr).name);
    case ExprKind::integer: return "i" + std::to_string(as<Integer>(expr).value);
    case ExprKind::floating: return "f" + std::to_string(as<Float>(expr).value);
    case ExprKind::boolean: return as<Boolean>(expr).value ? "true" : "false";
    case ExprKind::undef: case ExprKind::unit: return "undef";
    case ExprKind::default_: return "default";
    case ExprKind::regex: return "r" + std::string(as<Regex>(expr).pattern);
    case ExprKind::array: {
      std::string all = "[";
      for (const Expr* item : as<Array>(expr).items) {
        const auto part = literal(*item);
        if (!part) return std::nullopt;
        all += std::to_string(part->size()) + ":" + *part;
      }
      return all;
    }
    case ExprKind::hash: {
      std::string all = "{";
      for (const HashEntry& entry : as<Hash>(expr).entries) {
        const auto key = literal(*entry.key);
        const auto value = literal(*entry.value);
        if (!key || !value) return std::nullopt;
        all += std::to_string(key->size()) + ":" + *key + std::to_string(value->size()) + ":" + *value;
      }
      return all;
    }
    case ExprKind::duration: case ExprKind::interpolation: case ExprKind::class_ref: case ExprKind::variable:
    case ExprKind::self: case ExprKind::access: case ExprKind::call: case ExprKind::method_call: case ExprKind::unary:
    case ExprKind::binary: case ExprKind::assign: case ExprKind::selector: case ExprKind::if_: case ExprKind::case_:
    case ExprKind::block: case ExprKind::send:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_idle(const Expr* expr);

bool all_idle(List<const Expr*> list) {
  return std::all_of(list.begin(), list.end(), [](const Expr* one) { return is_idle(one); });
}

bool is_idle(const Expr* expr) {
  if (expr == nullptr) return true;
  switch (expr->kind) {
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::interpolation:
    case ExprKind::regex: case ExprKind::name: case ExprKind::class_ref: case ExprKind::variable: case ExprKind::self:
    case ExprKind::array: case ExprKind::hash: case ExprKind::access: case ExprKind::unary: case ExprKind::selector:
      return true;
    case ExprKind::binary: {
      const BinaryOp op = as<Binary>(*expr).op;
      return op != BinaryOp::match && op != BinaryOp::not_match;   // they set $0 and its kin
    }
    case ExprKind::call: case ExprKind::method_call: case ExprKind::assign: case ExprKind::send: return false;
    case ExprKind::if_: {
      const auto& choice = as<If>(*expr);
      return is_idle(choice.condition) && is_idle(choice.then_branch) && is_idle(choice.else_branch);
    }
    case ExprKind::case_: {
      const auto& choice = as<Case>(*expr);
      return is_idle(choice.subject) && std::all_of(choice.options.begin(), choice.options.end(), [](const Option& option) {
               return all_idle(option.matches) && is_idle(option.result);
             });
    }
    case ExprKind::block: return all_idle(as<Block>(*expr).statements);
  }
  return false;
}

class Validator {
 public:
  explicit Validator(std::vector<Issue>& found) : found_(found) {}

  void visit(const Expr& expr) {
    check(expr);
    for_each_child(expr, [this](const Expr& child) { visit(child); });
  }

  void parameters(List<Parameter> list, bool function) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Parameter& parameter = list[i];
      const std::string name(parameter.name.text);
      if (all_digits(name)) {
        report("ILLEGAL_NUMERIC_PARAMETER", "the numeric parameter name '$" + name + "' cannot be used (clashes with numeric match result variables)", parameter.span);
      }
      if (name != "_" && !(is_variable_name(name) && name.find("::") == std::string::npos)) {
        report("ILLEGAL_PARAM_NAME", "Illegal parameter name: '$" + name + "'", parameter.span);
      }
      if (!function && parameter.captures_rest && i + 1 < list.size()) {
        report("CAPTURES_REST_NOT_LAST", "Parameter $" + name + " is not last, and has 'captures rest'", parameter.span);
      }
      if (function && !names.insert(parameter.name.text).second) {
        report("DUPLICATE_PARAMETER", "The parameter '" + name + "' is declared more than once in the parameter list", parameter.span);
      }
      const bool required = parameter.default_value == nullptr && !parameter.captures_rest;
      if (function && required && i > 0 && (list[i - 1].default_value != nullptr || list[i - 1].captures_rest)) {
        report("REQUIRED_PARAMETER_AFTER_OPTIONAL", "Parameter $" + name + " is required but appears after optional parameters", parameter.span);
      }
      if (parameter.default_value != nullptr) reject_assignments(*parameter.default_value);
    }
  }

  void report(std::string name, std::string message, Span span) { found_.push_back({std::move(name), std::move(message), span}); }

 private:
  void check(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::variable: return check_variable(as<Variable>(expr));
      case ExprKind::hash: return check_hash(as<Hash>(expr));
      case ExprKind::block: return check_block(as<Block>(expr));
      case ExprKind::assign: return check_target(*as<Assign>(expr).target);
      case ExprKind::case_: return check_defaults(as<Case>(expr).options);
      case ExprKind::selector: return check_defaults(as<Selector>(expr).options);
      case ExprKind::call:
        if (const Lambda* lambda = as<Call>(expr).lambda) parameters(lambda->parameters, false);
        return;
      case ExprKind::method_call:
        if (const Lambda* lambda = as<MethodCall>(expr).lambda) parameters(lambda->parameters, false);
        return;
      case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
      case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::interpolation:
      case ExprKind::regex: case ExprKind::name: case ExprKind::class_ref: case ExprKind::self: case ExprKind::array:
      case ExprKind::access: case ExprKind::unary: case ExprKind::binary: case ExprKind::if_:
        return;
      case ExprKind::send: return report("SYNTAX_ERROR", "a send is an effect, which only the body of an action may have", expr.span);
    }
  }

  void check_variable(const Variable& variable) {
    const std::string name(variable.name);
    if (is_digit(name[0])) {
      const bool valid = all_digits(name) && (name.size() == 1 || name[0] != '0');
      if (!valid) report("ILLEGAL_NUMERIC_VAR_NAME", "Illegal numeric variable name, The given name '" + name + "' must be a decimal value if it starts with a digit 0-9", variable.span);
    } else if (!is_variable_name(name)) {
      report("ILLEGAL_VAR_NAME", "Illegal variable name, The given name '" + name + "' does not conform to the naming rule", variable.span);
    }
  }

  void check_hash(const Hash& hash) {
    std::set<std::string> keys;
    for (const HashEntry& entry : hash.entries) {
      const auto key = literal(*entry.key);
      if (key && !keys.insert(*key).second) {
        report("DUPLICATE_KEY", "The key '" + print(*entry.key) + "' is declared more than once", entry.key->span);
      }
    }
  }

  void check_block(const Block& block) {
    const auto& statements = block.statements;
    if (statements.size() == 2 && statements[0]->kind == ExprKind::name && statements[1]->kind == ExprKind::hash) {
      const std::string name(as<NameExpr>(*statements[0]).name);
      return report("RESOURCE_WITHOUT_TITLE", "This expression is invalid. Did you try declaring a '" + name + "' resource without a title?", statements[0]->span);
    }
    for (std::size_t i = 0; i + 1 < statements.size(); ++i) {
      if (!is_idle(statements[i])) continue;
      return report("IDEM_EXPRESSION_NOT_LAST", "This expression has no effect. A value was produced and then forgotten (one or more preceding expressions may have the wrong form)", statements[i]->span);
    }
  }

  void check_target(const Expr& target) {
    if (target.kind == ExprKind::array) {
      for (const Expr* part : as<Array>(target).items) check_target(*part);
      return;
    }
    if (target.kind == ExprKind::access) return report("ILLEGAL_INDEXED_ASSIGNMENT", "Illegal attempt to assign via [index/key]. Not an assignable reference", target.span);
    if (target.kind != ExprKind::variable) return report("ILLEGAL_ASSIGNMENT", "Illegal attempt to assign to an expression that is no variable. Not an assignable reference", target.span);
    const std::string name(as<Variable>(target).name);
    if (all_digits(name)) report("ILLEGAL_NUMERIC_ASSIGNMENT", "Illegal attempt to assign to the numeric match result variable '$" + name + "'. Numeric variables are not assignable", target.span);
    if (name.find("::") != std::string::npos) report("CROSS_SCOPE_ASSIGNMENT", "Illegal attempt to assign to '" + name + "'. Cannot assign to variables in other namespaces", target.span);
  }

  void check_defaults(List<Option> options) {
    bool seen = false;
    for (const Option& option : options) {
      for (const Expr* match : option.matches) {
        if (match->kind != ExprKind::default_) continue;
        if (seen) report("DUPLICATE_DEFAULT", "This selection already has a 'default' entry - this is a duplicate", match->span);
        seen = true;
      }
    }
  }

  // A default value may assign only inside of a lambda of its own.
  void reject_assignments(const Expr& expr) {
    if (expr.kind == ExprKind::assign) {
      return report("ILLEGAL_ASSIGNMENT_CONTEXT", "Assignment not allowed here", expr.span);
    }
    const bool has_lambda = (expr.kind == ExprKind::call && as<Call>(expr).lambda != nullptr) ||
                            (expr.kind == ExprKind::method_call && as<MethodCall>(expr).lambda != nullptr);
    const Expr* lambda_body = !has_lambda ? nullptr : expr.kind == ExprKind::call ? as<Call>(expr).lambda->body : as<MethodCall>(expr).lambda->body;
    for_each_child(expr, [&](const Expr& child) {
      if (&child != lambda_body) reject_assignments(child);
    });
  }

  std::vector<Issue>& found_;
};

bool is_reserved_type(std::string_view name) {
  constexpr std::string_view kNames[] = {"Type", "Any", "Unit", "Scalar", "Boolean", "Numeric", "Integer", "Float",
                                         "Collection", "Array", "Hash", "Tuple", "Struct", "Variant", "Optional", "Enum",
                                         "Regexp", "Pattern", "Runtime", "Init", "Object", "Sensitive", "Semver",
                                         "Semverrange", "String", "Timestamp", "Timespan", "Typeset"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

std::vector<Issue> find_issues(const Expr& expression) {
  std::vector<Issue> found;
  Validator(found).visit(expression);
  return found;
}

bool is_idle(const Expr& expression) { return is_idle(&expression); }

std::vector<Issue> find_issues(const ParsedProgram& program) {
  std::vector<Issue> found;
  Validator validator(found);
  for (const TypeAlias* alias : program.aliases) {
    if (is_reserved_type(alias->name.text)) {
      validator.report("RESERVED_TYPE_NAME", "The name: '" + std::string(alias->name.text) + "' is already defined by Puppet and can not be used as the name of a type alias.", alias->name.span);
    }
    validator.visit(*alias->type);
  }
  for (const FunctionDecl* function : program.functions) {
    validator.parameters(function->parameters, true);
    validator.visit(*function->body);
  }
  validator.visit(*program.body);
  return found;
}

}  // namespace plan::syntax
