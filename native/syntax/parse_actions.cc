// Actions: arcs, statements and sends.
#include "syntax/characters.h"
#include "syntax/parser_core.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

bool is_clause_word(const Token& token) {
  return token.kind == TokenKind::name &&
         (token.text == "where" || token.text == "after" || token.text == "awaiting");
}

}  // namespace

// action = 'action' name '{' {arc | statement} '}'
const ActionDecl* Parser::parse_action() {
  const Span begin = take().span;
  Name name;
  if (!parse_declared_name("the name of the action", name)) return nullptr;
  const std::size_t open = position_;
  if (!at(TokenKind::l_brace)) {
    unexpected("`{`", at(TokenKind::l_paren) ? "an action has no parameters: it takes what its arcs bind" : "");
    return nullptr;
  }
  take();
  std::vector<ActionItem> items;
  while (!accept(TokenKind::r_brace)) {
    if (at(TokenKind::end) || at_member_start() || at_plan_start()) {
      report_unclosed(open, "action");
      break;
    }
    const std::size_t before = position_;
    ActionItem item{nullptr, nullptr};
    if (at_arc()) item.arc = parse_arc();
    else item.statement = parse_statement();
    if (item.arc != nullptr || item.statement != nullptr) {
      items.push_back(item);
      continue;
    }
    if (position_ == before) take();
    skip_to_statement(open);
    note_unread(before);
  }
  return arena_.make<ActionDecl>(name, arena_.copy(items), since(begin));
}

// Looks ahead: pattern ['from' '$'name] ('<-' | '<->'), or '!' [pattern] '<-'.
bool Parser::at_arc() const {
  const bool inhibits = at(TokenKind::bang);
  std::size_t ahead = inhibits ? 1 : 0;
  if (inhibits && peek(ahead).kind == TokenKind::left_arrow) return true;
  ahead = skip_pattern(ahead);
  if (ahead == 0) return false;
  if (is_word_token(ahead, "from") && peek(ahead + 1).kind == TokenKind::variable) ahead += 2;
  return peek(ahead).kind == TokenKind::left_arrow || peek(ahead).kind == TokenKind::both_arrow;
}

// The tokens from here to behind the pattern that starts at `ahead`, or 0.
std::size_t Parser::skip_pattern(std::size_t ahead) const {
  std::size_t open = 0;
  for (std::size_t i = ahead;; ++i) {
    const Token& token = peek(i);
    switch (token.kind) {
      case TokenKind::l_bracket: case TokenKind::list_start: ++open; continue;
      case TokenKind::variable: case TokenKind::dollar: break;
      case TokenKind::name:
        if (token.text != "_") return 0;
        break;
      case TokenKind::comma:
        if (open == 0) return 0;
        continue;
      case TokenKind::r_bracket:
        if (open == 0) return 0;
        --open;
        break;
      case TokenKind::end: case TokenKind::class_ref: case TokenKind::integer: case TokenKind::floating:
      case TokenKind::duration: case TokenKind::string: case TokenKind::string_begin: case TokenKind::string_text:
      case TokenKind::interpolation_begin: case TokenKind::interpolation_end: case TokenKind::string_end:
      case TokenKind::regex: case TokenKind::l_brace: case TokenKind::r_brace: case TokenKind::l_paren:
      case TokenKind::line_paren: case TokenKind::r_paren: case TokenKind::semicolon: case TokenKind::colon:
      case TokenKind::dot: case TokenKind::question: case TokenKind::pipe: case TokenKind::fat_arrow:
      case TokenKind::arrow: case TokenKind::left_arrow: case TokenKind::both_arrow: case TokenKind::equals:
      case TokenKind::plus_equals: case TokenKind::minus_equals: case TokenKind::plus: case TokenKind::minus:
      case TokenKind::star: case TokenKind::slash: case TokenKind::percent: case TokenKind::shift_left:
      case TokenKind::shift_right: case TokenKind::equal_equal: case TokenKind::not_equal: case TokenKind::less:
      case TokenKind::less_equal: case TokenKind::greater: case TokenKind::greater_equal: case TokenKind::match:
      case TokenKind::not_match: case TokenKind::bang: case TokenKind::foreign: case TokenKind::lost:
        return 0;
    }
    if (open == 0) return i + 1;
  }
}

