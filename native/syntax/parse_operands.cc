// What operators join: literals, lists, hashes, strings with code, and the conditionals.
#include "syntax/characters.h"
#include "syntax/parser_core.h"

namespace plan::syntax {

using diagnostics::Code;

const Expr* Parser::parse_operand() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::name: return parse_word();
    case TokenKind::class_ref:
      take();
      return arena_.make<ClassRef>(head(ExprKind::class_ref, token.span), arena_.copy(token.text));
    case TokenKind::variable:
      take();
      return arena_.make<Variable>(head(ExprKind::variable, token.span), arena_.copy(token.text));
    case TokenKind::dollar:
      take();
      return arena_.make<Unit>(head(ExprKind::unit, token.span));
    case TokenKind::integer:
      take();
      return arena_.make<Integer>(head(ExprKind::integer, token.span), token.integer);
    case TokenKind::floating:
      take();
      return arena_.make<Float>(head(ExprKind::floating, token.span), token.floating);
    case TokenKind::duration:
      if (!context_.durations) {
        report(Code::invalid_number, token.span, "a duration has no meaning here",
               "durations stand after `after` and in the attributes of a queue; a string is written in quotes");
      }
      take();
      return arena_.make<Duration>(head(ExprKind::duration, token.span), token.integer);
    case TokenKind::string:
      take();
      return arena_.make<String>(head(ExprKind::string, token.span), token.text);
    case TokenKind::string_begin: return parse_interpolation();
    case TokenKind::regex:
      take();
      return arena_.make<Regex>(head(ExprKind::regex, token.span), token.text);
    case TokenKind::lost: return arena_.make<String>(head(ExprKind::string, take().span), std::string_view());
    case TokenKind::l_brace: return parse_hash(false);
    case TokenKind::l_bracket: case TokenKind::list_start: return parse_array();
    case TokenKind::l_paren: case TokenKind::line_paren: return parse_parenthesised();
    case TokenKind::end: case TokenKind::string_text: case TokenKind::interpolation_begin:
    case TokenKind::interpolation_end: case TokenKind::string_end: case TokenKind::r_brace: case TokenKind::r_bracket:
    case TokenKind::r_paren: case TokenKind::comma: case TokenKind::semicolon: case TokenKind::colon:
    case TokenKind::dot: case TokenKind::question: case TokenKind::pipe: case TokenKind::fat_arrow:
    case TokenKind::arrow: case TokenKind::left_arrow: case TokenKind::both_arrow: case TokenKind::equals:
    case TokenKind::plus_equals: case TokenKind::minus_equals: case TokenKind::plus: case TokenKind::minus:
    case TokenKind::star: case TokenKind::slash: case TokenKind::percent: case TokenKind::shift_left:
    case TokenKind::shift_right: case TokenKind::equal_equal: case TokenKind::not_equal: case TokenKind::less:
    case TokenKind::less_equal: case TokenKind::greater: case TokenKind::greater_equal: case TokenKind::match:
    case TokenKind::not_match: case TokenKind::bang: case TokenKind::foreign:
      break;
  }
  const bool broken_arrow = at(TokenKind::greater) && position_ > 0 && tokens_[position_ - 1].kind == TokenKind::minus;
  unexpected("an expression", broken_arrow ? "a send is written `value -> queue`, its arrow without a space" : "");
  return nullptr;
}

