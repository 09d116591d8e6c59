#include "syntax/lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/assert.h"
#include "syntax/characters.h"
#include "syntax/parser.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

// Longest first where one begins another.
constexpr Symbol kSymbols[] = {
    {"<->", TokenKind::both_arrow}, {"<-", TokenKind::left_arrow}, {"<=", TokenKind::less_equal},
    {"<<", TokenKind::shift_left}, {"<", TokenKind::less}, {"->", TokenKind::arrow},
    {"-=", TokenKind::minus_equals}, {"-", TokenKind::minus}, {"=>", TokenKind::fat_arrow},
    {"==", TokenKind::equal_equal}, {"=~", TokenKind::match}, {"=", TokenKind::equals},
    {"+=", TokenKind::plus_equals}, {"+", TokenKind::plus}, {"!=", TokenKind::not_equal},
    {"!~", TokenKind::not_match}, {"!", TokenKind::bang}, {">=", TokenKind::greater_equal},
    {">>", TokenKind::shift_right}, {">", TokenKind::greater}, {"*", TokenKind::star},
    {"/", TokenKind::slash}, {"%", TokenKind::percent}, {"|", TokenKind::pipe}, {"?", TokenKind::question},
    {".", TokenKind::dot}, {",", TokenKind::comma}, {";", TokenKind::semicolon}, {":", TokenKind::colon},
    {")", TokenKind::r_paren}, {"]", TokenKind::r_bracket}, {"{", TokenKind::l_brace}, {"}", TokenKind::r_brace},
};

// As a rule, with the white space around it: what is reserved for a text's tokens.
constexpr std::size_t kBytesOfAToken = 4;

constexpr std::string_view kForeignOperators[] = {"&&", "===", "!==", "<=>", ":=", "++", "~>", "<~"};

struct DurationUnit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr DurationUnit kDurationUnits[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

constexpr std::int64_t kLongestDuration = INT64_MAX / 1'000'000;     // as a Timespan it is counted in nanoseconds

const DurationUnit* find_unit(std::string_view name) {
  const auto* found = std::find_if(std::begin(kDurationUnits), std::end(kDurationUnits),
                                   [name](const DurationUnit& unit) { return unit.name == name; });
  return found == std::end(kDurationUnits) ? nullptr : found;
}

std::size_t count_while(std::string_view text, bool (*accepts)(char)) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), accepts) - text.begin());
}

bool all_are(std::string_view text, bool (*accepts)(char)) {
  return !text.empty() && count_while(text, accepts) == text.size();
}

}  // namespace

Lexer::Lexer(SourceId source, std::string_view text, Arena& arena, diagnostics::Diagnostics& diagnostics)
    : source_(source), text_(text), arena_(arena), diagnostics_(diagnostics) {}

std::vector<Token> Lexer::run() {
  tokens_.reserve(text_.size() / kBytesOfAToken);
  while (!done()) lex_token();
  push(TokenKind::end, text_.size(), text_.size());
  for (diagnostics::Diagnostic& found : found_) {
    diagnostics_.report(found.code, found.span, std::move(found.message), std::move(found.help));
  }
  return std::move(tokens_);
}

std::uint32_t Lexer::source_offset(std::size_t offset) const {
  if (pieces_.empty()) return static_cast<std::uint32_t>(offset);
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                      [](std::size_t wanted, const Piece& piece) { return wanted < piece.offset; });
  PLAN_ASSERT(after != pieces_.begin());
  const Piece& piece = *std::prev(after);
  return static_cast<std::uint32_t>(piece.source_offset + (offset - piece.offset));
}

Span Lexer::span(std::size_t begin, std::size_t end) const {
  const std::uint32_t first = source_offset(begin);
  return {source_, first, end > begin ? source_offset(end - 1) + 1 : first};
}

Token& Lexer::push(TokenKind kind, std::size_t begin, std::size_t end, std::string_view text) {
  tokens_.push_back(Token{kind, line_start_, span(begin, end), text});
  line_start_ = false;
  return tokens_.back();
}

void Lexer::report(Code code, Span where, std::string message, std::string help) {
  if (found_.size() >= kMaxMistakes) return;
  found_.push_back({code, where, std::move(message), std::move(help)});
}

// The bytes of the white space at `offset` other than line ends; 0 when there is none.
std::size_t Lexer::blank_length(std::size_t offset) const {
  const char c = at(offset);
  if (c == ' ' || c == '\t' || c == '\r') return 1;
  if (static_cast<unsigned char>(c) < 0x80) return 0;
  return unicode_blank_length(text_.substr(offset));
}