// receive = pattern ['from' '$'name] '<-' source {clause}
// read    = pattern '<->' source {clause}
// inhibit = '!' [pattern] '<-' source {clause}
const Arc* Parser::parse_arc() {
  const Span begin = peek().span;
  Arc arc{};
  const bool inhibits = accept(TokenKind::bang);
  if (!inhibits || !at(TokenKind::left_arrow)) {
    arc.pattern = parse_pattern();
    if (arc.pattern == nullptr) return nullptr;
  }
  if (at_word("from")) {
    const Token& from = take();
    arc.from = name_of(take());
    if (inhibits || at(TokenKind::both_arrow)) {
      report(Code::invalid_arc, since(from.span), "only a receiving arc (`<-`) knows whom a token came from",
             "leave out `from $" + std::string(arc.from.text) + "`");
    }
  }
  const Token& arrow = take();
  arc.kind = inhibits ? ArcKind::inhibit : arrow.kind == TokenKind::both_arrow ? ArcKind::read : ArcKind::receive;
  if (inhibits && arrow.kind == TokenKind::both_arrow) {
    report(Code::invalid_arc, arrow.span, "an inhibiting arc is written with `<-`", "`! $x <- queue`");
  }
  if (!parse_source(arc.source)) return nullptr;
  if (at(TokenKind::comma)) return unexpected("a clause or the next statement", "states are written `state open, busy`; each queue needs an arc of its own"), nullptr;
  std::vector<Clause> clauses;
  if (!parse_clauses(clauses)) return nullptr;
  arc.clauses = arena_.copy(clauses);
  arc.span = since(begin);
  return arena_.make<Arc>(arc);
}

// pattern = '$'name | '_' | '$' | '[' pattern {',' pattern} ']'
const Pattern* Parser::parse_pattern() {
  const Nesting nesting(*this);
  if (!nesting.ok()) return nullptr;
  const Span begin = peek().span;
  if (at(TokenKind::variable)) {
    return arena_.make<Pattern>(PatternKind::variable, begin, name_of(take()), List<const Pattern*>{});
  }
  if (at(TokenKind::dollar) || at_word("_")) {
    take();
    return arena_.make<Pattern>(PatternKind::wildcard, begin, Name{}, List<const Pattern*>{});
  }
  if (!accept(TokenKind::l_bracket) && !accept(TokenKind::list_start)) {
    unexpected("a pattern", "a pattern is `$name`, `_` or a list of patterns: `[$role, _]`");
    return nullptr;
  }
  std::vector<const Pattern*> items;
  do {
    const Pattern* item = parse_pattern();
    if (item == nullptr) return nullptr;
    items.push_back(item);
  } while (accept(TokenKind::comma));
  if (!expect(TokenKind::r_bracket, "`,` or `]`")) return nullptr;
  return arena_.make<Pattern>(PatternKind::array, since(begin), Name{}, arena_.copy(items));
}

// source = queue [count] | 'state' [name {',' name}] | '$'parameter | reference '.' queue [count] | NAME '::' queue
bool Parser::parse_source(ArcSource& source) {
  const Span begin = peek().span;
  source.count = {CountKind::one, nullptr, nullptr};
  if (at_word("state") && peek(1).kind != TokenKind::dot) {
    if (!parse_state_source(source)) return false;
    source.span = since(begin);
    return true;
  }
  constexpr std::string_view kExpected = "a queue, `state`, or a variable";
  const bool can_start = at(TokenKind::variable) || at(TokenKind::class_ref) ||
                         (at(TokenKind::name) && !is_reserved_word(peek().text) && is_name(peek().text));
  if (!can_start) {
    unexpected(kExpected, at(TokenKind::integer) ? "a comparison with a negative number is written `$x < -1`" : "");
    return false;
  }
  InContext context(*this, {});
  const Expr* expression = parse_postfix();
  if (expression == nullptr) return false;
  source.span = since(begin);
  if (read_source(expression, source)) return true;
  report(Code::invalid_arc, expression->span, "tokens cannot be received from this expression",
         "a source is a queue (`events`, `slots[all]`), `state`, `$parameter`, or `$reference.queue`");
  return false;
}