// A keyword with a meaning of its own, or a bare word.
const Expr* Parser::parse_word() {
  const Token& token = peek();
  const std::string_view word = token.text;
  if (word == "if" || word == "unless") return parse_if(word == "unless");
  if (word == "case") return parse_case();
  if (word == "true" || word == "false") {
    take();
    return arena_.make<Boolean>(head(ExprKind::boolean, token.span), word == "true");
  }
  if (word == "undef") return take(), arena_.make<Undef>(head(ExprKind::undef, token.span));
  if (word == "default") return take(), arena_.make<Default>(head(ExprKind::default_, token.span));
  if (word == "self") return take(), arena_.make<SelfRef>(head(ExprKind::self, token.span));
  const TokenKind next = peek(1).kind;
  const TokenKind before = position_ == 0 ? TokenKind::end : tokens_[position_ - 1].kind;
  const bool is_item = (before == TokenKind::comma || before == TokenKind::fat_arrow ||
                        before == TokenKind::l_bracket || before == TokenKind::list_start) &&
                       (next == TokenKind::comma || next == TokenKind::r_bracket || next == TokenKind::r_brace);
  const bool as_text = ((word == "type" || word == "function") && (is_item || next == TokenKind::fat_arrow)) ||
                       (word == "type" && next == TokenKind::l_paren);
  if (word == "_") {
    const bool near_arrow = next == TokenKind::less || next == TokenKind::less_equal || next == TokenKind::equals;
    unexpected("an expression", near_arrow ? "an arc is written `_ <- queue` or `_ <-> queue`"
                                           : "`_` throws a value away; it can only be bound, not read");
    return nullptr;
  }
  if (is_reserved_word(word) && !as_text) {
    unexpected("an expression", "`" + std::string(word) + "` is a keyword; quote it to mean the text");
    return nullptr;
  }
  take();
  if (!is_name(word)) return arena_.make<String>(head(ExprKind::string, token.span), arena_.copy(word));
  return arena_.make<NameExpr>(head(ExprKind::name, token.span), arena_.copy(word));
}

// array = '[' items ']'
const Expr* Parser::parse_array() {
  const Span begin = take().span;
  std::vector<const Expr*> items;
  if (!parse_items(TokenKind::r_bracket, "`,` or `]`", items)) return nullptr;
  return arena_.make<Array>(head(ExprKind::array, since(begin), items), arena_.copy(items));
}

// hash = '{' [entry {',' entry} [',']] '}'
const Expr* Parser::parse_hash(bool keyword_keys) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  InContext context(*this, {context_.guard, context_.durations, true});
  const Span begin = take().span;
  std::vector<HashEntry> entries;
  std::vector<const Expr*> parts;
  while (!accept(TokenKind::r_brace)) {
    HashEntry entry{};
    if (!parse_hash_entry(keyword_keys, entry)) return nullptr;
    entries.push_back(entry);
    parts.insert(parts.end(), {entry.key, entry.value});
    if (!accept(TokenKind::comma) && !at(TokenKind::r_brace)) return unexpected("`,` or `}`"), nullptr;
  }
  return arena_.make<Hash>(head(ExprKind::hash, since(begin), parts), arena_.copy(entries));
}

// entry = expression '=>' expression; the attributes of a resource may have the names of keywords
bool Parser::parse_hash_entry(bool keyword_keys, HashEntry& entry) {
  const Token& first = peek();
  if (keyword_keys && first.kind == TokenKind::name && peek(1).kind == TokenKind::fat_arrow) {
    take();
    const std::string_view text = arena_.copy(first.text);
    if (is_name(text)) entry.key = arena_.make<NameExpr>(head(ExprKind::name, first.span), text);
    else entry.key = arena_.make<String>(head(ExprKind::string, first.span), text);
  } else {
    entry.key = parse_expression();
  }
  if (entry.key == nullptr || !expect(TokenKind::fat_arrow, "`=>`")) return false;
  entry.value = parse_expression();
  return entry.value != nullptr;
}

// '(' expression ')'
const Expr* Parser::parse_parenthesised() {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  InContext context(*this, {context_.guard, context_.durations, true});
  take();
  const Expr* expression = parse_expression();
  if (expression == nullptr || !expect(TokenKind::r_paren, "an operator or `)`")) return nullptr;
  return expression;
}

