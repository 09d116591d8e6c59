// Expressions: operators with Puppet's precedences, calls, access and selectors.
#include "syntax/parser_core.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

// From weak to strong. All operators with two operands group from the left.
enum Strength : int {
  kOr = 1, kAnd, kSelector, kRelation, kEquality, kShift, kSum, kProduct, kMatch, kIn,
};

struct Operator {
  BinaryOp op;
  int strength;
};

std::optional<Operator> operator_of(const Token& token) {
  switch (token.kind) {
    case TokenKind::plus: return Operator{BinaryOp::add, kSum};
    case TokenKind::minus: return Operator{BinaryOp::subtract, kSum};
    case TokenKind::star: return Operator{BinaryOp::multiply, kProduct};
    case TokenKind::slash: return Operator{BinaryOp::divide, kProduct};
    case TokenKind::percent: return Operator{BinaryOp::modulo, kProduct};
    case TokenKind::shift_left: return Operator{BinaryOp::shift_left, kShift};
    case TokenKind::shift_right: return Operator{BinaryOp::shift_right, kShift};
    case TokenKind::equal_equal: return Operator{BinaryOp::equal, kEquality};
    case TokenKind::not_equal: return Operator{BinaryOp::not_equal, kEquality};
    case TokenKind::less: return Operator{BinaryOp::less, kRelation};
    case TokenKind::less_equal: return Operator{BinaryOp::less_equal, kRelation};
    case TokenKind::greater: return Operator{BinaryOp::greater, kRelation};
    case TokenKind::greater_equal: return Operator{BinaryOp::greater_equal, kRelation};
    case TokenKind::match: return Operator{BinaryOp::match, kMatch};
    case TokenKind::not_match: return Operator{BinaryOp::not_match, kMatch};
    case TokenKind::name:
      if (token.text == "in") return Operator{BinaryOp::in, kIn};
      if (token.text == "and") return Operator{BinaryOp::and_, kAnd};
      if (token.text == "or") return Operator{BinaryOp::or_, kOr};
      return std::nullopt;
    case TokenKind::foreign:
      if (token.text == "&&") return Operator{BinaryOp::and_, kAnd};
      if (token.text == "===") return Operator{BinaryOp::equal, kEquality};
      if (token.text == "!==") return Operator{BinaryOp::not_equal, kEquality};
      return std::nullopt;
    case TokenKind::end: case TokenKind::class_ref: case TokenKind::variable: case TokenKind::dollar:
    case TokenKind::integer: case TokenKind::floating: case TokenKind::duration: case TokenKind::string:
    case TokenKind::lost: case TokenKind::string_begin: case TokenKind::string_text: case TokenKind::interpolation_begin:
    case TokenKind::interpolation_end: case TokenKind::string_end: case TokenKind::regex: case TokenKind::l_brace:
    case TokenKind::r_brace: case TokenKind::l_bracket: case TokenKind::list_start: case TokenKind::r_bracket:
    case TokenKind::l_paren: case TokenKind::line_paren: case TokenKind::r_paren: case TokenKind::comma:
    case TokenKind::semicolon: case TokenKind::colon: case TokenKind::dot: case TokenKind::question:
    case TokenKind::pipe: case TokenKind::fat_arrow: case TokenKind::arrow: case TokenKind::left_arrow:
    case TokenKind::both_arrow: case TokenKind::equals: case TokenKind::plus_equals: case TokenKind::minus_equals:
    case TokenKind::bang:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string_view replacement_of(BinaryOp op) {
  if (op == BinaryOp::and_) return "and";
  if (op == BinaryOp::or_) return "or";
  return op == BinaryOp::equal ? "==" : "!=";
}

bool is_callable(const Expr* callee) {
  if (callee->kind == ExprKind::name || callee->kind == ExprKind::class_ref) return true;
  return callee->kind == ExprKind::access && static_cast<const Access*>(callee)->object->kind == ExprKind::class_ref;
}

}  // namespace

bool joins_operands(const Token& token) {
  return operator_of(token).has_value() || token.kind == TokenKind::foreign || token.kind == TokenKind::question ||
         token.kind == TokenKind::dot || token.kind == TokenKind::l_bracket || token.kind == TokenKind::l_paren;
}

// expression = operators [('=' | '+=' | '-=') expression]
const Expr* Parser::parse_expression() {
  const Expr* target = parse_operators(0);
  if (target == nullptr) return nullptr;
  if (at(TokenKind::plus_equals) || at(TokenKind::minus_equals)) {
    const Token& token = peek();
    last_reported_ = position_;
    report(Code::foreign_operator, token.span, "`" + std::string(token.text) + "` is no operator in Puppet",
           "write `$x = $x " + std::string(token.text.substr(0, 1)) + " …`");
  } else if (!at(TokenKind::equals)) {
    return target;
  }
  if (!program_ && !is_assignable(target)) {   // of a program validate.h tells, by Puppet's names
    last_reported_ = position_;
    report(Code::unexpected_token, target->span, "this cannot be set",
           target->kind == ExprKind::name
               ? "a variable is written `$" + std::string(static_cast<const NameExpr*>(target)->name) + "`"
               : "only a variable, or a list of variables, stands left of `=`; a comparison is written `==`");
  }
  take();
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  const Expr* value = parse_expression();
  if (value == nullptr) return nullptr;
  return arena_.make<Assign>(head(ExprKind::assign, since(target->span), {target, value}), target, value);
}

bool Parser::is_assignable(const Expr* target) const {
  if (target->kind == ExprKind::variable) return true;
  if (target->kind != ExprKind::array) return false;
  const auto& items = static_cast<const Array*>(target)->items;
  return !items.empty() &&
         std::all_of(items.begin(), items.end(), [this](const Expr* item) { return is_assignable(item); });
}

// operators = unary {operator unary | '?' selector}, strong ones first
const Expr* Parser::parse_operators(int lowest) {
  const Expr* left = parse_unary();
  while (left != nullptr) {
    if (!height_allowed(left)) return nullptr;
    if (at(TokenKind::question)) {
      if (kSelector < lowest) return left;
      left = parse_suffixes(parse_selector(left));
      continue;
    }
    std::optional<Operator> found = operator_of(peek());
    const bool double_pipe = at(TokenKind::pipe) && peek(1).kind == TokenKind::pipe &&
                             peek().span.end == peek(1).span.begin;
    const bool guard_equals = at(TokenKind::equals) && context_.guard;
    if (double_pipe) found = Operator{BinaryOp::or_, kOr};
    if (guard_equals) found = Operator{BinaryOp::equal, kEquality};
    if (!found || found->strength < lowest) return left;
    const Token& token = take();
    if (double_pipe) take();
    const Span op_span = since(token.span);
    if (token.kind == TokenKind::foreign || double_pipe) {
      report(Code::foreign_operator, op_span,
             "`" + (double_pipe ? std::string("||") : std::string(token.text)) + "` is no operator in Puppet",
             "use `" + std::string(replacement_of(found->op)) + "`");
    }
    if (guard_equals) {
      report(Code::assignment_in_guard, op_span, "`=` sets a variable, and a guard only looks",
             "use `==` to compare");
    }
    const Expr* right = parse_operators(found->strength + 1);
    if (right == nullptr) return nullptr;
    left = arena_.make<Binary>(head(ExprKind::binary, left->span.to(right->span), {left, right}), found->op, left,
                               right, op_span);
  }
  return nullptr;
}

// unary = {'!' | '-' | '*'} postfix
const Expr* Parser::parse_unary() {
  const bool is_not = at(TokenKind::bang) || (at_word("not") && peek(1).kind == TokenKind::variable);
  if (!is_not && !at(TokenKind::minus) && !at(TokenKind::star)) return parse_postfix();
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  const Token& token = take();
  if (token.kind == TokenKind::name) {
    report(Code::foreign_operator, token.span, "`not` is no operator in Puppet", "use `!`");
  }
  const Expr* operand = token.kind == TokenKind::name ? parse_operators(kRelation) : parse_unary();
  if (operand == nullptr) return nullptr;
  const UnaryOp op = is_not ? UnaryOp::not_ : token.kind == TokenKind::minus ? UnaryOp::minus : UnaryOp::splat;
  return arena_.make<Unary>(head(ExprKind::unary, since(token.span), {operand}), op, operand);
}

// selector = '?' (option | '{' option {',' option} [','] '}')
const Expr* Parser::parse_selector(const Expr* subject) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  take();
  std::vector<Option> options;
  if (!accept(TokenKind::l_brace)) {
    if (!parse_selector_option(options)) return nullptr;
  } else {
    InContext context(*this, {context_.guard, context_.durations, true});
    do {
      if (!options.empty() && at(TokenKind::r_brace)) break;
      if (!parse_selector_option(options)) return nullptr;
    } while (accept(TokenKind::comma));
    if (!expect(TokenKind::r_brace, "`,` or `}`")) return nullptr;
  }
  std::vector<const Expr*> parts{subject};
  for (const Option& option : options) {
    parts.push_back(option.matches[0]);
    parts.push_back(option.result);
  }
  return arena_.make<Selector>(head(ExprKind::selector, since(subject->span), parts), subject, arena_.copy(options));
}