// 'state' [name {',' name}]. A name that begins the next statement is none of them.
bool Parser::parse_state_source(ArcSource& source) {
  source.kind = SourceKind::state;
  source.name = name_of(take());
  std::vector<Name> states;
  const auto is_state = [this] {
    const Token& token = peek();
    if (token.kind != TokenKind::name || is_reserved_word(token.text) || token.text == "_") return false;
    const Token& next = peek(1);
    if (is_clause_word(token) && next.kind != TokenKind::comma) return false;
    return next.kind != TokenKind::arrow && next.kind != TokenKind::equals && !joins_operands(next);
  };
  if (is_state() && !at_statement_call()) {
    states.push_back(name_of(take()));
    while (accept(TokenKind::comma)) {
      Name name;
      if (!parse_declared_name("the name of a state", name)) return false;
      states.push_back(name);
    }
  }
  source.states = arena_.copy(states);
  return true;
}

// Takes the expression apart; false when it is no source.
bool Parser::read_source(const Expr* expression, ArcSource& source) {
  if (expression->kind == ExprKind::access) {
    const auto& access = *static_cast<const Access*>(expression);
    if (access.object->kind == ExprKind::name || access.object->kind == ExprKind::method_call) {
      return read_source(access.object, source) && read_count(access, source);
    }
    return false;
  }
  if (expression->kind == ExprKind::name) {
    source.kind = SourceKind::queue;
    source.name = {static_cast<const NameExpr*>(expression)->name, expression->span};
    return true;
  }
  if (expression->kind == ExprKind::variable) {
    source.kind = SourceKind::parameter;
    source.name = {static_cast<const Variable*>(expression)->name, expression->span};
    return true;
  }
  if (expression->kind != ExprKind::method_call) return false;
  const auto& call = *static_cast<const MethodCall*>(expression);
  if (call.has_parentheses || call.brace_call || call.lambda != nullptr) return false;
  source.kind = SourceKind::reference;
  source.name = call.name;
  source.reference = call.receiver;
  return true;
}

// count = '[' n ']' | '[' m ',' n ']' | '[' 'all' ']'
bool Parser::read_count(const Access& access, ArcSource& source) {
  if (access.keys.size() == 1) {
    const Expr* key = access.keys[0];
    const bool all = key->kind == ExprKind::name && static_cast<const NameExpr*>(key)->name == "all";
    source.count = {all ? CountKind::all : CountKind::exactly, all ? nullptr : key, nullptr};
    return true;
  }
  if (access.keys.size() != 2) return false;
  source.count = {CountKind::range, access.keys[0], access.keys[1]};
  return true;
}

// clause = 'where' expression | 'after' duration | 'awaiting' expression
bool Parser::parse_clauses(std::vector<Clause>& clauses) {
  while (is_clause_word(peek())) {
    const Token& word = take();
    Clause clause{};
    clause.kind = word.text == "where" ? ClauseKind::where
                  : word.text == "after" ? ClauseKind::after : ClauseKind::awaiting;
    InContext context(*this, {.guard = clause.kind == ClauseKind::where,
                              .durations = clause.kind == ClauseKind::after, .brace_calls = true});
    clause.expression = clause.kind == ClauseKind::awaiting ? parse_operators(0) : parse_expression();
    if (clause.expression == nullptr) return false;
    clause.span = since(word.span);
    clauses.push_back(clause);
  }
  return true;
}

