#include "syntax/parser.h"

#include "syntax/characters.h"
#include "syntax/lexer.h"
#include "syntax/parser_core.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

constexpr std::uint16_t kMaxHeight = 500;   // of a tree: `1 + 1 + …` nests without brackets

// Texts that are not read at all; each reported.
bool is_readable(SourceId source, std::string_view text, diagnostics::Diagnostics& diagnostics) {
  if (text.size() > kMaxSourceBytes) {
    diagnostics.report(Code::source_too_large, {source, 0, 0},
                       "this text has more than " + std::to_string(kMaxSourceBytes) + " bytes",
                       "divide it into several plans");
    return false;
  }
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    const auto at = static_cast<std::uint32_t>(bad);
    diagnostics.report(Code::invalid_encoding, {source, at, at + 1}, "this byte is not valid UTF-8",
                       "save the file as UTF-8");
    return false;
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    diagnostics.report(Code::invalid_encoding, {source, 0, 3}, "the text starts with a byte order mark",
                       "save the file as UTF-8 without one");
    return false;
  }
  return true;
}

bool is_opening(TokenKind kind) {
  return kind == TokenKind::l_brace || kind == TokenKind::l_bracket || kind == TokenKind::list_start ||
         kind == TokenKind::l_paren || kind == TokenKind::line_paren || kind == TokenKind::interpolation_begin;
}

bool closes(TokenKind open, TokenKind close) {
  if (close == TokenKind::r_brace) return open == TokenKind::l_brace;
  if (close == TokenKind::r_bracket) return open == TokenKind::l_bracket || open == TokenKind::list_start;
  if (close == TokenKind::r_paren) return open == TokenKind::l_paren || open == TokenKind::line_paren;
  return close == TokenKind::interpolation_end && open == TokenKind::interpolation_begin;
}

std::string_view replacement_for(std::string_view foreign) {
  if (foreign == "++") return "write `$x = $x + 1`";
  if (foreign == ":=") return "use `=`";
  if (foreign == "<=>") return "use the function `compare`";
  if (foreign == "~>" || foreign == "<~") return "a send is written `value -> queue`";
  if (foreign == "&&") return "use `and`";
  return foreign == "===" ? "use `==`" : "use `!=`";
}

void hand_over(const diagnostics::Diagnostics& found, diagnostics::Diagnostics& diagnostics) {
  for (const diagnostics::Diagnostic& one : found.all()) {
    diagnostics.report(one.code, one.span, one.message, one.help);
  }
}

bool is_strong(TokenKind close) { return close == TokenKind::r_brace || close == TokenKind::interpolation_end; }

}  // namespace

ParsedFile parse_file(SourceId source, const diagnostics::Sources& sources, diagnostics::Diagnostics& diagnostics) {
  ParsedFile file;
  file.source = source;
  const std::string_view text = sources.text(source);
  if (!is_readable(source, text, diagnostics)) return file;
  Parser parser(source, Lexer(source, text, file.arena, diagnostics).run(), file.arena, diagnostics);
  parser.parse_file(file);
  return file;
}

ParsedExpression parse_expression(SourceId source, const diagnostics::Sources& sources,
                                  diagnostics::Diagnostics& diagnostics) {
  ParsedExpression parsed;
  parsed.source = source;
  const std::string_view text = sources.text(source);
  if (!is_readable(source, text, diagnostics)) return parsed;
  diagnostics::Diagnostics found;
  Parser parser(source, Lexer(source, text, parsed.arena, found).run(), parsed.arena, found);
  const Expr* expression = parser.parse_lone_expression();
  if (!found.has_errors()) parsed.expression = expression;
  hand_over(found, diagnostics);
  return parsed;
}

ParsedProgram parse_program(SourceId source, const diagnostics::Sources& sources, diagnostics::Diagnostics& diagnostics) {
  ParsedProgram parsed;
  parsed.source = source;
  const std::string_view text = sources.text(source);
  if (!is_readable(source, text, diagnostics)) return parsed;
  diagnostics::Diagnostics found;
  Parser parser(source, Lexer(source, text, parsed.arena, found).run(), parsed.arena, found);
  const Block* body = parser.parse_program(parsed.aliases, parsed.functions);
  if (!found.has_errors()) parsed.body = body;
  hand_over(found, diagnostics);
  return parsed;
}