void Lexer::lex_token() {
  if (const std::size_t blank = blank_length(position_); blank > 0) {
    position_ += blank;
    return;
  }
  const char c = at(position_);
  if (c == '\n') return lex_newline();
  if (c == '#') {
    position_ = std::min(text_.find('\n', position_), text_.size());
    return;
  }
  if (c == '/' && at(position_ + 1) == '*') return skip_block_comment();
  if (is_digit(c)) return lex_number();
  if (is_word_start(c) || (c == ':' && at(position_ + 1) == ':' && is_word_start(at(position_ + 2)))) {
    return lex_word();
  }
  if (is_upper(c) || (c == ':' && at(position_ + 1) == ':' && is_upper(at(position_ + 2)))) return lex_class_ref();
  if (c == '$') return lex_variable();
  if (c == '\'') return lex_single_quoted();
  if (c == '"') return lex_double_quoted();
  if (c == '@' && at(position_ + 1) == '(') return lex_heredoc();
  if (c == '/' && regex_may_start()) return lex_regex();
  lex_symbol();
}

void Lexer::lex_newline() {
  if (heredoc_resume_ > 0) {
    position_ = heredoc_resume_;
    heredoc_resume_ = 0;
  } else {
    ++position_;
  }
  line_start_ = true;
}

void Lexer::skip_block_comment() {
  const std::size_t end = text_.find("*/", position_ + 2);
  if (end != std::string_view::npos) {
    if (slice(position_, end).find('\n') != std::string_view::npos) line_start_ = true;
    position_ = end + 2;
    return;
  }
  report(Code::unterminated, span(position_, position_ + 2), "this comment has no end", "end it with `*/`");
  const std::size_t line_end = std::min(text_.find('\n', position_), text_.size());
  position_ = ++recoveries_ <= kMaxRecoveries ? line_end : text_.size();
}

void Lexer::lex_symbol() {
  const std::string_view rest = text_.substr(position_);
  if (lex_foreign_operator()) return;
  const char c = rest.front();
  if (c == '[') {
    const bool after_space = position_ == 0 || is_white_space_end(text_.substr(0, position_));
    push(after_space ? TokenKind::list_start : TokenKind::l_bracket, position_, position_ + 1);
    ++position_;
    return;
  }
  if (c == '(') {
    push(line_start_ ? TokenKind::line_paren : TokenKind::l_paren, position_, position_ + 1);
    ++position_;
    return;
  }
  for (const Symbol& symbol : kSymbols) {
    if (symbol.text.front() != c || !rest.starts_with(symbol.text)) continue;
    if (symbol.kind == TokenKind::l_brace) ++open_braces_;
    if (symbol.kind == TokenKind::r_brace) --open_braces_;
    push(symbol.kind, position_, position_ + symbol.text.size(), symbol.text);
    position_ += symbol.text.size();
    return;
  }
  skip_invalid_character();
}

bool Lexer::lex_foreign_operator() {
  const std::string_view rest = text_.substr(position_);
  for (const std::string_view text : kForeignOperators) {
    if (text.front() != rest.front() || !rest.starts_with(text)) continue;
    push(TokenKind::foreign, position_, position_ + text.size(), text);
    position_ += text.size();
    return true;
  }
  return false;
}

// A run of characters that start nothing is one mistake.
void Lexer::skip_invalid_character() {
  const std::size_t begin = position_;
  const auto is_invalid = [this](std::size_t offset) {
    const char c = at(offset);
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) return blank_length(offset) == 0;
    return c == '`' || c == '\\' || c == '&' || c == '^' || c == '~' || c == '@' || byte == 0x7F ||
           (byte < 0x20 && c != '\t' && c != '\n' && c != '\r');
  };
  PLAN_ASSERT(is_invalid(position_));
  while (!done() && is_invalid(position_)) position_ += code_point_length(text_.substr(position_));
  const std::string_view what = slice(begin, std::min(position_, begin + 32));
  const auto byte = static_cast<unsigned char>(what.front());
  report(Code::invalid_character, span(begin, position_),
         byte < 0x20 || byte == 0x7F ? "a control character has no meaning here"
                                     : "`" + whole_code_points(what) + "` has no meaning here",
         "text belongs in quotes, or after `#` in a comment");
}

