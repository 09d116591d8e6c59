// Plans, members and actions as text.
#include "syntax/printer.h"

#include "base/assert.h"
#include "syntax/printer_core.h"

namespace plan::syntax {
namespace {

std::string join(List<Name> names) {
  std::string out;
  for (const Name& name : names) {
    if (!out.empty()) out += ", ";
    out += name.text;
  }
  return out;
}

std::string_view word(Visibility access) {
  switch (access) {
    case Visibility::unspecified: return "";
    case Visibility::public_: return "public ";
    case Visibility::private_: return "private ";
  }
  return "";
}

}  // namespace

std::string print(const ParsedFile& file) {
  std::string out;
  for (const TypeAlias* alias : file.aliases) out += print(*alias);
  for (const PlanDecl* plan : file.plans) {
    if (!out.empty()) out += '\n';
    out += print(*plan);
  }
  return out;
}

std::string print(const PlanDecl& plan) { return Printer().plan(plan) + "\n"; }
std::string print(const TypeAlias& alias) { return Printer().alias(alias) + "\n"; }
std::string print(const Expr& expression) { return Printer().expression(expression); }

std::string Printer::plan(const PlanDecl& plan) {
  std::string out = "plan " + std::string(plan.name.text);
  if (!plan.type_parameters.empty()) out += "[" + join(plan.type_parameters) + "]";
  if (!plan.parent.empty()) out += " inherits " + std::string(plan.parent.text);
  if (!plan.parent_arguments.empty()) out += "[" + items(plan.parent_arguments) + "]";
  out += " {";
  ++level_;
  const Member* before = nullptr;
  for (const Member& one : plan.members) {
    const auto is_block = [](const Member& any) {
      return any.kind == MemberKind::action || any.kind == MemberKind::function;
    };
    if (before != nullptr && (is_block(*before) || is_block(one))) out += '\n';
    out += new_line() + member(one);
    before = &one;
  }
  --level_;
  return out + new_line() + "}";
}

std::string Printer::alias(const TypeAlias& alias) {
  return "type " + std::string(alias.name.text) + " = " + expression(*alias.type);
}

std::string Printer::member(const Member& member) {
  switch (member.kind) {
    case MemberKind::variable: return variable(*member.variable);
    case MemberKind::queue: return queue(*member.queue);
    case MemberKind::state: return state(*member.state);
    case MemberKind::function: return function(*member.function);
    case MemberKind::action: return action(*member.action);
    case MemberKind::alias: return alias(*member.alias);
  }
  return {};
}

std::string Printer::variable(const VariableDecl& variable) {
  std::string out(word(variable.access));
  if (variable.type != nullptr) out += expression(*variable.type) + " ";
  out += "$" + std::string(variable.name.text);
  if (variable.value != nullptr) out += " = " + expression(*variable.value);
  return out;
}

std::string Printer::queue(const QueueDecl& queue) {
  std::string out = queue.is_public ? "public " : "";
  switch (queue.direction) {
    case Direction::internal: out += "queue "; break;
    case Direction::input: out += "input "; break;
    case Direction::output: out += "output "; break;
  }
  out += expression(*queue.type) + " " + join(queue.names);
  if (queue.attributes.empty()) return out;
  out += " { ";
  for (const Attribute& attribute : queue.attributes) {
    if (&attribute != &queue.attributes.front()) out += ", ";
    out += std::string(attribute.name.text) + " => " + (attribute.splat ? "*" : "") + expression(*attribute.value);
  }
  return out + " }";
}

std::string Printer::state(const StateDecl& state) {
  std::string out = state.is_public ? "public " : "";
  switch (state.direction) {
    case Direction::internal: break;
    case Direction::input: out += "input "; break;
    case Direction::output: out += "output "; break;
  }
  return out + "state " + join(state.names);
}

std::string Printer::function(const FunctionDecl& function) {
  std::string out = std::string(word(function.access)) + "function " + std::string(function.name.text) + "(" +
                    parameters(function.parameters) + ")";
  if (function.return_type != nullptr) out += " >> " + expression(*function.return_type);
  return out + " " + block(*function.body, false);
}

std::string Printer::parameters(List<Parameter> parameters) {
  std::string out;
  for (const Parameter& parameter : parameters) {
    if (!out.empty()) out += ", ";
    if (parameter.type != nullptr) out += expression(*parameter.type) + " ";
    if (parameter.captures_rest) out += "*";
    out += parameter.name.text == "_" ? "_" : "$" + std::string(parameter.name.text);
    if (parameter.default_value != nullptr) out += " = " + expression(*parameter.default_value);
  }
  return out;
}

std::string Printer::action(const ActionDecl& action) {
  std::string out = "action " + std::string(action.name.text) + " {";
  ++level_;
  for (const ActionItem& item : action.items) {
    out += new_line() + (item.arc != nullptr ? arc(*item.arc) : statement(*item.statement));
  }
  --level_;
  return out + (action.items.empty() ? "}" : new_line() + "}");
}

std::string Printer::arc(const Arc& arc) {
  std::string out = arc.kind == ArcKind::inhibit ? "! " : "";
  if (arc.pattern != nullptr) out += pattern(*arc.pattern) + " ";
  if (!arc.from.empty()) out += "from $" + std::string(arc.from.text) + " ";
  out += (arc.kind == ArcKind::read ? "<-> " : "<- ") + source(arc.source);
  for (const Clause& one : arc.clauses) out += " " + clause(one);
  return out;
}

std::string Printer::pattern(const Pattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::variable: return "$" + std::string(pattern.name.text);
    case PatternKind::wildcard: return "_";
    case PatternKind::array: break;
  }
  std::string out;
  for (const Pattern* item : pattern.items) out += (out.empty() ? "[" : ", ") + this->pattern(*item);
  return out + "]";
}

