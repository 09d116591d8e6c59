// Expressions as text.
#include <charconv>

#include "base/assert.h"
#include "syntax/printer.h"
#include "syntax/printer_core.h"

namespace plan::syntax {
namespace {

struct OperatorText {
  std::string_view text;
  int strength;
};

OperatorText describe(BinaryOp op) {
  switch (op) {
    case BinaryOp::or_: return {"or", 2};
    case BinaryOp::and_: return {"and", 3};
    case BinaryOp::less: return {"<", 5};
    case BinaryOp::less_equal: return {"<=", 5};
    case BinaryOp::greater: return {">", 5};
    case BinaryOp::greater_equal: return {">=", 5};
    case BinaryOp::equal: return {"==", 6};
    case BinaryOp::not_equal: return {"!=", 6};
    case BinaryOp::shift_left: return {"<<", 7};
    case BinaryOp::shift_right: return {">>", 7};
    case BinaryOp::add: return {"+", 8};
    case BinaryOp::subtract: return {"-", 8};
    case BinaryOp::multiply: return {"*", 9};
    case BinaryOp::divide: return {"/", 9};
    case BinaryOp::modulo: return {"%", 9};
    case BinaryOp::match: return {"=~", 10};
    case BinaryOp::not_match: return {"!~", 10};
    case BinaryOp::in: return {"in", 11};
  }
  return {};
}

constexpr int kSelectorStrength = 4;
constexpr int kUnaryStrength = 12;

// How strongly the outermost part of an expression binds.
int strength(const Expr& expression) {
  switch (expression.kind) {
    case ExprKind::assign: case ExprKind::send: case ExprKind::block: return 0;
    case ExprKind::selector: return kSelectorStrength;
    case ExprKind::binary: return describe(static_cast<const Binary&>(expression).op).strength;
    case ExprKind::unary: return kUnaryStrength;
    case ExprKind::if_: case ExprKind::case_: return kUnaryStrength;
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean:
    case ExprKind::integer: case ExprKind::floating: case ExprKind::duration: case ExprKind::string:
    case ExprKind::interpolation: case ExprKind::regex: case ExprKind::name: case ExprKind::class_ref:
    case ExprKind::variable: case ExprKind::self: case ExprKind::array: case ExprKind::hash: case ExprKind::access:
    case ExprKind::call: case ExprKind::method_call:
      return kPostfixStrength;
  }
  return 0;
}

std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string escape_for_interpolation(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\\': case '"': case '$':
        out += '\\';
        out += c;
        break;
      default: out += c;
    }
  }
  return out;
}

// In `${name}`, `${name.member}` and `${0[1]}` the first word means a variable.
bool reads_as_variable(std::string_view code) {
  const std::size_t end = code.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:");
  if (end == 0 || (code[0] >= 'A' && code[0] <= 'Z')) return false;
  return code.substr(0, end) != "self" && (end == std::string_view::npos || code[end] == '.' || code[end] == '[');
}

// What stands between the braces of `${ … }`: there `name`, `name.member` and `name[0]` mean the variable.
std::string interpolated(const std::string& code) {
  if (code.starts_with('/') || reads_as_variable(code)) return "(" + code + ")";      // a slash begins no regular expression there
  const std::string without_sigil = code.substr(code.starts_with('$') ? 1 : 0);
  const bool is_name = (without_sigil[0] >= 'a' && without_sigil[0] <= 'z') || without_sigil[0] == '_';
  return is_name && reads_as_variable(without_sigil) ? without_sigil : code;
}

std::string regex_text(std::string_view pattern) {
  std::string out = "/";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) out += pattern[i++];
    else if (pattern[i] == '/') out += '\\';
    out += pattern[i];
  }
  return out + "/";
}