// option = expression '=>' expression
bool Parser::parse_selector_option(std::vector<Option>& options) {
  const Span begin = peek().span;
  const Expr* match = parse_operators(0);
  if (match == nullptr || !expect(TokenKind::fat_arrow, "`=>`")) return false;
  const Expr* result = parse_operators(0);
  if (result == nullptr) return false;
  options.push_back({arena_.copy(std::vector<const Expr*>{match}), result, since(begin)});
  return true;
}

// postfix = operand {'.' member | '[' keys ']' | '(' arguments ')' [lambda]}
const Expr* Parser::parse_postfix() { return parse_suffixes(parse_operand()); }

const Expr* Parser::parse_suffixes(const Expr* expression) {
  while (expression != nullptr) {
    if (!height_allowed(expression)) return nullptr;
    if (at(TokenKind::dot)) expression = parse_member(expression);
    else if (at(TokenKind::l_bracket)) expression = parse_access(expression);
    else if (at(TokenKind::l_paren)) expression = parse_call(expression);
    else return expression;
  }
  return nullptr;
}

// member = '.' name ['(' arguments ')' | '{' entries '}'] [lambda]; the braces after `.new` only, on its line
const Expr* Parser::parse_member(const Expr* receiver) {
  take();
  if (!at(TokenKind::name)) return unexpected("the name of a member or a function after `.`"), nullptr;
  if (peek().text.find('-') != std::string_view::npos) {
    const std::string text(peek().text);
    const std::size_t dash = text.find('-');
    unexpected("a name without `-`", "a difference is written `." + text.substr(0, dash) + " - " +
                                         text.substr(dash + 1) + "`");
    return nullptr;
  }
  const Name name = name_of(take());
  std::vector<const Expr*> arguments;
  const Lambda* lambda = nullptr;
  const bool has_parentheses = accept(TokenKind::l_paren);
  bool brace_call = false;
  if (has_parentheses) {
    if (!parse_items(TokenKind::r_paren, "`,` or `)`", arguments)) return nullptr;
  } else if (context_.brace_calls && name.text == "new" && at(TokenKind::l_brace) && !peek().line_start) {
    brace_call = true;
    const Expr* entries = parse_hash(true);
    if (entries == nullptr) return nullptr;
    arguments.push_back(entries);
  }
  if (!parse_optional_lambda(lambda)) return nullptr;
  std::vector<const Expr*> parts = arguments;
  parts.push_back(receiver);
  if (lambda != nullptr) parts.push_back(lambda->body);
  return arena_.make<MethodCall>(head(ExprKind::method_call, since(receiver->span), parts), receiver, name,
                                 arena_.copy(arguments), lambda, has_parentheses, brace_call);
}