std::string Printer::source(const ArcSource& source) {
  std::string out;
  switch (source.kind) {
    case SourceKind::queue: out = source.name.text; break;
    case SourceKind::state: return source.states.empty() ? "state" : "state " + join(source.states);
    case SourceKind::parameter: return "$" + std::string(source.name.text);
    case SourceKind::reference:
      out = expression(*source.reference, kPostfixStrength) + "." + std::string(source.name.text);
      break;
  }
  switch (source.count.kind) {
    case CountKind::one: return out;
    case CountKind::all: return out + "[all]";
    case CountKind::exactly: return out + "[" + bracketed(*source.count.minimum) + "]";
    case CountKind::range:
      return out + "[" + bracketed(*source.count.minimum) + ", " + bracketed(*source.count.maximum) + "]";
  }
  return out;
}

std::string Printer::clause(const Clause& clause) {
  switch (clause.kind) {
    case ClauseKind::where: return "where " + expression(*clause.expression);
    case ClauseKind::after: return "after " + expression(*clause.expression);
    case ClauseKind::awaiting: return "awaiting " + expression(*clause.expression, kOperatorStrength);
  }
  return {};
}

namespace {

// `where(…)` behind an arc would be a clause of it.
bool starts_as_clause(std::string_view text) {
  for (const std::string_view word : {"where", "after", "awaiting"}) {
    if (!text.starts_with(word) || text.size() == word.size()) continue;
    const char next = text[word.size()];
    const bool goes_on = next == '_' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9');
    if (!goes_on) return true;
  }
  return false;
}

}  // namespace

// What could be read as a part of the line before is parenthesised.
std::string Printer::statement(const Expr& statement) {
  const Expr& value = statement.kind == ExprKind::send ? *static_cast<const Send&>(statement).value : statement;
  std::string out = expression(value);
  const bool bare_name = value.kind == ExprKind::name && statement.kind != ExprKind::send;
  const bool operates = out.starts_with('-') || out.starts_with('*') || out.starts_with('/');
  if (operates || bare_name || starts_as_clause(out)) out = "(" + out + ")";
  if (statement.kind != ExprKind::send) return out;
  const auto& send = static_cast<const Send&>(statement);
  if (send.splat) return out + " -> * " + expression(*send.target, kOperatorStrength);
  return out + " -> " + expression(*send.target, kPostfixStrength);
}

std::string Printer::block(const Expr& block, bool may_be_one_line) {
  constexpr std::size_t kMaxOneLine = 80;
  PLAN_ASSERT(block.kind == ExprKind::block);
  const bool outer = before_block_;
  before_block_ = false;
  const List<const Expr*> statements = static_cast<const Block&>(block).statements;
  std::string out = "{";
  if (statements.size() == 1 && may_be_one_line) {
    const std::string text = statement(*statements[0]);
    if (text.size() <= kMaxOneLine && text.find('\n') == std::string::npos) {
      before_block_ = outer;
      return "{ " + text + " }";
    }
  }
  ++level_;
  for (const Expr* one : statements) out += new_line() + statement(*one);
  --level_;
  before_block_ = outer;
  return out + (statements.empty() ? "}" : new_line() + "}");
}

}  // namespace plan::syntax
