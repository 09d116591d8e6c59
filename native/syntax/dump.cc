#include "syntax/dump.h"

#include <charconv>

#include "syntax/printer.h"

namespace plan::syntax {
namespace {

std::string statements(const Expr* block);

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else out += c;
  }
  return out + "\"";
}

template <class Item, class Show>
std::string joined(List<Item> items, Show show) {
  std::string out;
  for (const Item& item : items) {
    if (!out.empty()) out += ' ';
    out += show(item);
  }
  return out;
}

std::string joined(List<const Expr*> items) {
  return joined(items, [](const Expr* item) { return dump(*item); });
}

std::string names(List<Name> items) {
  return joined(items, [](const Name& name) { return std::string(name.text); });
}

std::string parameter(const Parameter& one) {
  std::string out;
  if (one.type != nullptr) out += ":type " + dump(*one.type);
  if (one.captures_rest) out += std::string(out.empty() ? "" : " ") + ":splat true";
  if (one.default_value != nullptr) out += (out.empty() ? ":value " : " :value ") + dump(*one.default_value);
  return ":" + std::string(one.name.text) + " {" + out + "}";
}

std::string parameters(List<Parameter> items) { return "{" + joined(items, parameter) + "}"; }

std::string lambda(const Lambda* lambda) {
  if (lambda == nullptr) return {};
  std::string out = " :block (lambda {";
  if (!lambda->parameters.empty()) out += ":params " + parameters(lambda->parameters) + " ";
  if (lambda->return_type != nullptr) out += ":returns " + dump(*lambda->return_type) + " ";
  return out + ":body " + statements(lambda->body) + "})";
}

std::string statements(const Expr* block) {
  return "[" + joined(static_cast<const Block*>(block)->statements) + "]";
}

std::string branch(const Expr* expression) {
  return expression->kind == ExprKind::block ? statements(expression) : "[" + dump(*expression) + "]";
}

std::string method_call(const MethodCall& node) {
  std::string out = "(call-method {:functor (. " + dump(*node.receiver) + " (qn " + quoted(node.name.text) + "))";
  out += " :args [" + joined(node.arguments) + "]" + lambda(node.lambda) + "})";
  if (node.brace_call) return "(braces " + out + ")";
  return out;
}

// As Puppet: -1 is a literal; members without parentheses are told from calls only by the printer's tests.
std::string unary(const Unary& node) {
  const std::string_view op = node.op == UnaryOp::not_ ? "! " : node.op == UnaryOp::minus ? "- " : "unfold ";
  if (node.op == UnaryOp::minus && node.operand->kind == ExprKind::integer) return "-" + dump(*node.operand);
  return "(" + std::string(op) + dump(*node.operand) + ")";
}

std::string hash(const Hash& node) {
  if (node.entries.empty()) return "(hash)";
  return "(hash " + joined(node.entries, [](const HashEntry& entry) {
           return "(=> " + dump(*entry.key) + " " + dump(*entry.value) + ")";
         }) + ")";
}

std::string interpolation(const Interpolation& node) {
  std::string out = "(concat";
  for (const Expr* part : node.parts) {
    out += part->kind == ExprKind::string ? " " + dump(*part) : " (str " + dump(*part) + ")";
  }
  return out + ")";
}

std::string if_(const If& node) {
  std::string out = "(if {:test " + dump(*node.condition) + " :then " + statements(node.then_branch);
  if (node.else_branch != nullptr) out += " :else " + branch(node.else_branch);
  return out + "})";
}

std::string pattern(const Pattern& node) {
  switch (node.kind) {
    case PatternKind::variable: return "(var " + quoted(node.name.text) + ")";
    case PatternKind::wildcard: return "_";
    case PatternKind::array: break;
  }
  return "(array " + joined(node.items, [](const Pattern* item) { return pattern(*item); }) + ")";
}

