// Quoted texts: what a backslash means, and code in strings.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "syntax/characters.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0U | (code_point >> 6U));
    byte(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    byte(0xE0U | (code_point >> 12U));
    byte(0x80U | ((code_point >> 6U) & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  } else {
    byte(0xF0U | (code_point >> 18U));
    byte(0x80U | ((code_point >> 12U) & 0x3FU));
    byte(0x80U | ((code_point >> 6U) & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  }
}

}  // namespace

// A string over several lines whose closing quote touches a word: that quote was meant to open the next string.
bool Lexer::looks_unclosed(std::size_t begin, std::size_t end) const {
  if (nesting_ > 0 || recoveries_ >= kMaxRecoveries) return false;
  if (!is_word(at(end)) && at(end) != '\'' && at(end) != '"') return false;
  return slice(begin, end).find('\n') != std::string_view::npos;
}

// What the open quote swallowed is read again from the next line on.
void Lexer::recover_at_line_end(std::size_t opening, const char* what) {
  report(Code::unterminated, span(opening, opening + 1), std::string("this ") + what + " has no end",
         "end it with the quote it starts with");
  const std::size_t line_end = std::min(text_.find('\n', opening), text_.size());
  position_ = ++recoveries_ <= kMaxRecoveries ? line_end : text_.size();
  push(TokenKind::lost, opening, line_end, slice(opening, line_end));
}

void Lexer::lex_single_quoted() {
  const std::size_t begin = position_;
  std::string value;
  for (std::size_t i = begin + 1; i < text_.size(); ++i) {
    char c = text_[i];
    if (c == '\'') {
      if (looks_unclosed(begin, i + 1)) break;
      position_ = i + 1;
      push(TokenKind::string, begin, position_, arena_.copy(std::string_view(value)));
      return;
    }
    if (c == '\\' && (at(i + 1) == '\'' || at(i + 1) == '\\')) c = text_[++i];
    value += c;
  }
  if (nesting_ > 0) {   // the string around it is open too, and recovers
    position_ = text_.size();
    return;
  }
  recover_at_line_end(begin, "string");
}

void Lexer::lex_double_quoted() {
  const std::size_t begin = position_;
  const std::size_t tokens_before = tokens_.size();
  const std::size_t found_before = found_.size();
  const int braces_before = open_braces_;
  const bool was_line_start = line_start_;
  ++position_;
  Quoting quoting{false, true, "\\$'\"rntsuL", span(begin, begin + 1)};
  const bool complete = lex_interpolated(quoting);
  if (complete && !looks_unclosed(begin, position_)) return;
  if (nesting_ > 0) {
    position_ = text_.size();
    return;
  }
  tokens_.resize(tokens_before);
  found_.resize(found_before);
  open_braces_ = braces_before;
  line_start_ = was_line_start;
  recover_at_line_end(begin, "string");
}

// From after the opening quote to after the closing one, or to the end of a heredoc's text. False when there is no end.
bool Lexer::lex_interpolated(const Quoting& quoting) {
  const std::size_t first = tokens_.size();
  std::string text;
  std::size_t text_begin = position_;
  bool has_code = false;
  push(TokenKind::string_begin, position_, position_).span = quoting.opening;
  const auto flush = [&] {
    if (text.empty()) return;
    push(TokenKind::string_text, text_begin, position_, arena_.copy(std::string_view(text)));
    text.clear();
  };
  while (true) {
    if (done()) {
      if (!quoting.heredoc) return false;
      break;
    }
    const char c = at(position_);
    if (c == '"' && !quoting.heredoc) break;
    if (c == '\\' && !quoting.escapes.empty()) {
      lex_escape(quoting, text);
    } else if (c == '$' && quoting.interpolates && (at(position_ + 1) == '{' ||
                                                    variable_length(text_.substr(position_ + 1)) > 0)) {
      flush();
      has_code = true;
      if (!lex_interpolation()) return false;
      text_begin = position_;
    } else {
      text += c;
      ++position_;
    }
  }
  if (!has_code) {
    const Span opening = tokens_[first].span;
    const bool first_on_line = tokens_[first].line_start;
    tokens_.resize(first);
    Token& token = push(TokenKind::string, position_, position_, arena_.copy(std::string_view(text)));
    token.span = quoting.heredoc ? opening : opening.to(span(position_, position_ + 1));
    token.line_start = first_on_line;
  } else {
    flush();
    Token& token = push(TokenKind::string_end, position_, position_);
    token.span = quoting.heredoc ? quoting.opening : span(position_, position_ + 1);
  }
  if (!quoting.heredoc) ++position_;
  return true;
}

// `$name` or `${ … }`.
bool Lexer::lex_interpolation() {
  const std::size_t begin = position_;
  if (at(begin + 1) != '{') {
    push(TokenKind::interpolation_begin, begin, begin);
    lex_variable();
    push(TokenKind::interpolation_end, position_, position_);
    return true;
  }
  if (nesting_ >= kMaxNesting) return false;
  push(TokenKind::interpolation_begin, begin, begin + 2);
  position_ += 2;
  ++nesting_;
  const int braces = open_braces_;
  const std::size_t first = tokens_.size();
  while (!done() && !(at(position_) == '}' && open_braces_ == braces)) lex_token();
  --nesting_;
  if (done()) return false;
  read_names_as_variables(first);
  push(TokenKind::interpolation_end, position_, position_ + 1);
  ++position_;
  return true;
}

// `${name}`, `${name[0]}` and `${name.member}` mean the variable, as do `${0}` and its kin.
void Lexer::read_names_as_variables(std::size_t first) {
  if (first >= tokens_.size()) return;
  const std::size_t count = tokens_.size() - first;
  Token& token = tokens_[first];
  const bool alone = count == 1;
  const bool accessed = count > 1 && (tokens_[first + 1].kind == TokenKind::dot ||
                                      tokens_[first + 1].kind == TokenKind::l_bracket);
  if (!alone && !accessed) return;
  if (token.kind == TokenKind::name && token.text != "self") token.kind = TokenKind::variable;
  if (token.kind == TokenKind::floating && alone) token.kind = TokenKind::variable;   // no such name: refused later
  if (token.kind == TokenKind::integer && alone) token.kind = TokenKind::variable;
  if (token.kind == TokenKind::integer && std::all_of(token.text.begin(), token.text.end(), is_digit)) {
    token.kind = TokenKind::variable;
  }
}

void Lexer::lex_escape(const Quoting& quoting, std::string& out) {
  const auto knows = [&quoting](char letter) { return quoting.escapes.find(letter) != std::string_view::npos; };
  const std::size_t begin = position_;
  const char c = at(begin + 1);
  const std::size_t line_end = c == '\n' ? 2 : c == '\r' && at(begin + 2) == '\n' ? 3 : 0;
  if (line_end > 0 && knows('L')) {
    position_ += line_end;
    return;
  }
  if (c == 'u' && knows('u')) {
    if (lex_unicode_escape(out)) return;
    report(Code::invalid_escape, span(begin, begin + 2), "`\\u` is followed by no code point",
           "write `\\u00e4` with four hexadecimal digits, or `\\u{1f600}` with one to six");
  } else if (knows(c) && c != 'L') {
    position_ += 2;
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 's' ? ' ' : c;
    return;
  } else if (!quoting.heredoc && begin + 1 < text_.size()) {
    const std::size_t length = code_point_length(text_.substr(begin + 1));
    report(Code::invalid_escape, span(begin, begin + 1 + length),
           "`\\" + std::string(text_.substr(begin + 1, length)) + "` is no escape of a double-quoted string",
           "write `\\\\` for a backslash, or use single quotes");
  }
  out += '\\';
  ++position_;
  if (c != '$' && c != '"' && position_ < text_.size()) {
    out += c;
    ++position_;
  }
}

// \uXXXX or \u{X…}; false when it is neither.
bool Lexer::lex_unicode_escape(std::string& out) {
  const bool braces = at(position_ + 2) == '{';
  const std::size_t begin = position_ + (braces ? 3 : 2);
  const std::size_t most = braces ? 6 : 4;
  std::uint32_t value = 0;
  std::size_t digits = 0;
  while (digits < most && is_hex(at(begin + digits))) {
    const char c = at(begin + digits++);
    value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  const bool complete = braces ? digits > 0 && at(begin + digits) == '}' : digits == 4;
  if (!complete || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
  append_utf8(out, value);
  position_ = begin + digits + (braces ? 1 : 0);
  return true;
}

}  // namespace plan::syntax