// statement = call without parentheses | expression | expression '->' ['*'] target
const Expr* Parser::parse_statement() {
  if (at_statement_call()) return parse_statement_call();
  const Expr* value = parse_expression();
  if (value == nullptr) return nullptr;
  if (at(TokenKind::arrow)) return parse_send(value);
  if (at(TokenKind::left_arrow) || at(TokenKind::both_arrow)) {
    last_reported_ = position_;
    report(Code::invalid_arc, value->span, "tokens cannot be received into this expression",
           "the left side of an arc is a pattern: `$name`, `_` or `[$a, $b]`");
    return nullptr;
  }
  if (at(TokenKind::fat_arrow)) return unexpected("the next statement", "a send is written `value -> queue`"), nullptr;
  if (at(TokenKind::semicolon)) {   // between two statements, as Puppet has it
    take();
    if (at(TokenKind::end) || at(TokenKind::r_brace) || at(TokenKind::semicolon)) unexpected("the next statement");
    return value;
  }
  return value->kind != ExprKind::name && rejects_brace() ? nullptr : value;
}

// Puppet takes what stands before a brace for the type of a resource. Plans have no such expressions: a statement may
// start with a hash there.
bool Parser::rejects_brace() {
  if (!program_ || !at(TokenKind::l_brace)) return false;
  unexpected("the next statement", "a statement that starts with a hash follows a `;`, or stands in parentheses");
  return true;
}

// send = expression '->' ['*'] target
const Expr* Parser::parse_send(const Expr* value) {
  take();
  const bool splat = accept(TokenKind::star);
  const bool names_target = at(TokenKind::name) && !is_reserved_word(peek().text) && is_name(peek().text);
  if (!splat && !names_target && !at(TokenKind::variable) && !at(TokenKind::class_ref)) {
    unexpected("what to send to", "a target is a queue, `state`, `$reference.queue`, or `* $collection_of_queues`");
    return nullptr;
  }
  const Expr* target = splat ? parse_operators(0) : parse_postfix();
  if (target == nullptr) return nullptr;
  if (at(TokenKind::arrow)) {
    unexpected("the next statement", "a send has one target; write a send for each, or `-> * [a, b]`");
    return nullptr;
  }
  return arena_.make<Send>(head(ExprKind::send, since(value->span), {value, target}), value, splat, target);
}

// block = '{' {statement} '}'
const Expr* Parser::parse_block(std::string_view what) {
  InContext context(*this, {});
  const std::size_t open = position_;
  const Span begin = peek().span;
  if (!at(TokenKind::l_brace)) {
    unexpected("`{` and " + std::string(what), at(TokenKind::equals) ? "`==` compares" : "");
    return nullptr;
  }
  take();
  std::vector<const Expr*> statements;
  while (!accept(TokenKind::r_brace)) {
    if (at(TokenKind::end) || at(TokenKind::interpolation_end) || at_member_start() || at_plan_start()) {
      report_unclosed(open, "block");
      break;
    }
    const std::size_t before = position_;
    if (at_arc()) {
      reject_arc();
      note_unread(before);
    } else if (const Expr* statement = parse_statement()) {
      statements.push_back(statement);
    } else {
      if (position_ == before) take();
      skip_to_statement(open);
      note_unread(before);
    }
  }
  return arena_.make<Block>(head(ExprKind::block, since(begin), statements), arena_.copy(statements));
}

// An arc inside of a block is read to its end and dropped.
void Parser::reject_arc() {
  const std::size_t before = position_;
  const Arc* arc = parse_arc();
  if (arc != nullptr) {
    report(Code::invalid_arc, arc->span, "an arc cannot stand inside of a block",
           "arcs stand directly in an action: all are matched before the body runs");
  } else if (position_ == before) {
    take();
  }
}

}  // namespace plan::syntax