// access = '[' item {',' item} [','] ']'
const Expr* Parser::parse_access(const Expr* object) {
  take();
  std::vector<const Expr*> keys;
  if (at(TokenKind::r_bracket)) return unexpected("what to look up between `[` and `]`"), nullptr;
  if (!parse_items(TokenKind::r_bracket, "`,` or `]`", keys)) return nullptr;
  std::vector<const Expr*> parts = keys;
  parts.push_back(object);
  return arena_.make<Access>(head(ExprKind::access, since(object->span), parts), object, arena_.copy(keys));
}

// call = name '(' arguments ')' [lambda]; a type is called to make a value of it
const Expr* Parser::parse_call(const Expr* callee) {
  if (!is_callable(callee)) return unexpected("an operator or the next statement", "only names can be called"), nullptr;
  take();
  std::vector<const Expr*> arguments;
  const Lambda* lambda = nullptr;
  if (!parse_items(TokenKind::r_paren, "`,` or `)`", arguments)) return nullptr;
  if (!parse_optional_lambda(lambda)) return nullptr;
  std::vector<const Expr*> parts = arguments;
  if (lambda != nullptr) parts.push_back(lambda->body);
  const Span span = since(callee->span);
  if (callee->kind == ExprKind::name) {
    const Name name{static_cast<const NameExpr*>(callee)->name, callee->span};
    return arena_.make<Call>(head(ExprKind::call, span, parts), name, arena_.copy(arguments), lambda);
  }
  parts.push_back(callee);
  return arena_.make<MethodCall>(head(ExprKind::method_call, span, parts), callee, Name{"new", callee->span},
                                 arena_.copy(arguments), lambda, true, false);
}