std::string source(const ArcSource& node) {
  std::string out;
  switch (node.kind) {
    case SourceKind::queue: out = "(queue " + std::string(node.name.text); break;
    case SourceKind::state: out = "(state " + names(node.states); break;
    case SourceKind::parameter: out = "(parameter " + std::string(node.name.text); break;
    case SourceKind::reference: out = "(reference " + dump(*node.reference) + " " + std::string(node.name.text); break;
  }
  switch (node.count.kind) {
    case CountKind::one: break;
    case CountKind::all: out += " :all"; break;
    case CountKind::exactly: out += " :count " + dump(*node.count.minimum); break;
    case CountKind::range: out += " :from " + dump(*node.count.minimum) + " :to " + dump(*node.count.maximum); break;
  }
  return out + ")";
}

std::string clause(const Clause& node) {
  const std::string_view word = node.kind == ClauseKind::where ? "where" : node.kind == ClauseKind::after ? "after"
                                                                                                        : "awaiting";
  return "(" + std::string(word) + " " + dump(*node.expression) + ")";
}

std::string arc(const Arc& node) {
  std::string out = node.kind == ArcKind::receive ? "(receive" : node.kind == ArcKind::read ? "(read" : "(inhibit";
  if (node.pattern != nullptr) out += " " + pattern(*node.pattern);
  if (!node.from.empty()) out += " :sender " + std::string(node.from.text);
  out += " " + source(node.source);
  for (const Clause& one : node.clauses) out += " " + clause(one);
  return out + ")";
}

std::string access_word(Visibility access) {
  return access == Visibility::public_ ? "public " : access == Visibility::private_ ? "private " : "";
}

std::string direction_word(Direction direction) {
  return direction == Direction::input ? "input " : direction == Direction::output ? "output " : "";
}

std::string variable(const VariableDecl& node) {
  std::string out = "(" + access_word(node.access) + "variable " + std::string(node.name.text);
  if (node.type != nullptr) out += " :type " + dump(*node.type);
  if (node.value != nullptr) out += " :value " + dump(*node.value);
  return out + ")";
}

std::string queue(const QueueDecl& node) {
  std::string out = "(" + std::string(node.is_public ? "public " : "") + direction_word(node.direction) + "queue " +
                    dump(*node.type) + " [" + names(node.names) + "]";
  for (const Attribute& one : node.attributes) {
    out += " :" + std::string(one.name.text) + (one.splat ? " *" : " ") + dump(*one.value);
  }
  return out + ")";
}

std::string function(const FunctionDecl& node) {
  std::string out = "(" + access_word(node.access) + "function " + std::string(node.name.text) + " " +
                    parameters(node.parameters);
  if (node.return_type != nullptr) out += " :returns " + dump(*node.return_type);
  return out + " " + statements(node.body) + ")";
}

std::string member(const Member& node) {
  switch (node.kind) {
    case MemberKind::variable: return variable(*node.variable);
    case MemberKind::queue: return queue(*node.queue);
    case MemberKind::state:
      return "(" + std::string(node.state->is_public ? "public " : "") + direction_word(node.state->direction) +
             "state [" + names(node.state->names) + "])";
    case MemberKind::function: return function(*node.function);
    case MemberKind::action:
      return "(action " + std::string(node.action->name.text) + " [" +
             joined(node.action->items, [](const ActionItem& item) {
               return item.arc != nullptr ? arc(*item.arc) : dump(*item.statement);
             }) + "])";
    case MemberKind::alias: return "(alias " + std::string(node.alias->name.text) + " " + dump(*node.alias->type) + ")";
  }
  return {};
}

}  // namespace