// A string with code: text and `${ expression }` in any order.
const Expr* Parser::parse_interpolation() {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  InContext context(*this, {});
  const Span begin = take().span;
  std::vector<const Expr*> parts;
  while (!at(TokenKind::string_end)) {
    if (at(TokenKind::string_text)) {
      const Token& text = take();
      parts.push_back(arena_.make<String>(head(ExprKind::string, text.span), text.text));
      continue;
    }
    if (!expect(TokenKind::interpolation_begin, "the end of the string")) return nullptr;
    const Expr* code = parse_expression();
    if (code == nullptr || !expect(TokenKind::interpolation_end, "an operator or `}`")) return nullptr;
    parts.push_back(code);
  }
  take();
  return arena_.make<Interpolation>(head(ExprKind::interpolation, since(begin), parts), arena_.copy(parts));
}

// if     = 'if' expression block {'elsif' expression block} ['else' block]
// unless = 'unless' expression block ['else' block]
const Expr* Parser::parse_if(bool unless) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  struct Branch {
    Span begin;
    const Expr* condition;
    const Expr* body;
  };
  std::vector<Branch> branches;
  const Expr* otherwise = nullptr;
  do {
    const Span begin = take().span;
    const Expr* condition = parse_condition();
    if (condition == nullptr) return nullptr;
    const Expr* body = parse_block("the block of the condition");
    if (body == nullptr) return nullptr;
    if (unless) condition = arena_.make<Unary>(head(ExprKind::unary, condition->span, {condition}), UnaryOp::not_,
                                               condition);
    branches.push_back({begin, condition, body});
  } while (!unless && at_word("elsif"));
  if (accept_word("else")) {
    if (at_word("if")) {
      unexpected("`{`", "write `elsif`");
      return nullptr;
    }
    otherwise = parse_block("the block of `else`");
    if (otherwise == nullptr) return nullptr;
  }
  for (std::size_t i = branches.size(); i-- > 0;) {
    const Branch& branch = branches[i];
    otherwise = arena_.make<If>(
        head(ExprKind::if_, since(branch.begin), {branch.condition, branch.body, otherwise}), branch.condition,
        branch.body, otherwise);
    if (!height_allowed(otherwise)) return nullptr;
  }
  return otherwise;
}

const Expr* Parser::parse_condition() {
  InContext context(*this, {.guard = false, .durations = false, .brace_calls = false});
  return parse_operators(0);
}

// case = 'case' expression '{' {option} '}'
const Expr* Parser::parse_case() {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  const Span begin = take().span;
  const Expr* subject = parse_condition();
  if (subject == nullptr) return nullptr;
  const std::size_t open = position_;
  if (!expect(TokenKind::l_brace, "`{` and the options of `case`")) return nullptr;
  std::vector<Option> options;
  if (at(TokenKind::r_brace)) return unexpected("an option of `case`"), nullptr;
  while (!accept(TokenKind::r_brace)) {
    if (at(TokenKind::end) || at_member_start() || at_plan_start()) {
      report_unclosed(open, "block");
      break;
    }
    if (!parse_case_option(options)) return nullptr;
  }
  std::vector<const Expr*> parts{subject};
  for (const Option& option : options) {
    parts.insert(parts.end(), option.matches.begin(), option.matches.end());
    parts.push_back(option.result);
  }
  return arena_.make<Case>(head(ExprKind::case_, since(begin), parts), subject, arena_.copy(options));
}

// option = expression {',' expression} ':' block
bool Parser::parse_case_option(std::vector<Option>& options) {
  const Span begin = peek().span;
  std::vector<const Expr*> matches;
  {
    InContext context(*this, {.guard = false, .durations = false, .brace_calls = false});
    do {
      const Expr* match = parse_operators(0);
      if (match == nullptr) return false;
      matches.push_back(match);
    } while (accept(TokenKind::comma));
  }
  if (!expect(TokenKind::colon, "`,` or `:`")) return false;
  const Expr* result = parse_block("the block of the option");
  if (result == nullptr) return false;
  options.push_back({arena_.copy(matches), result, since(begin)});
  return true;
}

}  // namespace plan::syntax