// The functions that Puppet lets stand without parentheses, when a value follows.
bool Parser::at_statement_call() const {
  constexpr std::string_view kNames[] = {"debug", "info", "notice", "warning", "err", "fail", "break", "next",
                                         "return"};
  if (!at(TokenKind::name)) return false;
  if (std::find(std::begin(kNames), std::end(kNames), peek().text) == std::end(kNames)) return false;
  const Token& next = peek(1);
  if (next.kind == TokenKind::name) {
    return !is_reserved_word(next.text) || next.text == "if" || next.text == "case" || next.text == "unless" ||
           next.text == "true" || next.text == "false" || next.text == "undef" || next.text == "default";
  }
  return next.kind == TokenKind::variable || next.kind == TokenKind::class_ref || next.kind == TokenKind::integer ||
         next.kind == TokenKind::floating || next.kind == TokenKind::string || next.kind == TokenKind::lost || next.kind == TokenKind::string_begin ||
         next.kind == TokenKind::list_start || next.kind == TokenKind::bang || next.kind == TokenKind::dollar ||
         next.kind == TokenKind::l_brace || next.kind == TokenKind::line_paren;
}

// name expression {',' expression}
const Expr* Parser::parse_statement_call() {
  const Name name = name_of(take());
  std::vector<const Expr*> arguments;
  do {
    const Expr* argument = parse_expression();
    if (argument == nullptr) return nullptr;
    arguments.push_back(argument);
  } while (accept(TokenKind::comma));
  return arena_.make<Call>(head(ExprKind::call, since(name.span), arguments), name, arena_.copy(arguments), nullptr);
}

// items = [item {',' item} [',']] close; adjacent `key => value` items make one hash
bool Parser::parse_items(TokenKind close, std::string_view what, std::vector<const Expr*>& items) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  InContext context(*this, {context_.guard, context_.durations, true});
  std::vector<HashEntry> entries;
  std::vector<const Expr*> parts;
  Span entries_begin;
  const auto flush = [&] {
    if (entries.empty()) return;
    items.push_back(arena_.make<Hash>(head(ExprKind::hash, since(entries_begin), parts), arena_.copy(entries)));
    entries.clear();
    parts.clear();
  };
  while (!at(close)) {
    const Span begin = peek().span;
    const Expr* item = parse_expression();
    if (item == nullptr) return false;
    if (!at(TokenKind::fat_arrow)) {
      flush();
      items.push_back(item);
    } else {
      take();
      const Expr* value = parse_expression();
      if (value == nullptr) return false;
      if (entries.empty()) entries_begin = begin;
      entries.push_back({item, value});
      parts.insert(parts.end(), {item, value});
    }
    if (at(close)) break;
    if (!expect(TokenKind::comma, what)) return false;
  }
  flush();
  take();
  return true;
}

// A '|' after a call; `||` is a lambda without parameters only when its block follows.
bool Parser::at_lambda() const {
  if (!at(TokenKind::pipe)) return false;
  if (peek(1).kind != TokenKind::pipe) return true;
  return peek(2).kind == TokenKind::l_brace || peek(2).kind == TokenKind::shift_right;
}

// lambda = '|' parameters '|' ['>>' type] block
bool Parser::parse_optional_lambda(const Lambda*& lambda) {
  if (!at_lambda()) return true;
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  const Span begin = take().span;
  std::vector<Parameter> parameters;
  if (!parse_parameters(TokenKind::pipe, parameters)) return false;
  const Expr* return_type = nullptr;
  if (accept(TokenKind::shift_right)) {
    return_type = parse_type("the type that the lambda returns");
    if (return_type == nullptr) return false;
  }
  const Expr* body = parse_block("the lambda's body");
  if (body == nullptr) return false;
  lambda = arena_.make<Lambda>(arena_.copy(parameters), body, since(begin), return_type);
  return true;
}

}  // namespace plan::syntax