std::string float_text(double value) {
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
  PLAN_ASSERT(written.ec == std::errc{});
  std::string out(buffer, written.ptr);
  if (const std::size_t plus = out.find('+'); plus != std::string::npos) out.erase(plus, 1);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string duration_text(std::int64_t milliseconds) {
  struct Unit {
    std::int64_t milliseconds;
    std::string_view name;
  };
  for (const Unit& unit : {Unit{86'400'000, "d"}, Unit{3'600'000, "h"}, Unit{60'000, "m"}, Unit{1000, "s"}}) {
    if (milliseconds != 0 && milliseconds % unit.milliseconds == 0) {
      return std::to_string(milliseconds / unit.milliseconds) + std::string(unit.name);
    }
  }
  return std::to_string(milliseconds) + "ms";
}

}  // namespace

std::string Printer::expression(const Expr& expression, int lowest) {
  const bool is_brace_call =
      expression.kind == ExprKind::method_call && static_cast<const MethodCall&>(expression).brace_call;
  if (strength(expression) >= lowest && !(is_brace_call && before_block_)) return bare(expression);
  return "(" + bracketed(expression) + ")";
}

// Within brackets, where nothing around matters.
std::string Printer::bracketed(const Expr& expression) {
  const bool outer = before_block_;
  before_block_ = false;
  std::string out = bare(expression);
  before_block_ = outer;
  return out;
}

std::string Printer::bare(const Expr& node) {
  switch (node.kind) {
    case ExprKind::undef: return "undef";
    case ExprKind::unit: return "$";
    case ExprKind::default_: return "default";
    case ExprKind::self: return "self";
    case ExprKind::boolean: return static_cast<const Boolean&>(node).value ? "true" : "false";
    case ExprKind::integer: return std::to_string(static_cast<const Integer&>(node).value);
    case ExprKind::floating: return float_text(static_cast<const Float&>(node).value);
    case ExprKind::duration: return duration_text(static_cast<const Duration&>(node).milliseconds);
    case ExprKind::string: return quote(static_cast<const String&>(node).value);
    case ExprKind::interpolation: return interpolation(static_cast<const Interpolation&>(node));
    case ExprKind::regex: return regex_text(static_cast<const Regex&>(node).pattern);
    case ExprKind::name: return std::string(static_cast<const NameExpr&>(node).name);
    case ExprKind::class_ref: return std::string(static_cast<const ClassRef&>(node).name);
    case ExprKind::variable: return "$" + std::string(static_cast<const Variable&>(node).name);
    case ExprKind::array: return "[" + items(static_cast<const Array&>(node).items) + "]";
    case ExprKind::hash: return hash(static_cast<const Hash&>(node));
    case ExprKind::access: {
      const auto& access = static_cast<const Access&>(node);
      return expression(*access.object, kPostfixStrength) + "[" + items(access.keys) + "]";
    }
    case ExprKind::call: return call(static_cast<const Call&>(node));
    case ExprKind::method_call: return method_call(static_cast<const MethodCall&>(node));
    case ExprKind::unary: {
      const auto& unary = static_cast<const Unary&>(node);
      const std::string_view op = unary.op == UnaryOp::not_ ? "!" : unary.op == UnaryOp::minus ? "-" : "*";
      return std::string(op) + expression(*unary.operand, kUnaryStrength);
    }
    case ExprKind::binary: {
      const auto& binary = static_cast<const Binary&>(node);
      const OperatorText op = describe(binary.op);
      std::string left = expression(*binary.left, op.strength);
      // Behind these a slash begins a regular expression.
      const bool divides = binary.op == BinaryOp::divide;
      if (divides && (left.ends_with('}') || left.ends_with("undef") || left.ends_with("default"))) left = "(" + left + ")";
      return left + " " + std::string(op.text) + " " + expression(*binary.right, op.strength + 1);
    }
    case ExprKind::assign: {
      const auto& assign = static_cast<const Assign&>(node);
      return expression(*assign.target, kOperatorStrength) + " = " + expression(*assign.value);
    }
    case ExprKind::selector: return selector(static_cast<const Selector&>(node));
    case ExprKind::if_: return if_(static_cast<const If&>(node));
    case ExprKind::case_: return case_(static_cast<const Case&>(node));
    case ExprKind::block: return block(node, false);
    case ExprKind::send: return statement(node);
  }
  return {};
}

std::string Printer::items(List<const Expr*> items) {
  std::string out;
  for (const Expr* item : items) {
    if (!out.empty()) out += ", ";
    out += bracketed(*item);
  }
  return out;
}

std::string Printer::hash(const Hash& hash) {
  if (hash.entries.empty()) return "{}";
  std::string out;
  for (const HashEntry& entry : hash.entries) {
    out += (out.empty() ? "{ " : ", ") + bracketed(*entry.key) + " => " + bracketed(*entry.value);
  }
  return out + " }";
}

std::string Printer::call(const Call& call) {
  return std::string(call.name.text) + "(" + items(call.arguments) + ")" + lambda(call.lambda);
}

std::string Printer::method_call(const MethodCall& call) {
  std::string out = expression(*call.receiver, kPostfixStrength) + "." + std::string(call.name.text);
  if (call.brace_call) out += " " + bracketed(*call.arguments[0]);
  else if (call.has_parentheses) out += "(" + items(call.arguments) + ")";
  return out + lambda(call.lambda);
}

std::string Printer::lambda(const Lambda* lambda) {
  if (lambda == nullptr) return {};
  std::string out = " |" + parameters(lambda->parameters) + "| ";
  if (lambda->return_type != nullptr) out += ">> " + expression(*lambda->return_type) + " ";
  return out + block(*lambda->body, true);
}

// A string between the quotes must not run into the text beside it: then it is written as code.
std::string Printer::interpolation(const Interpolation& interpolation) {
  std::string out = "\"";
  bool all_text = true;
  for (const Expr* part : interpolation.parts) all_text = all_text && part->kind == ExprKind::string;
  bool after_text = all_text;
  for (const Expr* part : interpolation.parts) {
    const bool is_string = part->kind == ExprKind::string;
    const std::string_view text = is_string ? static_cast<const String*>(part)->value : std::string_view{};
    if (is_string && !text.empty() && !after_text) {
      out += escape_for_interpolation(text);
      after_text = true;
    } else {
      out += "${" + interpolated(bracketed(*part)) + "}";
      after_text = all_text;
    }
  }
  return out + "\"";
}

std::string Printer::selector(const Selector& selector) {
  std::string out = expression(*selector.subject, kSelectorStrength) + " ? { ";
  const bool outer = before_block_;
  before_block_ = false;
  for (const Option& option : selector.options) {
    if (&option != &selector.options.front()) out += ", ";
    out += expression(*option.matches[0], kOperatorStrength) + " => " + expression(*option.result, kOperatorStrength);
  }
  before_block_ = outer;
  return out + " }";
}

std::string Printer::condition(const Expr& expression) {
  const bool outer = before_block_;
  before_block_ = true;
  std::string out = this->expression(expression, kOperatorStrength);
  before_block_ = outer;
  return out;
}

std::string Printer::if_(const If& node) {
  std::string out = "if " + condition(*node.condition) + " " + block(*node.then_branch, false);
  if (node.else_branch == nullptr) return out;
  if (node.else_branch->kind == ExprKind::if_) return out + " els" + if_(static_cast<const If&>(*node.else_branch));
  return out + " else " + block(*node.else_branch, false);
}

std::string Printer::case_(const Case& node) {
  std::string out = "case " + condition(*node.subject) + " {";
  ++level_;
  for (const Option& option : node.options) {
    out += new_line();
    for (const Expr* match : option.matches) {
      if (match != option.matches.front()) out += ", ";
      out += condition(*match);
    }
    out += ": " + block(*option.result, false);
  }
  --level_;
  return out + new_line() + "}";
}

std::string_view symbol(BinaryOp op) { return describe(op).text; }

}  // namespace plan::syntax