// A number is a run of letters and digits, with one '.' and one '-' after 'e' where Puppet has them.
void Lexer::lex_number() {
  const std::size_t begin = position_;
  std::size_t end = begin + count_while(text_.substr(begin), is_word);
  const bool hex = at(begin) == '0' && (at(begin + 1) == 'x' || at(begin + 1) == 'X');
  if (!hex && all_are(slice(begin, end), is_digit) && at(end) == '.' && is_digit(at(end + 1))) {
    end += 1 + count_while(text_.substr(end + 1), is_word);
  }
  if (!hex && (at(end - 1) == 'e' || at(end - 1) == 'E') && at(end) == '-' && is_digit(at(end + 1))) {
    end += 1 + count_while(text_.substr(end + 1), is_word);
  }
  position_ = end;
  const std::string_view text = slice(begin, end);
  const auto invalid = [&](std::string message, std::string help) {
    report(Code::invalid_number, span(begin, end), std::move(message), std::move(help));
    push(TokenKind::integer, begin, end, text);
  };
  const std::size_t digits = count_while(text, is_digit);
  const bool octal = text.size() > 1 && text.front() == '0' && digits == text.size();
  if (text.size() > 1 && text.front() == '0' && !hex && !octal && text[1] != '.' && !find_unit(text.substr(digits))) {
    return invalid("`" + std::string(text) + "` is not a number", "a number that starts with 0 is octal: it has the digits 0 to 7");
  }
  if (hex || digits == text.size()) {
    const std::string_view body = hex ? text.substr(2) : text;
    std::int64_t value = 0;
    const auto read = std::from_chars(body.begin(), body.end(), value, hex ? 16 : octal ? 8 : 10);
    if (read.ec == std::errc::result_out_of_range) {
      return invalid("`" + std::string(text) + "` is too large for an Integer",
                     "an Integer has 64 bits: the largest is 9223372036854775807");
    }
    if (read.ec != std::errc{} || read.ptr != body.end()) {
      return invalid("`" + std::string(text) + "` is not a number",
                     octal ? "a number that starts with 0 is octal: it has the digits 0 to 7"
                           : "a number that starts with 0x has the digits 0 to 9 and a to f");
    }
    push(TokenKind::integer, begin, end, text).integer = value;
    return;
  }
  if (const DurationUnit* unit = find_unit(text.substr(digits))) {
    std::int64_t count = 0;
    std::int64_t value = 0;
    const auto read = std::from_chars(text.begin(), text.begin() + digits, count);
    if (read.ec != std::errc{} || __builtin_mul_overflow(count, unit->milliseconds, &value) || value > kLongestDuration) {
      return invalid("`" + std::string(text) + "` is too long for a duration", "a duration is at most 106751d");
    }
    push(TokenKind::duration, begin, end, text).integer = value;
    return;
  }
  const std::string copy(text);
  char* stop = nullptr;
  const double value = std::strtod(copy.c_str(), &stop);
  if (!is_float_literal(text) || !std::isfinite(value) || stop != copy.c_str() + copy.size()) {
    return invalid("`" + copy + "` is not a number",
                   "numbers are written 12, 0x1f, 017, 1.5 or 1e-3; durations 500ms, 1s, 10m, 2h or 1d");
  }
  push(TokenKind::floating, begin, end, text).floating = value;
}

// Segments of a bare word are joined by '::', start with a small letter or '_', and may hold '-' within.
void Lexer::lex_word() {
  const std::size_t begin = position_;
  std::size_t end = begin;
  while (true) {
    std::size_t segment = end;
    if (at(segment) == ':' && at(segment + 1) == ':') segment += 2;
    else if (segment != begin) break;
    if (!is_word_start(at(segment))) break;
    std::size_t last = segment + 1;
    for (std::size_t i = last; is_word(at(i)) || at(i) == '-'; ++i) {
      if (is_word(at(i))) last = i + 1;
    }
    end = last;
  }
  position_ = end;
  push(TokenKind::name, begin, end, slice(begin, end));
  if (at(end) == ':' && at(end + 1) == ':') {
    report(Code::invalid_character, span(end, end + 2),
           "`::` must be followed by a name that starts with a small letter",
           is_upper(at(end + 2)) ? "a type has a capital in every part: `Galera::Host`" : "");
    position_ = end + 2;
  }
}