Parser::Parser(SourceId source, std::vector<Token> tokens, Arena& arena, diagnostics::Diagnostics& diagnostics)
    : source_(source), tokens_(std::move(tokens)), arena_(arena), diagnostics_(diagnostics) {
  match_brackets();
}

// file = {plan | alias}
void Parser::parse_file(ParsedFile& file) {
  while (!at(TokenKind::end)) {
    const std::size_t before = position_;
    if (at_word("plan")) {
      if (const PlanDecl* plan = parse_plan()) {
        file.plans.push_back(plan);
        continue;
      }
    } else if (at_word("type")) {
      if (const TypeAlias* alias = parse_alias()) {
        file.aliases.push_back(alias);
        continue;
      }
    } else {
      const std::string_view near = at(TokenKind::name) ? diagnostics::nearest(peek().text, {"plan", "type"}) : std::string_view();
      unexpected("`plan` or `type`", at_member_start() && !file.plans.empty() ? "the plan ended before: is there a `}` too many?"
                                     : near.empty() ? "a plan text holds `plan NAME { … }` and `type NAME = …`"
                                                    : "did you mean `" + std::string(near) + "`?");
    }
    if (position_ == before) take();
    skip_to_top();
    note_unread(before);
  }
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const bool names = tokens_[i].kind == TokenKind::name || tokens_[i].kind == TokenKind::variable;
    if (unread_[i] && names) file.unread.push_back(name_of(tokens_[i]));
    if (tokens_[i].kind == TokenKind::lost) note_words(tokens_[i], file);
  }
}

// What a string without an end swallowed may be names.
void Parser::note_words(const Token& token, ParsedFile& file) {
  for (std::size_t begin = 0; begin < token.text.size();) {
    std::size_t end = begin;
    while (end < token.text.size() && is_word(token.text[end])) ++end;
    const auto place = static_cast<std::uint32_t>(token.span.begin + begin);
    if (end > begin) file.unread.push_back({arena_.copy(token.text.substr(begin, end - begin)), {source_, place, place + static_cast<std::uint32_t>(end - begin)}});
    begin = end + 1;
  }
}

// expression = the whole text
const Expr* Parser::parse_lone_expression() {
  const Expr* expression = parse_expression();
  if (expression != nullptr && !at(TokenKind::end)) unexpected("the end of the expression");
  return expression;
}

// program = {alias | function | statement}
const Block* Parser::parse_program(std::vector<const TypeAlias*>& aliases, std::vector<const FunctionDecl*>& functions) {
  program_ = true;
  std::vector<const Expr*> statements;
  const Span begin = peek().span;
  bool defined_last = false;
  while (!at(TokenKind::end)) {
    const std::size_t statements_before = statements.size();
    if (at_word("type") && peek(1).kind == TokenKind::class_ref) {
      const TypeAlias* alias = parse_alias();
      if (alias == nullptr) return nullptr;
      if (at(TokenKind::semicolon) && peek(1).kind != TokenKind::end) take();
      else if (rejects_brace()) return nullptr;
      aliases.push_back(alias);
    } else if (at_word("function") && peek(1).kind == TokenKind::name) {
      const FunctionDecl* function = parse_function(Visibility::unspecified, peek().span);
      if (function == nullptr || rejects_brace()) return nullptr;
      functions.push_back(function);
    } else {
      const Expr* statement = parse_statement();
      if (statement == nullptr) return nullptr;
      statements.push_back(statement);
    }
    defined_last = statements.size() == statements_before;
  }
  if (defined_last) statements.push_back(arena_.make<Undef>(head(ExprKind::undef, since(begin))));   // a definition has no value
  return arena_.make<Block>(head(ExprKind::block, since(begin), statements), arena_.copy(statements));
}

const Token& Parser::peek(std::size_t ahead) const {
  return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

const Token& Parser::take() {
  const Token& token = tokens_[position_];
  if (position_ + 1 < tokens_.size()) ++position_;
  return token;
}

bool Parser::is_word_token(std::size_t ahead, std::string_view word) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::name && token.text == word;
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  take();
  return true;
}

bool Parser::accept_word(std::string_view word) {
  if (!at_word(word)) return false;
  take();
  return true;
}

bool Parser::expect(TokenKind kind, std::string_view what) {
  if (accept(kind)) return true;
  unexpected(what);
  return false;
}

void Parser::report(Code code, Span span, std::string message, std::string help) {
  if (++mistakes_ <= kMaxMistakes) diagnostics_.report(code, span, std::move(message), std::move(help));
}