std::string dump(const Expr& node) {
  switch (node.kind) {
    case ExprKind::undef: return "nil";
    case ExprKind::unit: return "(unit)";
    case ExprKind::default_: return "(default)";
    case ExprKind::self: return "(self)";
    case ExprKind::boolean: return static_cast<const Boolean&>(node).value ? "true" : "false";
    case ExprKind::integer: return std::to_string(static_cast<const Integer&>(node).value);
    case ExprKind::floating: {
      char buffer[32];
      const auto end = std::to_chars(buffer, buffer + sizeof buffer, static_cast<const Float&>(node).value).ptr;
      return "(float " + std::string(buffer, end) + ")";
    }
    case ExprKind::duration: return "(ms " + std::to_string(static_cast<const Duration&>(node).milliseconds) + ")";
    case ExprKind::string: return quoted(static_cast<const String&>(node).value);
    case ExprKind::interpolation: return interpolation(static_cast<const Interpolation&>(node));
    case ExprKind::regex: return "(regexp " + quoted(static_cast<const Regex&>(node).pattern) + ")";
    case ExprKind::name: return "(qn " + quoted(static_cast<const NameExpr&>(node).name) + ")";
    case ExprKind::class_ref: return "(qr " + quoted(static_cast<const ClassRef&>(node).name) + ")";
    case ExprKind::variable: return "(var " + quoted(static_cast<const Variable&>(node).name) + ")";
    case ExprKind::array: {
      const auto& items = static_cast<const Array&>(node).items;
      return items.empty() ? "(array)" : "(array " + joined(items) + ")";
    }
    case ExprKind::hash: return hash(static_cast<const Hash&>(node));
    case ExprKind::access: {
      const auto& access = static_cast<const Access&>(node);
      return "(access " + dump(*access.object) + " " + joined(access.keys) + ")";
    }
    case ExprKind::call: {
      const auto& call = static_cast<const Call&>(node);
      return "(call {:functor (qn " + quoted(call.name.text) + ") :args [" + joined(call.arguments) + "]" +
             lambda(call.lambda) + "})";
    }
    case ExprKind::method_call: return method_call(static_cast<const MethodCall&>(node));
    case ExprKind::unary: return unary(static_cast<const Unary&>(node));
    case ExprKind::binary: {
      const auto& binary = static_cast<const Binary&>(node);
      return "(" + std::string(symbol(binary.op)) + " " + dump(*binary.left) + " " + dump(*binary.right) + ")";
    }
    case ExprKind::assign: {
      const auto& assign = static_cast<const Assign&>(node);
      return "(= " + dump(*assign.target) + " " + dump(*assign.value) + ")";
    }
    case ExprKind::selector: {
      const auto& selector = static_cast<const Selector&>(node);
      return "(? " + dump(*selector.subject) + " [" + joined(selector.options, [](const Option& option) {
               return "(=> " + dump(*option.matches[0]) + " " + dump(*option.result) + ")";
             }) + "])";
    }
    case ExprKind::if_: return if_(static_cast<const If&>(node));
    case ExprKind::case_: {
      const auto& one = static_cast<const Case&>(node);
      return "(case " + dump(*one.subject) + " [" + joined(one.options, [](const Option& option) {
               return "{:when [" + joined(option.matches) + "] :then " + statements(option.result) + "}";
             }) + "])";
    }
    case ExprKind::block: return "(block " + statements(&node) + ")";
    case ExprKind::send: {
      const auto& send = static_cast<const Send&>(node);
      return std::string(send.splat ? "(send-all " : "(send ") + dump(*send.value) + " " + dump(*send.target) + ")";
    }
  }
  return {};
}

std::string dump(const ParsedFile& file) {
  std::string out;
  for (const TypeAlias* alias : file.aliases) {
    out += "(alias " + std::string(alias->name.text) + " " + dump(*alias->type) + ")\n";
  }
  for (const PlanDecl* plan : file.plans) {
    out += "(plan " + std::string(plan->name.text);
    if (!plan->type_parameters.empty()) out += " :types [" + names(plan->type_parameters) + "]";
    if (!plan->parent.empty()) out += " :parent " + std::string(plan->parent.text);
    if (!plan->parent_arguments.empty()) out += " :arguments [" + joined(plan->parent_arguments) + "]";
    for (const Member& one : plan->members) out += "\n  " + member(one);
    out += ")\n";
  }
  return out;
}

}  // namespace plan::syntax