void Lexer::lex_class_ref() {
  const std::size_t begin = position_;
  std::size_t end = begin;
  while (true) {
    std::size_t segment = end;
    if (at(segment) == ':' && at(segment + 1) == ':') segment += 2;
    else if (segment != begin) break;
    if (!is_upper(at(segment))) break;
    end = segment + count_while(text_.substr(segment), is_word);
  }
  position_ = end;
  push(TokenKind::class_ref, begin, end, slice(begin, end));
  if (at(end) == ':' && at(end + 1) == ':') {
    report(Code::invalid_character, span(end, end + 2), "`::` must be followed by a name that starts with a capital",
           "a type has a capital in every part: `Galera::Host`");
    position_ = end + 2;
  }
}

void Lexer::lex_variable() {
  const std::size_t begin = position_;
  const std::size_t length = variable_length(text_.substr(begin + 1));
  position_ = begin + 1 + length;
  if (length == 0) {
    push(TokenKind::dollar, begin, position_);
  } else {
    push(TokenKind::variable, begin, position_, slice(begin + 1, position_));
  }
}

bool Lexer::regex_may_start() const {
  if (tokens_.empty()) return true;
  const Token& last = tokens_.back();
  switch (last.kind) {
    case TokenKind::name: {
      constexpr std::string_view kBefore[] = {"and", "or", "in", "if", "elsif", "else", "unless", "case", "undef",
                                              "default", "where", "after", "awaiting"};
      return std::find(std::begin(kBefore), std::end(kBefore), last.text) != std::end(kBefore);
    }
    case TokenKind::r_paren: case TokenKind::r_bracket: case TokenKind::class_ref: case TokenKind::integer:
    case TokenKind::floating: case TokenKind::duration: case TokenKind::string: case TokenKind::string_begin:
    case TokenKind::string_text: case TokenKind::interpolation_end: case TokenKind::string_end: case TokenKind::regex: case TokenKind::variable: case TokenKind::dollar:
      return false;
    case TokenKind::end: case TokenKind::l_brace: case TokenKind::r_brace: case TokenKind::l_bracket:
    case TokenKind::list_start: case TokenKind::l_paren: case TokenKind::line_paren: case TokenKind::comma:
    case TokenKind::interpolation_begin:
    case TokenKind::semicolon: case TokenKind::colon: case TokenKind::dot: case TokenKind::question:
    case TokenKind::pipe: case TokenKind::fat_arrow: case TokenKind::arrow: case TokenKind::left_arrow:
    case TokenKind::both_arrow: case TokenKind::equals: case TokenKind::plus_equals: case TokenKind::minus_equals:
    case TokenKind::plus: case TokenKind::minus: case TokenKind::star: case TokenKind::slash: case TokenKind::percent:
    case TokenKind::shift_left: case TokenKind::shift_right: case TokenKind::equal_equal: case TokenKind::not_equal:
    case TokenKind::less: case TokenKind::less_equal: case TokenKind::greater: case TokenKind::greater_equal:
    case TokenKind::match: case TokenKind::not_match: case TokenKind::bang: case TokenKind::foreign: case TokenKind::lost:
      return true;
  }
  return true;
}

// A regular expression ends on its line, unless it starts with '(?': those may be laid out on several. Without an end
// it was a division after all when a value stands before it.
void Lexer::lex_regex() {
  const std::size_t begin = position_;
  std::string pattern;
  const bool may_span_lines = text_.substr(begin + 1).starts_with("(?");
  for (std::size_t i = begin + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\n' && !may_span_lines) break;
    if (c == '/') {
      position_ = i + 1;
      push(TokenKind::regex, begin, position_, arena_.copy(std::string_view(pattern)));
      return;
    }
    if (c == '\\' && at(i + 1) == '/') {
      pattern += '/';
      ++i;
    } else if (c == '\\' && i + 1 < text_.size() && (may_span_lines || at(i + 1) != '\n')) {
      pattern += c;
      pattern += text_[++i];
    } else {
      pattern += c;
    }
  }
  if (!tokens_.empty() && (tokens_.back().kind == TokenKind::r_brace || tokens_.back().kind == TokenKind::name) &&
      ++recoveries_ <= kMaxRecoveries) {
    return lex_symbol();
  }
  report(Code::unterminated, span(begin, begin + 1), "this regular expression has no end on its line",
         "end it with `/`; a `/` within is written `\\/`");
  const std::size_t line_end = std::min(text_.find('\n', begin), text_.size());
  position_ = ++recoveries_ <= kMaxRecoveries ? line_end : text_.size();
  push(TokenKind::regex, begin, position_, {});
}

}  // namespace plan::syntax