// Names the operators of other languages wherever they stand.
void Parser::unexpected(std::string_view expected, std::string help) {
  if (last_reported_ == position_) return;
  last_reported_ = position_;
  const Token& token = peek();
  if (position_ > 0 && tokens_[position_ - 1].kind == TokenKind::lost) return;      // what is missing may be in there
  if (token.kind == TokenKind::foreign) {
    report(Code::foreign_operator, token.span, "`" + std::string(token.text) + "` is no operator here",
           std::string(replacement_for(token.text)));
    return;
  }
  if (token.kind == TokenKind::semicolon && help.empty()) help = "statements and members are not ended by anything";
  report(Code::unexpected_token, token.span,
         "expected " + std::string(expected) + ", found " + describe(token), std::move(help));
}

std::string Parser::describe(const Token& token) const {
  const std::string text(token.text.substr(0, 40));
  switch (token.kind) {
    case TokenKind::end: return "the end of the text";
    case TokenKind::name: return (is_reserved_word(token.text) ? "the keyword `" : "the name `") + text + "`";
    case TokenKind::class_ref: return "the type `" + text + "`";
    case TokenKind::variable: return "the variable `$" + text + "`";
    case TokenKind::dollar: return "`$`";
    case TokenKind::integer: case TokenKind::floating: return "the number `" + text + "`";
    case TokenKind::duration: return "the duration `" + text + "`";
    case TokenKind::string: case TokenKind::string_begin: return "a string";
    case TokenKind::string_text: case TokenKind::string_end: case TokenKind::interpolation_begin: case TokenKind::lost: return "a string";
    case TokenKind::interpolation_end: return "the end of the code in this string";
    case TokenKind::regex: return "a regular expression";
    case TokenKind::l_bracket: case TokenKind::list_start: return "`[`";
    case TokenKind::l_paren: case TokenKind::line_paren: return "`(`";
    case TokenKind::l_brace: case TokenKind::r_brace: case TokenKind::r_bracket: case TokenKind::r_paren:
    case TokenKind::comma: case TokenKind::semicolon: case TokenKind::colon: case TokenKind::dot:
    case TokenKind::question: case TokenKind::pipe: case TokenKind::fat_arrow: case TokenKind::arrow:
    case TokenKind::left_arrow: case TokenKind::both_arrow: case TokenKind::equals: case TokenKind::plus_equals:
    case TokenKind::minus_equals: case TokenKind::plus: case TokenKind::minus: case TokenKind::star:
    case TokenKind::slash: case TokenKind::percent: case TokenKind::shift_left: case TokenKind::shift_right:
    case TokenKind::equal_equal: case TokenKind::not_equal: case TokenKind::less: case TokenKind::less_equal:
    case TokenKind::greater: case TokenKind::greater_equal: case TokenKind::match: case TokenKind::not_match:
    case TokenKind::bang: case TokenKind::foreign:
      return "`" + text + "`";
  }
  return text;
}

// How many matched brackets are around each token. A bracket without its partner does not count, so one forgotten
// does not hide where the next statement starts.
void Parser::match_brackets() {
  std::vector<std::size_t> open;
  std::vector<bool> matched(tokens_.size(), false);
  std::size_t strong_open = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const TokenKind kind = tokens_[i].kind;
    if (is_opening(kind)) {
      open.push_back(i);
      if (kind == TokenKind::l_brace || kind == TokenKind::interpolation_begin) ++strong_open;
      continue;
    }
    if (is_strong(kind) && strong_open > 0) {
      while (!open.empty() && !is_strong(tokens_[open.back()].kind == TokenKind::l_brace ? TokenKind::r_brace
                                         : tokens_[open.back()].kind == TokenKind::interpolation_begin
                                             ? TokenKind::interpolation_end : TokenKind::comma)) {
        open.pop_back();
      }
    }
    if (open.empty() || !closes(tokens_[open.back()].kind, kind)) continue;
    if (is_strong(kind)) --strong_open;
    matched[open.back()] = matched[i] = true;
    open.pop_back();
  }
  std::uint32_t depth = 0;
  depths_.resize(tokens_.size());
  unread_.resize(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const bool opening = is_opening(tokens_[i].kind);
    if (matched[i] && !opening) --depth;
    depths_[i] = depth;
    if (matched[i] && opening) ++depth;
  }
}

// To the next line that starts at the level of the block's statements, or to what ends the block.
void Parser::skip_to_statement(std::size_t block_open) {
  const std::uint32_t outside = depths_[block_open];
  for (; !at(TokenKind::end); take()) {
    const std::uint32_t depth = depths_[position_];
    if (at(TokenKind::r_brace) && depth <= outside) return;
    if (at(TokenKind::interpolation_end) && depth <= outside) return;
    if (peek().line_start && (depth <= outside + 1 || at_member_start() || at_plan_start())) return;
  }
}

void Parser::skip_to_member(std::size_t plan_open) {
  const std::uint32_t outside = depths_[plan_open];
  for (; !at(TokenKind::end); take()) {
    const std::uint32_t depth = depths_[position_];
    if (at(TokenKind::r_brace) && depth <= outside) return;
    if (!peek().line_start) continue;
    if (at_plan_start() || (depth <= outside + 1 && !at(TokenKind::r_brace))) return;
  }
}

void Parser::skip_to_top() {
  const auto at_alias = [this] { return at_word("type") && peek().line_start && depths_[position_] == 0; };
  while (!at(TokenKind::end) && !at_plan_start() && !at_alias()) take();
}

// Names of what was begun at `from` and given up: the checker does not take them for unknown or unused.
void Parser::note_unread(std::size_t from) {
  std::fill(unread_.begin() + static_cast<std::ptrdiff_t>(from), unread_.begin() + static_cast<std::ptrdiff_t>(position_), true);
}

void Parser::report_unclosed(std::size_t open, std::string_view what) {
  if (last_reported_ == position_) return;
  last_reported_ = position_;
  report(Code::unterminated, tokens_[open].span, "this " + std::string(what) + " has no end",
         "a `}` is missing before " + describe(peek()));
}

// `action NAME {` and its kin cannot be statements: the block before them was not closed.
bool Parser::at_member_start() const {
  if (!peek().line_start || !at(TokenKind::name)) return false;
  const std::string_view word = peek().text;
  const Token& next = peek(1);
  if (word == "action") return next.kind == TokenKind::name && peek(2).kind == TokenKind::l_brace;
  if (word == "function") return next.kind == TokenKind::name && peek(2).kind == TokenKind::l_paren;
  if (word == "state") return next.kind == TokenKind::name && next.text != "from";
  if (word == "queue" || word == "input" || word == "output" || word == "public" || word == "private") {
    return next.kind == TokenKind::class_ref || next.kind == TokenKind::variable ||
           (next.kind == TokenKind::name && !is_reserved_word(next.text));
  }
  return word == "type" && next.kind == TokenKind::class_ref && peek(2).kind == TokenKind::equals;
}

bool Parser::at_plan_start() const {
  if (!at_word("plan") || !peek().line_start || peek(1).kind != TokenKind::name) return false;
  const Token& after = peek(2);
  return after.kind == TokenKind::l_brace || after.kind == TokenKind::l_bracket ||
         after.kind == TokenKind::list_start || (after.kind == TokenKind::name && after.text == "inherits");
}

bool Parser::enter_nesting() {
  if (++nesting_ <= kMaxNesting) return true;
  if (last_reported_ != position_) {
    last_reported_ = position_;
    report(Code::nesting_too_deep, peek().span,
           "this is nested more than " + std::to_string(kMaxNesting) + " levels deep",
           "give parts of it names: variables or functions");
  }
  return false;
}

bool Parser::height_allowed(const Expr* expression) {
  if (expression->height < kMaxHeight) return true;
  report(Code::nesting_too_deep, expression->span,
         "this expression joins more than " + std::to_string(kMaxHeight) + " parts",
         "give parts of it names: variables or functions");
  return false;
}

Expr Parser::head(ExprKind kind, Span span, std::initializer_list<const Expr*> parts) {
  std::uint16_t below = 0;
  for (const Expr* part : parts) {
    if (part != nullptr) below = std::max(below, part->height);
  }
  return {kind, span, static_cast<std::uint16_t>(below + 1)};
}

Expr Parser::head(ExprKind kind, Span span, const std::vector<const Expr*>& parts) {
  std::uint16_t below = 0;
  for (const Expr* part : parts) below = std::max(below, part->height);
  return {kind, span, static_cast<std::uint16_t>(below + 1)};
}

bool is_reserved_word(std::string_view word) {
  constexpr std::string_view kWords[] = {"and", "case", "class", "default", "define", "else", "elsif", "false",
                                         "function", "if", "in", "inherits", "node", "or", "private", "true", "type",
                                         "undef", "unless", "attr"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

}  // namespace plan::syntax
